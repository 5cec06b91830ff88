package access_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/davidaparicio/kargo-bot/internal/access"
)

// apiServer answers SubjectAccessReviews, and keeps those it was asked.
type apiServer struct {
	client.Writer
	// allows has users and groups.
	allows []string
	// denied also denies what is allowed.
	denied bool
	// failsAt is the number of the review that fails, counted from 1.
	failsAt int
	asked   []authorizationv1.SubjectAccessReviewSpec
}

var errDown = errors.New("connection refused")

func (s *apiServer) Create(ctx context.Context, o client.Object, _ ...client.CreateOption) error {
	review := o.(*authorizationv1.SubjectAccessReview)
	s.asked = append(s.asked, review.Spec)
	if len(s.asked) == s.failsAt {
		return errDown
	}
	if _, ok := ctx.Deadline(); !ok {
		return errors.New("asked without a deadline")
	}
	for _, name := range append([]string{review.Spec.User}, review.Spec.Groups...) {
		review.Status.Allowed = review.Status.Allowed || slices.Contains(s.allows, name)
	}
	review.Status.Denied = s.denied
	return nil
}

// kargoRole is a ServiceAccount with annotations.
func kargoRole(namespace, name string, annotations map[string]string) client.Object {
	return &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Annotations: annotations}}
}

func claims(json string) map[string]string {
	return map[string]string{"rbac.kargo.akuity.io/claims": json}
}

func account(name string) string { return "system:serviceaccount:microsvcs:" + name }

var (
	octocat  = access.Subject{Username: "octocat@acme.dev", Groups: []string{"acme:web"}, Email: "octocat@acme.dev"}
	question = access.Question{Verb: access.VerbPromote, Namespace: "microsvcs", Stage: "red-production"}
)

func decide(t *testing.T, server *apiServer, roles ...client.Object) (access.Decision, error) {
	t.Helper()
	return access.NewAuthorizer(server, fake.NewClientBuilder().WithObjects(roles...).Build()).Decide(t.Context(), octocat, question)
}

func TestDecideAsksWhatKargoAsks(t *testing.T) {
	server := &apiServer{allows: []string{"octocat@acme.dev"}}
	decision, err := decide(t, server)
	if err != nil || !decision.Allowed || decision.Role != "" {
		t.Fatalf("%+v, %v", decision, err)
	}
	want := []authorizationv1.SubjectAccessReviewSpec{{
		User: "octocat@acme.dev", Groups: []string{"acme:web", "system:authenticated"},
		ResourceAttributes: &authorizationv1.ResourceAttributes{
			Group: "kargo.akuity.io", Version: "*", Resource: "stages", Namespace: "microsvcs", Name: "red-production", Verb: "promote",
		},
	}}
	if diff := cmp.Diff(want, server.asked); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"acme:web"}, octocat.Groups); diff != "" {
		t.Errorf("the subject was changed: %s", diff)
	}
}

