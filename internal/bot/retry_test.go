package bot_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

func TestARetryFindsTheFirstShipment(t *testing.T) {
	for name, between := range map[string]func(*world){
		"at once":                              func(*world) {},
		"when a newer Freight would be chosen": func(w *world) { w.catalogue.freight.Name, w.catalogue.freight.Images[0].Tag = "ffff", "4.0.0" },
		"when the Freight is there already":    func(w *world) { w.catalogue.chooses = problem(chatops.CodeAlreadyThere) },
		"when the Stage is unhealthy of it":    makeUnhealthy,
		"when the person may no more":          func(w *world) { w.permissions.decision = access.Decision{} },
		"when nobody can be asked":             func(w *world) { w.people.err = errDown },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			first := w.wantAccepted(t, w.Handle(t.Context(), ask(line, "trigger-1")))
			between(w)
			second := w.wantAccepted(t, w.Handle(t.Context(), ask(line, "trigger-1")))
			if first.Name != second.Name || second.Spec.Items[0].Freight != "e72fb09c1d4f" || second.ResourceVersion == "" {
				t.Errorf("first %s, then %s with %+v", first.Name, second.Name, second.Spec.Items)
			}
			if got := len(w.shipments(t)); got != 1 {
				t.Errorf("%d Shipments", got)
			}
		})
	}
}

func TestTheSameWordsInAnotherRequestAreAnotherShipment(t *testing.T) {
	w := newWorld(t)
	requests := []string{"trigger-1", "trigger-2"}
	for _, key := range requests {
		w.wantAccepted(t, w.Handle(t.Context(), ask(line, key)))
	}
	// The same key on another surface is another request, too.
	onGitHub := ask(line, "trigger-1")
	onGitHub.Actor = chatops.Actor{Source: chatops.SourceGitHub, ID: "octocat"}
	w.wantAccepted(t, w.Handle(t.Context(), onGitHub))
	if got := len(w.shipments(t)); got != 3 {
		t.Errorf("%d Shipments", got)
	}
}

func TestARefusalIsNotTakenForAnEarlierShipmentOfSomebodyElse(t *testing.T) {
	w := newWorld(t)
	w.wantAccepted(t, w.Handle(t.Context(), ask(line, "trigger-1")))
	w.catalogue.chooses = problem(chatops.CodeAlreadyThere)
	answer := w.Handle(t.Context(), ask(line, "trigger-2"))
	if answer.Problem == nil || answer.Problem.Code != chatops.CodeAlreadyThere || answer.Shipment != nil {
		t.Errorf("answer %+v", answer)
	}
}

func TestALostAnswerIsLookedUp(t *testing.T) {
	for name, lost := range map[string]error{
		"connection reset": errDown,
		"deadline":         context.DeadlineExceeded,
		"server timeout":   apierrors.NewServerTimeout(schema.GroupResource{}, "create", 1),
		"internal error":   apierrors.NewInternalError(errors.New("etcd leader changed")),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ctx, cancel := context.WithCancel(t.Context())
			w.faults.Create = func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
				if err := c.Create(ctx, o.DeepCopyObject().(client.Object), opts...); err != nil {
					return err
				}
				// The time of the request may be what ran out.
				cancel()
				return lost
			}
			w.faults.Get = func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				return c.Get(ctx, key, o, opts...)
			}
			s := w.wantAccepted(t, w.Handle(ctx, ask(line, "1")))
			if s.ResourceVersion == "" || len(w.shipments(t)) != 1 {
				t.Errorf("Shipment %+v", s.ObjectMeta)
			}
		})
	}
}

func TestWhatBecameOfARequestIsNotPretendedToBeKnown(t *testing.T) {
	w := newWorld(t)
	w.faults.Create = func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error { return errDown }
	w.faults.Get = func(context.Context, client.WithWatch, client.ObjectKey, client.Object, ...client.GetOption) error {
		return errDown
	}
	answer := w.Handle(t.Context(), ask(line, "1"))
	w.wantRefused(t, answer, chatops.CodeUnavailable)
	if strings.Contains(answer.Card.Title, "did nothing") {
		t.Errorf("says %q", answer.Card.Title)
	}

	// There is one of that name, but it can't be read: it may be an earlier try of this request.
	w = newWorld(t)
	w.wantAccepted(t, w.Handle(t.Context(), ask(line, "1")))
	w.faults.Get = func(context.Context, client.WithWatch, client.ObjectKey, client.Object, ...client.GetOption) error {
		return errDown
	}
	answer = w.Handle(t.Context(), ask(line, "1"))
	if answer.Problem == nil || answer.Problem.Code != chatops.CodeUnavailable || strings.Contains(answer.Card.Title, "did nothing") {
		t.Errorf("answer %+v", answer)
	}
}

