package access_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// ownServer answers what somebody asks about themselves.
type ownServer struct {
	client.Writer

	user            authenticationv1.UserInfo
	allowed, denied bool
	fails           bool
	whoami          int
	asked           []authorizationv1.ResourceAttributes
}

func (s *ownServer) Create(ctx context.Context, o client.Object, _ ...client.CreateOption) error {
	if _, ok := ctx.Deadline(); !ok {
		return errors.New("asked without a deadline")
	}
	if s.fails {
		return errDown
	}
	switch review := o.(type) {
	case *authenticationv1.SelfSubjectReview:
		s.whoami++
		review.Status.UserInfo = s.user
	case *authorizationv1.SelfSubjectAccessReview:
		s.asked = append(s.asked, *review.Spec.ResourceAttributes)
		review.Status.Allowed, review.Status.Denied = s.allowed, s.denied
	default:
		return errors.New("asked for somebody else")
	}
	return nil
}

func TestSelfIsWhomTheAPIServerSays(t *testing.T) {
	server := &ownServer{user: authenticationv1.UserInfo{
		Username: "system:serviceaccount:ci:deployer", Groups: []string{"system:serviceaccounts:ci", "system:authenticated", "acme:web", "acme:web"},
	}}
	self := access.NewSelf(server)
	actor, err := self.Actor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := (chatops.Actor{Source: chatops.SourceTerminal, ID: "system:serviceaccount:ci:deployer", Name: "system:serviceaccount:ci:deployer"}); actor != want {
		t.Errorf("actor %+v", actor)
	}
	subject, err := self.Subject(t.Context(), actor)
	if err != nil {
		t.Fatal(err)
	}
	want := access.Subject{
		Username: "system:serviceaccount:ci:deployer", Name: "system:serviceaccount:ci:deployer",
		Groups: []string{"acme:web", "system:serviceaccounts:ci"},
	}
	if diff := cmp.Diff(want, subject); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if server.whoami != 1 {
		t.Errorf("asked %d times who that is", server.whoami)
	}
}

func TestSelfIsSomebody(t *testing.T) {
	for _, name := range []string{"", "system:anonymous"} {
		_, err := access.NewSelf(&ownServer{user: authenticationv1.UserInfo{Username: name}}).Actor(t.Context())
		problem, ok := errors.AsType[*chatops.Problem](err)
		if !ok || problem.Code != chatops.CodeUnknownPerson {
			t.Errorf("%q is answered with %v", name, err)
		}
	}
	if _, err := access.NewSelf(&ownServer{fails: true}).Actor(t.Context()); !errors.Is(err, errDown) {
		t.Errorf("an API server that is down is answered with %v", err)
	}
}

func TestSelfMayWhatTheAPIServerAllows(t *testing.T) {
	for _, test := range []struct{ allowed, denied, may bool }{{true, false, true}, {false, false, false}, {true, true, false}} {
		server := &ownServer{allowed: test.allowed, denied: test.denied}
		decision, err := access.NewSelf(server).Decide(t.Context(), octocat, question)
		if err != nil || decision.Allowed != test.may || decision.Role != "" {
			t.Errorf("%+v is decided as %+v, %v", test, decision, err)
		}
		want := []authorizationv1.ResourceAttributes{{
			Group: "kargo.akuity.io", Version: "*", Resource: "stages", Namespace: "microsvcs", Name: "red-production", Verb: "promote",
		}}
		if diff := cmp.Diff(want, server.asked); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
	if decision, err := access.NewSelf(&ownServer{fails: true, allowed: true}).Decide(t.Context(), octocat, question); err == nil || decision.Allowed {
		t.Errorf("an API server that is down is decided as %+v, %v", decision, err)
	}
}

func TestWhoLacksRightsIsToldWhichRoleToBind(t *testing.T) {
	subject := access.Subject{Username: "o'cat; rm -rf /"}
	problem := subject.Unbound("microsvcs", errDown)
	said := problem.Title
	for _, line := range problem.Body {
		said += "\n" + line.String()
	}
	for _, words := range []string{
		"in project microsvcs", "ClusterRole kargo-bot-terminal",
		`kubectl -n microsvcs create rolebinding kargo-bot-terminal-o-cat--rm--rf --clusterrole=kargo-bot-terminal --user='o'\''cat; rm -rf /'`,
	} {
		if !strings.Contains(said, words) {
			t.Errorf("no %q in:\n%s", words, said)
		}
	}
	if !problem.Refusal() || !errors.Is(problem, errDown) {
		t.Errorf("problem %v", problem)
	}
	if problem := subject.Unbound("", errDown); !strings.Contains(problem.Title, "the namespace of the project") {
		t.Errorf("where it is not known: %s", problem.Title)
	}
}
