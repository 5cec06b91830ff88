package notice

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// maxMessage bounds what is kept of an Event's message, in characters.
const maxMessage = 1000

// outcomes are what the reasons of Events say.
var outcomes = map[string]v1alpha1.Outcome{
	credentials.ReasonRotated:   v1alpha1.OutcomeCredentialRotated,
	credentials.ReasonFailing:   v1alpha1.OutcomeCredentialFailing,
	credentials.ReasonRecovered: v1alpha1.OutcomeCredentialRecovered,
	credentials.ReasonExpiring:  v1alpha1.OutcomeCredentialExpiring,
}

// credentialTypes are what a credential may be for.
var credentialTypes = []credentials.Type{credentials.TypeGit, credentials.TypeImage, credentials.TypeHelm, credentials.TypeGeneric}

// news is what an Event says.
type news struct {
	outcome v1alpha1.Outcome
	spec    v1alpha1.NoticeSpec
	at      time.Time
	message string
	expires *metav1.Time
}

// occurrenceOf returns what an Event is an occurrence of; empty if it is none that can be named.
func occurrenceOf(e *corev1.Event) string {
	occurrence := e.Annotations[credentials.AnnotationOccurrence]
	if e.ReportingController != credentials.Component || len(validation.IsDNS1123Label(occurrence)) > 0 {
		return ""
	}
	return occurrence
}

// read returns what an Event says, or why it can't be used. What is said to come only is taken for what is now.
func read(e *corev1.Event, now time.Time) (news, error) {
	n := news{
		outcome: outcomes[e.Reason], message: plain(e.Message),
		spec: v1alpha1.NoticeSpec{
			About:           v1alpha1.NoticeCredential,
			Secret:          cmp.Or(e.Annotations[credentials.AnnotationSecret], e.InvolvedObject.Name),
			SecretNamespace: cmp.Or(e.Annotations[credentials.AnnotationSecretNamespace], e.InvolvedObject.Namespace, e.Namespace),
		},
	}
	switch {
	case n.outcome == "":
		return news{}, errors.New("its reason is not known")
	case len(validation.IsDNS1123Subdomain(n.spec.Secret)) > 0:
		return news{}, errors.New("it names no Secret")
	case len(validation.IsDNS1123Label(n.spec.SecretNamespace)) > 0:
		return news{}, errors.New("it names no namespace of a Secret")
	}
	if kind := e.Annotations[credentials.AnnotationType]; slices.Contains(credentialTypes, credentials.Type(kind)) {
		n.spec.Type = kind
	}
	if n.at = happenedAt(e); n.at.After(now) {
		n.at = now
	}
	if expires, ok := moment(e.Annotations[credentials.AnnotationExpires]); ok {
		n.expires = stamp(expires)
	}
	return n, nil
}

// The years of which an Event can tell. The API server does not take years of more than four digits, which a time zone
// makes of the last hours of 9999, so that a Notice with one could never be written.
const firstYear, lastYear = 2000, 2100

// moment reads a time, if it is one that can be.
func moment(text string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, text)
	at = at.UTC()
	return at, err == nil && at.Year() >= firstYear && at.Year() <= lastYear
}

// happenedAt is when an Event says that it happened.
func happenedAt(e *corev1.Event) time.Time {
	if at, ok := moment(e.Annotations[credentials.AnnotationAt]); ok {
		return at
	}
	for _, at := range []time.Time{e.EventTime.Time, e.FirstTimestamp.Time, e.LastTimestamp.Time} {
		if year := at.UTC().Year(); year >= firstYear && year <= lastYear {
			return at
		}
	}
	return e.CreationTimestamp.Time
}

// plain returns a text on one line without what can't be seen, at most as long as is kept.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(text, " "))
	return chatops.Fit(strings.Join(strings.Fields(text), " "), maxMessage)
}

// stamp is a moment as the API server keeps it, in whole seconds.
func stamp(t time.Time) *metav1.Time {
	at := metav1.NewTime(t).Rfc3339Copy()
	return &at
}
