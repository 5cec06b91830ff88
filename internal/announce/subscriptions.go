package announce

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

// managedByConfiguration marks the Subscriptions that follow from the configuration.
const managedByConfiguration = "configuration"

// ensurer makes the Subscriptions that the configuration wants, and removes those that it wants no more. It
// runs once, on the leader.
type ensurer struct{ *Announcer }

// Start implements manager.Runnable. What can't be done now is tried until it can: until then nobody is told
// anything.
func (e ensurer) Start(ctx context.Context) error {
	backoff := wait.Backoff{Duration: 200 * time.Millisecond, Factor: 2, Jitter: 0.2, Steps: 1 << 30, Cap: 30 * time.Second}
	err := wait.ExponentialBackoffWithContext(ctx, backoff, func(ctx context.Context) (bool, error) {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		if err := e.ensure(ctx); err != nil {
			e.Log.WarnContext(ctx, "could not write down who is told what, trying again", "error", err)
			return false, nil
		}
		return true, nil
	})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (e ensurer) ensure(ctx context.Context) error {
	for _, namespace := range e.Namespaces {
		wanted := map[string]bool{}
		for _, d := range e.Destinations {
			s := configured(namespace, d)
			wanted[s.Name] = true
			if err := e.client.Create(ctx, s); err != nil && !apierrors.IsAlreadyExists(err) {
				return fmt.Errorf("create subscription %s/%s: %w", namespace, s.Name, err)
			}
		}
		var list v1alpha1.SubscriptionList
		err := e.quorum.List(ctx, &list, client.InNamespace(namespace), client.MatchingLabels{v1alpha1.LabelManagedBy: managedByConfiguration})
		if err != nil {
			return fmt.Errorf("list subscriptions of %s: %w", namespace, err)
		}
		for i := range list.Items {
			if s := &list.Items[i]; !wanted[s.Name] {
				if err := e.client.Delete(ctx, s, client.Preconditions{UID: &s.UID}); client.IgnoreNotFound(err) != nil {
					return fmt.Errorf("delete subscription %s/%s: %w", namespace, s.Name, err)
				}
			}
		}
	}
	return nil
}

// configured returns the Subscription of a destination of the configuration.
func configured(namespace string, d route.Destination) *v1alpha1.Subscription {
	s := &v1alpha1.Subscription{Spec: v1alpha1.SubscriptionSpec{Sink: d.Sink, Target: d.Target}}
	s.Namespace = namespace
	sum := sha256.Sum256([]byte(d.Sink + "\x00" + d.Target))
	name := []string{d.Sink}
	if readable := strings.Trim(strings.ToLower(letters(d.Target)), "-."); readable != "" {
		name = append(name, strings.Trim(readable[:min(len(readable), 40)], "-."))
	}
	s.Name = strings.Join(append(name, hex.EncodeToString(sum[:4])), "-")
	s.Labels = map[string]string{v1alpha1.LabelManagedBy: managedByConfiguration}
	return s
}

// Since returns when the bot began to look after the project of a namespace; false if it has not yet. What was
// there before is history, of which nobody is told.
func Since(ctx context.Context, reader client.Reader, namespace string) (time.Time, bool) {
	key := client.ObjectKeyFromObject(configured(namespace, route.Destination{Sink: route.SinkNone}))
	var s v1alpha1.Subscription
	if err := reader.Get(ctx, key, &s); err != nil {
		return time.Time{}, false
	}
	return s.CreationTimestamp.Time, true
}

// subscriptions returns who is told what happens in a namespace, as the cache has them.
func (a *Announcer) subscriptions(ctx context.Context, namespace string) ([]v1alpha1.Subscription, error) {
	var list v1alpha1.SubscriptionList
	if err := a.client.List(ctx, &list, client.InNamespace(namespace)); err != nil {
		return nil, fmt.Errorf("list subscriptions of %s: %w", namespace, err)
	}
	return list.Items, nil
}

// tells reports whether a Subscription is to be told of an event.
func (a *Announcer) tells(s *v1alpha1.Subscription, e route.Event) bool {
	// Kubernetes keeps times by the second.
	if e.At.Before(s.CreationTimestamp.Time) {
		return false
	}
	switch {
	case s.Spec.Personal != nil:
		return route.Personal(s.Spec.Personal, s.Spec.Target).Matches(e)
	case s.Spec.Sink == route.SinkDeployment:
		return e.Environment != "" && (e.Release || a.Deployments.Builds)
	case s.Spec.Sink == route.SinkReleasePage, s.Spec.Sink == route.SinkCheck:
		return e.Release
	default:
		d := route.Destination{Sink: s.Spec.Sink, Target: s.Spec.Target}
		return a.Table.Tells(d, e) && (e.Environment != "" || a.reaches(d, e))
	}
}

// reaches reports whether what is about no environment, such as a release, can reach one that a destination is
// told of.
func (a *Announcer) reaches(d route.Destination, e route.Event) bool {
	names, all := a.Table.Environments(d, e.Project, e.Service)
	if all {
		return true
	}
	for _, name := range names {
		if a.HasStage(e.Project, e.Service, name) {
			return true
		}
	}
	return false
}

// Wants reports whether anybody is to be told of an event in a namespace, or has it in a digest.
func (a *Announcer) Wants(ctx context.Context, namespace string, e route.Event) bool {
	subscriptions, err := a.subscriptions(ctx, namespace)
	if err != nil {
		return false
	}
	for i := range subscriptions {
		if s := &subscriptions[i]; a.tells(s, e) || a.digests(s, e) {
			return true
		}
	}
	return false
}

// digests reports whether an event belongs into the digest of a Subscription: what has shipped, whether that
// is told at once or not.
func (a *Announcer) digests(s *v1alpha1.Subscription, e route.Event) bool {
	shipped := e.Outcome == v1alpha1.OutcomeSucceeded || e.Outcome == v1alpha1.OutcomeRolledBack
	if !shipped || !e.Release || e.At.Before(s.CreationTimestamp.Time) || a.channel(s).Digest == nil {
		return false
	}
	d := route.Destination{Sink: s.Spec.Sink, Target: s.Spec.Target}
	names, all := a.Table.Environments(d, e.Project, e.Service)
	if all {
		return true
	}
	for _, name := range names {
		if name == e.Environment {
			return true
		}
	}
	return false
}

// channel returns the settings of a Subscription's channel.
func (a *Announcer) channel(s *v1alpha1.Subscription) route.Channel {
	if s.Spec.Sink != route.SinkSlack {
		return route.Channel{}
	}
	return a.Table.Channels[s.Spec.Target]
}
