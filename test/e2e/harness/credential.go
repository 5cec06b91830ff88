package harness

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// TellOfCredential makes an Event about the Secret "github-creds" of the project, as secretsync does. Events of one
// occurrence are about the same trouble.
func (p *Project) TellOfCredential(t testing.TB, reason, occurrence, message string) *corev1.Event {
	t.Helper()
	e := credentialEvent(p.Name, reason, occurrence, message)
	p.cluster.create(t, e)
	return e
}

// TellOfCredentialAs makes such an Event with something about it that secretsync would not write.
func (p *Project) TellOfCredentialAs(t testing.TB, change func(*corev1.Event)) {
	t.Helper()
	e := credentialEvent(p.Name, credentials.ReasonFailing, "forged", "It is not true.")
	change(e)
	p.cluster.create(t, e)
}

// credentialEvent is an Event as secretsync makes it, about what happens just now.
func credentialEvent(namespace, reason, occurrence, message string) *corev1.Event {
	const secret = "github-creds" //nolint:gosec // no credential
	now := time.Now()
	return &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, GenerateName: secret + ".",
			Annotations: map[string]string{
				credentials.AnnotationOccurrence: occurrence, credentials.AnnotationSecret: secret,
				credentials.AnnotationAt: now.UTC().Format(time.RFC3339), credentials.AnnotationType: string(credentials.TypeGit),
			},
		},
		InvolvedObject: corev1.ObjectReference{APIVersion: "v1", Kind: "Secret", Namespace: namespace, Name: secret},
		Reason:         reason, Message: message, Type: corev1.EventTypeWarning, Count: 1,
		FirstTimestamp: metav1.NewTime(now), LastTimestamp: metav1.NewTime(now),
		ReportingController: credentials.Component, ReportingInstance: credentials.Component,
	}
}
