package access_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	authorizationv1 "k8s.io/api/authorization/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/davidaparicio/kargo-bot/internal/access"
)

// reviewer answers SubjectAccessReviews by user and Stage, several at once.
type reviewer struct {
	client.Writer
	// allows has "user stage"; an empty Stage stands for all.
	allows []string
	// takes is how long each answer takes.
	takes time.Duration
	err   error

	mu                  sync.Mutex
	asked, atOnce, most int
}

func (r *reviewer) Create(ctx context.Context, o client.Object, _ ...client.CreateOption) error {
	r.mu.Lock()
	r.asked++
	r.atOnce++
	r.most = max(r.most, r.atOnce)
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		r.atOnce--
		r.mu.Unlock()
	}()
	if _, ok := ctx.Deadline(); !ok {
		return errors.New("asked without a deadline")
	}
	if r.takes > 0 {
		select {
		case <-time.After(r.takes):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	review := o.(*authorizationv1.SubjectAccessReview)
	review.Status.Allowed = slices.Contains(r.allows, review.Spec.User+" "+review.Spec.ResourceAttributes.Name)
	return r.err
}

func survey(t *testing.T, server *reviewer, realms ...access.Realm) ([]access.Grants, error) {
	t.Helper()
	roles := []client.Object{
		kargoRole("microsvcs", "releaser", claims(`{"email":["octocat@acme.dev"]}`)),
		kargoRole("microsvcs", "somebody-elses", claims(`{"email":["hubot@acme.dev"]}`)),
	}
	authorizer := access.NewAuthorizer(server, fake.NewClientBuilder().WithObjects(roles...).Build())
	return authorizer.Survey(t.Context(), octocat, access.VerbPromote, realms)
}

func TestSurvey(t *testing.T) {
	realm := access.Realm{Namespace: "microsvcs", Stages: []string{"red-staging", "red-production"}}
	const releaser = "system:serviceaccount:microsvcs:releaser"
	for _, test := range []struct {
		name   string
		allows []string
		want   access.Grants
		asked  int
	}{
		{"to everything", []string{"octocat@acme.dev "}, access.Grants{Roles: []string{"releaser"}, All: true}, 1},
		{"to everything, by a role", []string{releaser + " "}, access.Grants{Roles: []string{"releaser"}, All: true, AllBy: "releaser"}, 2},
		{"to one, and to one by a role", []string{"octocat@acme.dev red-staging", releaser + " red-production"},
			access.Grants{Roles: []string{"releaser"}, Stages: []access.Grant{{Asked: true, Allowed: true}, {Asked: true, Allowed: true, By: "releaser"}}}, 5},
		{"to nothing", []string{"system:serviceaccount:microsvcs:somebody-elses "},
			access.Grants{Roles: []string{"releaser"}, Stages: []access.Grant{{Asked: true}, {Asked: true}}}, 6},
	} {
		server := &reviewer{allows: test.allows}
		got, err := survey(t, server, realm)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]access.Grants{test.want}, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", test.name, diff)
		}
		if server.asked != test.asked {
			t.Errorf("%s: %d questions, want %d", test.name, server.asked, test.asked)
		}
	}
}

// many returns Realms with so many Stages each, in namespaces without roles.
func many(realms, stages int) []access.Realm {
	out := make([]access.Realm, realms)
	for i := range out {
		out[i].Namespace = fmt.Sprintf("project-%d", i)
		for j := range stages {
			out[i].Stages = append(out[i].Stages, fmt.Sprintf("stage-%d", j))
		}
	}
	return out
}

func asked(grants []access.Grants) (n int) {
	for _, g := range grants {
		for _, stage := range g.Stages {
			if stage.Asked {
				n++
			}
		}
	}
	return n
}

func TestSurveyIsBounded(t *testing.T) {
	server := &reviewer{}
	grants, err := survey(t, server, many(2, 400)...)
	if err != nil {
		t.Fatal(err)
	}
	if server.asked != 300 || asked(grants) != 298 {
		t.Errorf("%d questions, %d Stages of 800 looked at", server.asked, asked(grants))
	}
	if server.most > 8 {
		t.Errorf("%d questions at once", server.most)
	}
}

func TestSurveyTellsWhatItHasFoundOutInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		grants, err := survey(t, &reviewer{takes: 300 * time.Millisecond}, many(1, 100)...)
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("took %s", took)
		}
		// Six rounds of 300 ms fit: one for all Stages at once, five of eight Stages.
		if n := asked(grants); n != 40 {
			t.Errorf("%d Stages looked at", n)
		}
	})
}

func TestSurveyFailsIfNothingCouldBeAsked(t *testing.T) {
	if _, err := survey(t, &reviewer{err: errDown}, many(1, 1)...); !errors.Is(err, errDown) {
		t.Errorf("error %v", err)
	}
	synctest.Test(t, func(t *testing.T) {
		if _, err := survey(t, &reviewer{takes: time.Hour}, many(1, 1)...); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	})
}
