package access

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Self is the person whose own credentials reach the API server: who they are and what they may is
// asked of it with these. Names that begin with "system:" are as good as any here, since it is the API
// server that gives them.
type Self struct {
	// reviews creates SelfSubjectReviews and SelfSubjectAccessReviews.
	reviews client.Writer

	mu      sync.Mutex
	subject *Subject
}

// NewSelf returns the person that reviews are created as.
func NewSelf(reviews client.Writer) *Self { return &Self{reviews: reviews} }

// Actor returns the person as the one who asks.
func (s *Self) Actor(ctx context.Context) (chatops.Actor, error) {
	subject, err := s.identify(ctx)
	if err != nil {
		return chatops.Actor{}, err
	}
	return chatops.Actor{Source: chatops.SourceTerminal, ID: subject.Username, Name: subject.Username}, nil
}

// Subject returns who the person is. There is but one: the actor does not matter.
func (s *Self) Subject(ctx context.Context, _ chatops.Actor) (Subject, error) {
	return s.identify(ctx)
}

// selfTimeout bounds one question of a person's own. It may have to cross the world, and begins with
// the login that a kubeconfig asks for.
const selfTimeout = 20 * time.Second

// identify asks who the person is, once.
func (s *Self) identify(ctx context.Context) (Subject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.subject != nil {
		return *s.subject, nil
	}
	ctx, cancel := context.WithTimeout(ctx, selfTimeout)
	defer cancel()
	review := &authenticationv1.SelfSubjectReview{}
	if err := s.reviews.Create(ctx, review); err != nil {
		return Subject{}, fmt.Errorf("ask who this is: %w", err)
	}
	user := review.Status.UserInfo
	if user.Username == "" || user.Username == userAnonymous {
		return Subject{}, &chatops.Problem{
			Code:  chatops.CodeUnknownPerson,
			Title: "Kubernetes does not know who you are.",
			Body:  []chatops.Text{chatops.Line(chatops.Plain("Log in to the cluster of your kubeconfig, and see who you are there: "), chatops.Code("kubectl auth whoami"))},
		}
	}
	groups := slices.Clone(user.Groups)
	// Everybody is in it, so that it says nothing.
	groups = slices.DeleteFunc(groups, func(g string) bool { return g == groupAuthenticated })
	slices.Sort(groups)
	s.subject = &Subject{Username: user.Username, Groups: slices.Compact(groups), Name: user.Username}
	return *s.subject, nil
}

// userAnonymous is who has no credentials, where the API server lets them ask at all.
const userAnonymous = "system:anonymous"

// Decide asks whether the person may, with the person's own credentials. Kargo roles don't count: what
// is made is made by the person, not by a role.
func (s *Self) Decide(ctx context.Context, subject Subject, q Question) (Decision, error) {
	ctx, cancel := context.WithTimeout(ctx, selfTimeout)
	defer cancel()
	review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: q.attributes()}}
	if err := s.reviews.Create(ctx, review); err != nil {
		return Decision{Subject: subject}, fmt.Errorf("ask whether %s may %s stage %s/%s: %w", subject.Username, q.Verb, q.Namespace, q.Stage, err)
	}
	return Decision{Subject: subject, Allowed: review.Status.Allowed && !review.Status.Denied}, nil
}

// RoleTerminal is the ClusterRole that the chart has for people who use the bot in a terminal. It is
// named after the release, which is mostly called like the bot.
const RoleTerminal = "kargo-bot-terminal"

// Unbound explains that Kubernetes does not let the subject see or make what is needed in a namespace,
// or in any of those that are served if that is empty, and how to mend it.
func (s Subject) Unbound(namespace string, cause error) *chatops.Problem {
	in := "the namespace of the project"
	if namespace != "" {
		in = "project " + namespace
	} else {
		namespace = "PROJECT"
	}
	return &chatops.Problem{
		Code:  chatops.CodeForbidden,
		Title: fmt.Sprintf("Your Kubernetes user lacks rights in %s, so I did nothing.", in),
		Body: []chatops.Text{
			chatops.Line(chatops.Plain("Needed: the ClusterRole "), chatops.Code(RoleTerminal), chatops.Plain(
				" (it is named after the chart's release), bound in that namespace. You are "), chatops.Code(s.String()), chatops.Plain(".")),
			chatops.Line(chatops.Plain("An administrator can bind it: "), chatops.Code(fmt.Sprintf(
				"kubectl -n %[1]s create rolebinding %[2]s-%[3]s --clusterrole=%[2]s --user=%[4]s",
				quoteArg(namespace), RoleTerminal, label(s.Username), quoteArg(s.Username)))),
		},
		Err: cause,
	}
}
