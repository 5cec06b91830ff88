package demo

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// credentialName is the Secret with which Kargo would clone the repository.
const credentialName = "github-creds" //nolint:gosec // no credential

// What secretsync would say of it.
const (
	credentialFails = "ref+vault://kv/github#/token can't be read: Vault at vault.example.com:8200 refuses the token." //nolint:gosec // no credential
	credentialWorks = "The Secret has what is in the store."
)

// credential stands for secretsync: it tells of one credential.
type credential struct {
	mu sync.Mutex
	// troubles counts how often it has failed.
	troubles int
	failing  bool
}

// fails reports whether it fails now.
func (c *credential) fails() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failing
}

// SetCredential implements page.World.
func (d *Demo) SetCredential(ctx context.Context, works bool) error {
	c := &d.credential
	c.mu.Lock()
	defer c.mu.Unlock()
	if works != c.failing {
		return nil // it is so already
	}
	troubles, reason, says := c.troubles, credentials.ReasonRecovered, credentialWorks
	if !works {
		troubles, reason, says = troubles+1, credentials.ReasonFailing, credentialFails
	}
	occurrence := fmt.Sprintf("%s-failing-%d", credentialName, troubles)
	if err := d.admin.Create(ctx, eventOf(reason, occurrence, says, d.now())); err != nil {
		return fmt.Errorf("tell of the credential: %w", err)
	}
	c.troubles, c.failing = troubles, !works
	d.changed.tell()
	return nil
}

// eventOf is an Event as secretsync writes it.
func eventOf(reason, occurrence, says string, now time.Time) *corev1.Event {
	at := metav1.NewTime(now)
	return &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: credentialName + "." + occurrence + "." + strings.ToLower(reason),
			Annotations: map[string]string{
				credentials.AnnotationOccurrence: occurrence, credentials.AnnotationAt: now.UTC().Format(time.RFC3339),
				credentials.AnnotationSecret: credentialName, credentials.AnnotationType: string(credentials.TypeGit),
			},
		},
		InvolvedObject: corev1.ObjectReference{APIVersion: "v1", Kind: "Secret", Namespace: namespace, Name: credentialName},
		Reason:         reason, Message: says, Type: corev1.EventTypeWarning, FirstTimestamp: at, LastTimestamp: at, Count: 1,
		ReportingController: credentials.Component, ReportingInstance: credentials.Component,
	}
}
