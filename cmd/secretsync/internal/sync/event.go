package sync

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// refreshEvery is how often an Event of what goes on is renewed. Kubernetes drops Events an hour after they were last
// written.
const refreshEvery = 30 * time.Minute

// mostMessage is how many bytes Kubernetes takes for the message of an Event.
const mostMessage = 1024

// subject is the Secret that an Event is about, as far as is known of it.
type subject struct {
	credentials.SecretName

	kind    credentials.Type
	live    *corev1.Secret
	expires *time.Time
}

// tell writes the Events of what has become of a Secret. What is told already is not told again.
func (o *one) tell(ctx context.Context, i *item) {
	about := subject{SecretName: i.name(), kind: i.wanted.Credential.Type, live: i.live}
	if i.after != nil {
		about.expires = i.after.ExpiresAt
	}
	for _, h := range o.happenings(i) {
		told, err := o.tellOne(ctx, about, h)
		if err != nil {
			i.keepUntold()
			return
		}
		if h.reason == credentials.ReasonFailing && told {
			i.after.Told = true
		}
	}
}

// quiet is what a fault of our own comes to when telling.
func (i *item) quiet(string) { i.keepUntold() }

// keepUntold has the inventory remember what was before, so that the next pass sees the difference and tells of it.
func (i *item) keepUntold() {
	if i.before == nil || i.after == nil {
		return
	}
	after := *i.after
	if i.before.made() {
		after.RotatedAt = i.before.RotatedAt
	}
	if i.after.FailingSince == nil {
		after.FailingSince, after.Failing, after.Told = i.before.FailingSince, i.before.Failing, i.before.Told
	}
	i.after = &after
}

// tellOne makes the Event of a happening or, if it is there and old, renews it, and reports whether there is one. It
// returns an error if that may be otherwise next time: to wait for the right to write Events would be to remember what is
// long over.
func (o *one) tellOne(ctx context.Context, about subject, h happening) (told bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	switch err = o.writeEvent(ctx, o.event(about, h), h); {
	case apierrors.IsNotFound(err):
		return false, nil
	case apierrors.IsForbidden(err):
		o.mute.Store(true)
		return false, nil
	default:
		return err == nil, err
	}
}

func (o *one) writeEvent(ctx context.Context, event *corev1.Event, h happening) error {
	if h.lasting {
		var told corev1.Event
		err := o.Client.Get(ctx, client.ObjectKeyFromObject(event), &told)
		if err == nil {
			return o.renew(ctx, &told, h)
		}
		if !apierrors.IsNotFound(err) {
			return err //nolint:wrapcheck // only its kind matters
		}
	}
	err := o.Client.Create(ctx, event, client.FieldOwner(credentials.Manager))
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err //nolint:wrapcheck // only its kind matters
}

// renew keeps an Event from vanishing, and has it say what is so by now.
func (o *one) renew(ctx context.Context, told *corev1.Event, h happening) error {
	if o.now.Sub(told.LastTimestamp.Time) < refreshEvery {
		return nil
	}
	patch, err := json.Marshal(map[string]any{
		"count": told.Count + 1, "lastTimestamp": metav1.NewTime(o.now), "message": clipBytes(h.message, mostMessage),
	})
	if err != nil {
		return fmt.Errorf("encode the patch of an Event: %w", err)
	}
	return o.Client.Patch(ctx, told, client.RawPatch(types.MergePatchType, patch), client.FieldOwner(credentials.Manager))
}

// event is the Event of a happening. It is in the namespace of the Secret, but for the shared one, at which nobody looks
// who tells people: there, it is with the inventory.
func (o *one) event(s subject, h happening) *corev1.Event {
	name := s.SecretName
	about := corev1.ObjectReference{APIVersion: "v1", Kind: "Secret", Namespace: name.Namespace, Name: name.Name}
	if s.live != nil {
		about.UID = s.live.UID
	}
	annotations := map[string]string{
		credentials.AnnotationOccurrence: h.occurrence,
		credentials.AnnotationAt:         h.at.UTC().Format(time.RFC3339),
		credentials.AnnotationSecret:     name.Name,
	}
	if s.kind != "" {
		annotations[credentials.AnnotationType] = string(s.kind)
	}
	if name.Namespace == o.file.Declaration.SharedNamespace && name.Namespace != o.file.Namespace {
		inventory := o.inventoryName()
		about = corev1.ObjectReference{APIVersion: "v1", Kind: "ConfigMap", Namespace: inventory.Namespace, Name: inventory.Name}
		annotations[credentials.AnnotationSecretNamespace] = name.Namespace
	}
	if s.expires != nil {
		annotations[credentials.AnnotationExpires] = s.expires.UTC().Format(time.RFC3339)
	}
	kind := corev1.EventTypeNormal
	if h.warning {
		kind = corev1.EventTypeWarning
	}
	at := metav1.NewTime(o.now)
	return &corev1.Event{
		ObjectMeta:          metav1.ObjectMeta{Namespace: about.Namespace, Name: eventName(name.Name, h), Annotations: annotations},
		InvolvedObject:      about,
		Reason:              h.reason,
		Message:             clipBytes(h.message, mostMessage),
		Type:                kind,
		Count:               1,
		FirstTimestamp:      at,
		LastTimestamp:       at,
		Source:              corev1.EventSource{Component: credentials.Component},
		ReportingController: credentials.Component,
	}
}

// eventName is the same whenever the same is told. The reason tells apart what belongs to one occurrence.
func eventName(secret string, h happening) string {
	const most = 180
	if len(secret) > most {
		secret = strings.TrimRight(secret[:most], "-.")
	}
	return secret + "." + h.occurrence + "." + strings.ToLower(strings.TrimPrefix(h.reason, "Credential"))
}

// clipBytes shortens a text to a number of bytes, and to whole runes.
func clipBytes(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most-len("…")], "") + "…"
}
