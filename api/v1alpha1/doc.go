// Package v1alpha1 declares kargo-bot's own resources (kargobot.dev/v1alpha1). They live in the
// namespace of the Kargo Project they concern and are the bot's only memory: whatever must survive
// a restart is here.
//
// +kubebuilder:object:generate=true
// +groupName=kargobot.dev
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupVersion is the API group and version of all kinds in this package.
var GroupVersion = schema.GroupVersion{Group: "kargobot.dev", Version: "v1alpha1"}

// AddToScheme registers the kinds of this package.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion,
		&Shipment{}, &ShipmentList{}, &Release{}, &ReleaseList{},
		&PromotionRecord{}, &PromotionRecordList{}, &Subscription{}, &SubscriptionList{},
		&Notice{}, &NoticeList{})
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}

// Labels that the bot sets on the Promotions it makes. They survive Kargo's admission, and are how
// a Promotion is found again after an answer was lost.
const (
	// LabelShipmentUID carries the UID of the Shipment that a Promotion was made for.
	LabelShipmentUID = "kargobot.dev/shipment-uid"
	// LabelShipmentItem carries "<item>-<position in the item's path>", both counted from 0.
	LabelShipmentItem = "kargobot.dev/shipment-item"
)

// Annotations that the bot sets.
const (
	// AnnotationShipment on a Promotion names the Shipment it was made for.
	AnnotationShipment = "kargobot.dev/shipment"
	// AnnotationRequestedBy on a Promotion says who asked, as "slack:T01/U42 (octocat@acme.dev)".
	AnnotationRequestedBy = "kargobot.dev/requested-by"
	// AnnotationAbortedBy on a Promotion says what the person is called by whose command the bot had it
	// aborted: Kargo itself knows only the bot.
	AnnotationAbortedBy = "kargobot.dev/aborted-by"
	// AnnotationAbort on a Shipment names the Shipment by which it was aborted: it goes no further.
	AnnotationAbort = "kargobot.dev/abort"
	// AnnotationSlackResponse on a Shipment holds Slack's response_url, encrypted with a key derived
	// from the signing secret: whoever has that URL can speak in the channel for half an hour.
	AnnotationSlackResponse = "kargobot.dev/slack-response"
)
