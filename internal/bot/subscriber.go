package bot

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

// maxPerson is what a Subscription holds of a person's name, in characters.
const maxPerson = 256

// subscriber is somebody who can be told in direct messages.
type subscriber struct {
	// user is the ID in Slack, and object the name of the person's Subscription in each project.
	user, object string
	name         string
}

// slackID is a workspace and a person in it.
var slackID = regexp.MustCompile(`^([TE][A-Z0-9]{1,60})/([UW][A-Z0-9]{1,60})$`)

// subscriberOf returns who asks, if they can be told in direct messages: those are Slack's.
func subscriberOf(actor chatops.Actor) (subscriber, error) {
	parts := slackID.FindStringSubmatch(actor.ID)
	if actor.Source != chatops.SourceSlack || parts == nil {
		return subscriber{}, &chatops.Problem{
			Code:  chatops.CodeNotHere,
			Title: "Direct messages are sent in Slack, so that is where to ask for them.",
			Body:  []chatops.Text{chatops.Line(chatops.Plain("Type there: "), chatops.Code("/kargo subscribe"))},
		}
	}
	return subscriber{
		user: parts[2], object: strings.ToLower("slack-" + parts[1] + "-" + parts[2]), name: chatops.Fit(actor.Name, maxPerson),
	}, nil
}

// setSubscription makes a person's Subscription in a project what they want, nil for none. It reports whether there
// was one before, and whether it had to be changed.
func (b *Bot) setSubscription(ctx context.Context, namespace string, who subscriber, want *v1alpha1.PersonalSubscription) (had, changed bool, err error) {
	found, err := b.subscriptionOf(ctx, namespace, who)
	switch {
	case err != nil:
		return false, false, err
	case found == nil && want == nil:
		return false, false, nil
	case found == nil:
		s := &v1alpha1.Subscription{Spec: v1alpha1.SubscriptionSpec{Sink: route.SinkSlack, Target: who.user, Personal: want}}
		s.Namespace, s.Name = namespace, who.object
		err = b.Shipments.Create(ctx, s)
	case want == nil:
		err = client.IgnoreNotFound(b.Shipments.Delete(ctx, found))
	case found.Spec.Target == who.user && sameSubscription(found.Spec.Personal, want):
		return true, false, nil
	default:
		s := found.DeepCopy()
		since := metav1.NewTime(b.Now())
		s.Spec = v1alpha1.SubscriptionSpec{Sink: route.SinkSlack, Target: who.user, Since: &since, Personal: want}
		err = b.Shipments.Patch(ctx, s, client.MergeFrom(found))
	}
	if err != nil {
		return false, false, fmt.Errorf("record the subscription %s in %s: %w", who.object, namespace, err)
	}
	return found != nil, true, nil
}

// sameSubscription reports whether two say the same. What the person is called does not matter.
func sameSubscription(a, b *v1alpha1.PersonalSubscription) bool {
	if a == nil || b == nil {
		return a == b
	}
	one, other := *a, *b
	one.Name, other.Name = "", ""
	return reflect.DeepEqual(one, other)
}

// subscriptionOf reads a person's Subscription in a project, nil if there is none. It asks the API server, so that
// who has just subscribed is not told otherwise.
func (b *Bot) subscriptionOf(ctx context.Context, namespace string, who subscriber) (*v1alpha1.Subscription, error) {
	var s v1alpha1.Subscription
	err := b.Quorum.Get(ctx, client.ObjectKey{Namespace: namespace, Name: who.object}, &s)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the subscription %s in %s: %w", who.object, namespace, err)
	}
	return &s, nil
}