func TestDecide(t *testing.T) {
	mine, groups, others := claims(`{"email": ["octocat@acme.dev"]}`), claims(`{"groups": ["acme:web"]}`), claims(`{"email": ["hubot@acme.dev"]}`)
	for _, test := range []struct {
		name    string
		allows  []string
		denied  bool
		roles   []client.Object
		allowed bool
		role    string
		may     []string
		asked   int
	}{
		{"allowed to the user", []string{"octocat@acme.dev"}, false, nil, true, "", nil, 1},
		{"allowed to a group", []string{"acme:web"}, false, nil, true, "", nil, 1},
		{"allowed to whoever is authenticated", []string{"system:authenticated"}, false, nil, true, "", nil, 1},
		{"allowed directly: roles are not asked for", []string{"acme:web", account("a")}, false, []client.Object{kargoRole("microsvcs", "a", mine)}, true, "", nil, 1},
		{"allowed and denied", []string{"acme:web"}, true, nil, false, "", nil, 1},
		{"refused", nil, false, nil, false, "", nil, 1},
		{"allowed by a role, by email", []string{account("a")}, false, []client.Object{kargoRole("microsvcs", "a", mine)}, true, "a", nil, 2},
		{"allowed by a role, by a group", []string{account("a")}, false, []client.Object{kargoRole("microsvcs", "a", groups)}, true, "a", nil, 2},
		{"allowed by what all of the project's accounts may", []string{"system:serviceaccounts:microsvcs"}, false, []client.Object{kargoRole("microsvcs", "a", mine)}, true, "a", nil, 2},
		{"their role may not", nil, false, []client.Object{kargoRole("microsvcs", "a", mine)}, false, "", nil, 2},
		{"their second role may", []string{account("b")}, false, []client.Object{kargoRole("microsvcs", "a", mine), kargoRole("microsvcs", "b", mine)}, true, "b", nil, 3},
		{"a role of somebody else", []string{account("b"), account("c")}, false,
			[]client.Object{kargoRole("microsvcs", "c", others), kargoRole("microsvcs", "a", others), kargoRole("microsvcs", "b", others)}, false, "", []string{"b", "c"}, 4},
		{"a role of another project", []string{account("a")}, false, []client.Object{kargoRole("shop", "a", mine)}, false, "", nil, 1},
		{"an account that is no role", []string{account("a")}, false, []client.Object{kargoRole("microsvcs", "a", nil)}, false, "", nil, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := &apiServer{allows: test.allows, denied: test.denied}
			got, err := decide(t, server, test.roles...)
			if err != nil {
				t.Fatal(err)
			}
			want := access.Decision{Allowed: test.allowed, Subject: octocat, Role: test.role, RolesThatMay: test.may}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if len(server.asked) != test.asked {
				t.Errorf("asked %d times, want %d", len(server.asked), test.asked)
			}
		})
	}
}

func TestDecideWithoutKargoRolesAsksForNone(t *testing.T) {
	server := &apiServer{allows: []string{account("a")}}
	decision, err := access.NewAuthorizer(server, nil).Decide(t.Context(), octocat, question)
	if err != nil || decision.Allowed || len(server.asked) != 1 {
		t.Errorf("%+v, %v, asked %d times", decision, err, len(server.asked))
	}
}

func TestDecideAllowsNothingWhenItCannotAsk(t *testing.T) {
	roles := []client.Object{kargoRole("microsvcs", "a", claims(`{"email": ["octocat@acme.dev"]}`)), kargoRole("microsvcs", "b", claims(`{"email": ["x"]}`))}
	for failsAt := 1; failsAt <= 3; failsAt++ {
		// The role that the last question is about would be allowed.
		server := &apiServer{failsAt: failsAt, allows: []string{account("b")}}
		decision, err := decide(t, server, roles...)
		if !errors.Is(err, errDown) || decision.Allowed {
			t.Errorf("question %d fails: %+v, %v", failsAt, decision, err)
		}
	}
}

func TestDecideAsksAboutABoundedNumberOfRolesAndNeverLosesOnesOwn(t *testing.T) {
	var roles []client.Object
	for i := range 100 {
		roles = append(roles, kargoRole("microsvcs", fmt.Sprintf("role-%02d", i), claims(`{"email": ["hubot@acme.dev"]}`)))
	}
	server := &apiServer{}
	if decision, err := decide(t, server, roles...); err != nil || decision.Allowed {
		t.Fatalf("%+v, %v", decision, err)
	}
	if len(server.asked) > 21 {
		t.Errorf("asked %d times", len(server.asked))
	}

	server = &apiServer{allows: []string{account("z-mine")}}
	decision, err := decide(t, server, append(roles, kargoRole("microsvcs", "z-mine", claims(`{"email": ["octocat@acme.dev"]}`)))...)
	if err != nil || !decision.Allowed || decision.Role != "z-mine" {
		t.Errorf("the person's own role is not considered: %+v, %v", decision, err)
	}
}
