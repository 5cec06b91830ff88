package notice

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// ByObject says which Events a cache is to hold: those of secretsync, which are few, and of each what is read here. A
// namespace with Kargo in it has thousands of others.
func ByObject() cache.ByObject {
	return cache.ByObject{
		Field:     fields.OneTermEqualSelector("reportingComponent", credentials.Component),
		Transform: slim,
	}
}

// kept are the annotations that are read.
var kept = []string{
	credentials.AnnotationOccurrence, credentials.AnnotationAt, credentials.AnnotationSecret,
	credentials.AnnotationSecretNamespace, credentials.AnnotationType, credentials.AnnotationExpires,
}

// maxAnnotation is longer than any annotation that can be used: the name of a Secret is the longest.
const maxAnnotation = 253

// slim drops from an Event what is never read, before it enters a cache.
func slim(in any) (any, error) {
	e, ok := in.(*corev1.Event)
	if !ok {
		return in, nil
	}
	annotations := map[string]string{}
	for _, key := range kept {
		if value, ok := e.Annotations[key]; ok && len(value) <= maxAnnotation {
			annotations[key] = value
		}
	}
	return &corev1.Event{
		TypeMeta: e.TypeMeta,
		ObjectMeta: metav1.ObjectMeta{
			Namespace: e.Namespace, Name: e.Name, UID: e.UID, ResourceVersion: e.ResourceVersion,
			CreationTimestamp: e.CreationTimestamp, Annotations: annotations,
		},
		InvolvedObject:      corev1.ObjectReference{Namespace: e.InvolvedObject.Namespace, Name: e.InvolvedObject.Name},
		ReportingController: e.ReportingController, Reason: e.Reason, Message: chatops.Fit(e.Message, maxMessage),
		EventTime: e.EventTime, FirstTimestamp: e.FirstTimestamp, LastTimestamp: e.LastTimestamp,
	}, nil
}

// byOccurrence is the field that the cache indexes Events by.
const byOccurrence = "occurrence"

// index has a cache index Events, before it is filled.
func index(ctx context.Context, indexer client.FieldIndexer) error {
	err := indexer.IndexField(ctx, &corev1.Event{}, byOccurrence, func(o client.Object) []string {
		e, ok := o.(*corev1.Event)
		if !ok {
			return nil
		}
		if occurrence := occurrenceOf(e); occurrence != "" {
			return []string{occurrence}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("index events by occurrence: %w", err)
	}
	return nil
}