func TestARecordThatTheServerRefusesIsTheOperatorsProblem(t *testing.T) {
	shipments := schema.GroupResource{Group: "kargobot.dev", Resource: "shipments"}
	for name, refusal := range map[string]error{
		"no permission": apierrors.NewForbidden(shipments, "", errors.New("cannot create resource")),
		"no definition": apierrors.NewNotFound(shipments, ""),
		"invalid":       apierrors.NewInvalid(schema.GroupKind{}, "", nil),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.faults.Create = func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error { return refusal }
			answer := w.Handle(t.Context(), ask(line, "1"))
			w.wantRefused(t, answer, chatops.CodeInternal)
			if !errors.Is(answer.Problem, refusal) {
				t.Errorf("the cause is lost: %v", answer.Problem)
			}
		})
	}
}

func TestTwoRequestsThatMeetUnderOneNameAreNotMixedUp(t *testing.T) {
	w := newWorld(t)
	first := w.wantAccepted(t, w.Handle(t.Context(), ask(line, "1")))
	// Another request got the name that a retry of this one has.
	var other v1alpha1.Shipment
	if err := w.server.Get(t.Context(), client.ObjectKeyFromObject(first), &other); err != nil {
		t.Fatal(err)
	}
	other.Spec.RequestDigest = strings.Repeat("0", 64)
	if err := w.server.Update(t.Context(), &other); err != nil {
		t.Fatal(err)
	}
	for name, chooses := range map[string]error{"as it would be made": nil, "as it is refused": problem(chatops.CodeAlreadyThere)} {
		w.catalogue.chooses = chooses
		answer := w.Handle(t.Context(), ask(line, "1"))
		if answer.Shipment != nil || answer.Problem == nil {
			t.Errorf("%s: answer %+v", name, answer)
		} else if chooses == nil && answer.Problem.Code != chatops.CodeInternal {
			t.Errorf("%s: problem %v", name, answer.Problem)
		}
	}
}

func TestNamesOfShipmentsAreValidAndShort(t *testing.T) {
	valid := regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	for _, service := range []string{
		"red", "a", "git-sync", "payments.v2", strings.Repeat("s", 200), strings.Repeat("s", 40) + "-" + strings.Repeat("t", 40),
		strings.Repeat("a.", 50) + "b", strings.Repeat("a-", 50) + "b", "promote",
	} {
		for _, environment := range []string{"production", "eu-west-1.production", strings.Repeat("e", 100)} {
			w := newWorld(t)
			w.catalogue.target.Service, w.catalogue.target.Environment = service, environment
			names := map[string]bool{}
			for _, key := range []string{"1", "2"} {
				s := w.wantAccepted(t, w.Handle(t.Context(), ask(line, key)))
				if len(s.Name) > 63 || !valid.MatchString(s.Name) || !strings.HasPrefix(s.Name, "promote-") {
					t.Errorf("%s to %s: name %q", service, environment, s.Name)
				}
				names[s.Name] = true
			}
			if len(names) != 2 {
				t.Errorf("%s to %s: two requests have one name", service, environment)
			}
		}
	}
}

// Whoever may make Shipments could make one that has the name and the digest of somebody else's request.
func TestAShipmentOfSomebodyElseIsNotTakenForOnesOwn(t *testing.T) {
	w := newWorld(t)
	mine := w.wantAccepted(t, w.Handle(t.Context(), ask(line, "1")))
	if err := w.server.Delete(t.Context(), mine.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	forged := mine.DeepCopy()
	forged.ResourceVersion, forged.UID = "", ""
	forged.Spec.RequestedBy = v1alpha1.Actor{Source: "terminal", ID: "hubot", Username: "hubot"}
	if err := w.server.Create(t.Context(), forged); err != nil {
		t.Fatal(err)
	}
	for name, chooses := range map[string]error{"as it would be made": nil, "as it is refused": problem(chatops.CodeAlreadyThere)} {
		w.catalogue.chooses = chooses
		if answer := w.Handle(t.Context(), ask(line, "1")); answer.Shipment != nil || answer.Problem == nil {
			t.Errorf("%s: answer %+v", name, answer)
		}
	}
}

func TestARetryOfWhatHasEndedSaysHowItEnded(t *testing.T) {
	w := newWorld(t)
	s := w.wantAccepted(t, w.Handle(t.Context(), ask(line, "1")))
	s.Status.Phase = v1alpha1.PhaseFailed
	s.Status.Items = []v1alpha1.ItemStatus{{Service: "red", Stages: []v1alpha1.StageStatus{{Stage: "red-production", Phase: v1alpha1.PhaseFailed, Message: "the build is on fire"}}}}
	if err := w.server.Status().Update(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	answer := w.Handle(t.Context(), ask(line, "1"))
	w.wantAccepted(t, answer)
	said := sentences(answer.Card)
	for _, want := range []string{"Promotion of red to production failed", "the build is on fire", "To ask anew, type /promote red production"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
}
