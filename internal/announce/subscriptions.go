package announce

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		err := e.ensure(ctx)
		if err == nil || ctx.Err() != nil {
			return nil //nolint:nilerr // to be told to stop before it was done is no failure
		}
		e.Log.WarnContext(ctx, "could not write down who is told what, trying again", "error", err)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil
		}
	}
}

// ensure does so in all namespaces. One in which it can't keeps no other back.
func (e ensurer) ensure(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var failed error
	for _, namespace := range e.Namespaces {
		failed = errors.Join(failed, e.ensureIn(ctx, namespace))
	}
	return failed
}

func (e ensurer) ensureIn(ctx context.Context, namespace string) error {
	wanted := map[string]bool{}
	for _, d := range e.Destinations {
		s := configured(namespace, d)
		s.Spec.Rules = e.hashOf(d)
		wanted[s.Name] = true
		if err := e.keep(ctx, s); err != nil {
			return err
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
	return nil
}

// lately is how long before the rules were seen to have changed they may have: a bot restarts meanwhile.
const lately = 5 * time.Minute

// keep makes a Subscription, or brings the one that there is up to date. Where its rules have changed, it is told
// by the new ones what happens from now on, and not all that they would have told before.
func (e ensurer) keep(ctx context.Context, wanted *v1alpha1.Subscription) error {
	err := e.client.Create(ctx, wanted.DeepCopy())
	if err == nil {
		return nil
	}
	key := client.ObjectKeyFromObject(wanted)
	if !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create subscription %s: %w", key, err)
	}
	var found v1alpha1.Subscription
	if err := e.quorum.Get(ctx, key, &found); err != nil {
		return fmt.Errorf("get subscription %s: %w", key, err)
	}
	if found.Spec.Rules == wanted.Spec.Rules {
		return nil
	}
	changed := found.DeepCopy()
	changed.Spec.Rules = wanted.Spec.Rules
	changed.Spec.Since = &metav1.Time{Time: e.Now().Add(-lately)}
	if err := e.client.Patch(ctx, changed, client.MergeFrom(&found)); err != nil {
		return fmt.Errorf("change subscription %s: %w", key, err)
	}
	return nil
}

// hashOf tells the rules of a destination from others.
func (a *Announcer) hashOf(d route.Destination) string {
	told := struct {
		Rules       []route.Rule
		Deployments Deployments
	}{Rules: a.Table.Of(d)}
	if d.Sink == route.SinkDeployment {
		told.Deployments = a.Deployments
	}
	encoded, err := json.Marshal(told)
	if err != nil {
		panic(err) // strings and slices of them always encode
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:8])
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

// tells reports whether a Subscription is for an event, whenever that was.
func (a *Announcer) tells(s *v1alpha1.Subscription, e route.Event) bool {
	hasStage := func(environment string) bool { return a.HasStage(e.Project, e.Service, environment) }
	switch {
	case s.Spec.Personal != nil:
		rule := route.Personal(s.Spec.Personal, s.Spec.Target)
		return rule.Matches(e) && rule.Reaches(e, hasStage)
	case s.Spec.Sink == route.SinkDeployment:
		return e.Environment != "" && (e.Release || a.Deployments.Builds)
	case s.Spec.Sink == route.SinkReleasePage, s.Spec.Sink == route.SinkCheck:
		return e.Release
	default:
		return a.Table.Tells(route.Destination{Sink: s.Spec.Sink, Target: s.Spec.Target}, e, hasStage)
	}
}

// isNews reports whether an event happened when a Subscription was told what happens already. Kubernetes keeps times
// by the second.
func isNews(s *v1alpha1.Subscription, e route.Event) bool { return !e.At.Before(s.Begins().Time) }

// Wants reports whether anybody is to be told of an event in a namespace, or has it in a digest.
func (a *Announcer) Wants(ctx context.Context, namespace string, e route.Event) bool {
	subscriptions, err := a.subscriptions(ctx, namespace)
	if err != nil {
		return false
	}
	for i := range subscriptions {
		if s := &subscriptions[i]; isNews(s, e) && (a.tells(s, e) || a.digests(s, e)) {
			return true
		}
	}
	return false
}

// digests reports whether an event belongs into the digest of a Subscription: what has shipped, whether that
// is told at once or not.
func (a *Announcer) digests(s *v1alpha1.Subscription, e route.Event) bool {
	shipped := e.Outcome == v1alpha1.OutcomeSucceeded || e.Outcome == v1alpha1.OutcomeRolledBack
	if !shipped || !e.Release || a.channel(s).Digest == nil {
		return false
	}
	d := route.Destination{Sink: s.Spec.Sink, Target: s.Spec.Target}
	names, all := a.Table.Environments(d, e.Project, e.Service)
	return all || slices.Contains(names, e.Environment)
}

// channel returns the settings of a Subscription's channel.
func (a *Announcer) channel(s *v1alpha1.Subscription) route.Channel {
	if s.Spec.Sink != route.SinkSlack {
		return route.Channel{}
	}
	return a.Table.Channels[s.Spec.Target]
}
