package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Reported is an object with a record of what was said of it.
//
// +kubebuilder:object:generate=false
type Reported interface {
	metav1.Object
	runtime.Object
	// Told returns that record, which may be written to.
	Told() *[]Report
}

// Told implements Reported.
func (s *Shipment) Told() *[]Report { return &s.Status.Reports }

// Told implements Reported.
func (r *Release) Told() *[]Report { return &r.Status.Reports }

// Told implements Reported.
func (r *PromotionRecord) Told() *[]Report { return &r.Status.Reports }

// Told implements Reported.
func (n *Notice) Told() *[]Report { return &n.Status.Reports }
