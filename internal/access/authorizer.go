package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// VerbPromote is the verb on a Stage that Kargo checks when a Promotion is made.
const VerbPromote = "promote"

const (
	kargoGroup    = "kargo.akuity.io"
	resourceStage = "stages"
	// groupAuthenticated is the group of whoever is somebody to Kubernetes.
	groupAuthenticated = "system:authenticated"
	// reviewTimeout bounds one question to the API server.
	reviewTimeout = 2 * time.Second
	// maxRoles bounds how many Kargo roles are asked about for one decision.
	maxRoles = 20
)

// Authorizer asks the API server what a subject may do.
type Authorizer struct {
	// reviews creates SubjectAccessReviews.
	reviews client.Writer
	// cache reads ServiceAccounts; nil where Kargo roles don't count.
	cache client.Reader
}

// NewAuthorizer returns an Authorizer that asks by way of reviews. With a cache of ServiceAccounts,
// people may also do what their Kargo roles may.
func NewAuthorizer(reviews client.Writer, cache client.Reader) *Authorizer {
	return &Authorizer{reviews: reviews, cache: cache}
}

// Question is whether a verb on a Stage is permitted.
type Question struct {
	Verb      string
	Namespace string
	Stage     string
	// Brief asks for the answer alone: if it is a no, not for who may instead.
	Brief bool
}

// attributes puts the question as the API server takes it.
func (q Question) attributes() *authorizationv1.ResourceAttributes {
	return &authorizationv1.ResourceAttributes{
		Group: kargoGroup, Version: "*", Resource: resourceStage,
		Namespace: q.Namespace, Name: q.Stage, Verb: q.Verb,
	}
}

// Decision is the answer, and what it follows from.
type Decision struct {
	Allowed bool
	Subject Subject
	// Role is the Kargo role that permits it, where the user and groups alone do not.
	Role string
	// RolesThatMay are the Kargo roles of the project that permit it, asked for only if it is not
	// allowed, so that the person knows whom to turn to.
	RolesThatMay []string
}

// Decide asks whether the subject may. An error means that the API server could not be asked.
func (a *Authorizer) Decide(ctx context.Context, subject Subject, q Question) (Decision, error) {
	decision := Decision{Subject: subject}
	allowed, err := a.review(ctx, subject.Username, subject.Groups, q)
	if err != nil || allowed {
		decision.Allowed = allowed
		return decision, err
	}
	if a.cache == nil {
		return decision, nil
	}
	roles, err := kargoRoles(ctx, a.cache, q.Namespace)
	if err != nil {
		return decision, err
	}
	// The person's own roles come first, so that the bound cuts off none of them for the others.
	var own, others []role
	for _, r := range roles {
		if r.includes(subject) {
			own = append(own, r)
		} else {
			others = append(others, r)
		}
	}
	if q.Brief {
		others = nil
	}
	asked := slices.Concat(own, others)
	for i, r := range asked[:min(len(asked), maxRoles)] {
		may, err := a.reviewRole(ctx, r.name, q)
		if err != nil {
			return decision, err
		}
		if !may {
			continue
		}
		if i < len(own) {
			decision.Allowed, decision.Role = true, r.name
			return decision, nil
		}
		decision.RolesThatMay = append(decision.RolesThatMay, r.name)
	}
	return decision, nil
}

// reviewRole asks whether a ServiceAccount may.
func (a *Authorizer) reviewRole(ctx context.Context, name string, q Question) (bool, error) {
	return a.review(ctx, "system:serviceaccount:"+q.Namespace+":"+name,
		[]string{"system:serviceaccounts", "system:serviceaccounts:" + q.Namespace}, q)
}

func (a *Authorizer) review(ctx context.Context, user string, groups []string, q Question) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, reviewTimeout)
	defer cancel()
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: user,
		// Whoever authenticates to Kubernetes is in this group: rules may be bound to it.
		Groups:             append(append([]string(nil), groups...), groupAuthenticated),
		ResourceAttributes: q.attributes(),
	}}
	if err := a.reviews.Create(ctx, review); err != nil {
		return false, fmt.Errorf("ask whether %s may %s stage %s/%s: %w", user, q.Verb, q.Namespace, q.Stage, err)
	}
	return review.Status.Allowed && !review.Status.Denied, nil
}

// Refusal explains a decision that is a no, with what is missing and how to get it.
func (d Decision) Refusal(q Question, environment string) *chatops.Problem {
	p := &chatops.Problem{
		Code:  chatops.CodeForbidden,
		Title: fmt.Sprintf("You can't %s to %s.", q.Verb, environment),
		Body: []chatops.Text{chatops.Line(
			chatops.Plain("Needed: "), chatops.Bold(q.Verb), chatops.Plain(" on Stage "), chatops.Code(q.Stage),
			chatops.Plain(" in project "), chatops.Code(q.Namespace),
			chatops.Plain(". You are "), chatops.Code(d.Subject.String()), chatops.Plain("."),
		)},
	}
	if len(d.RolesThatMay) > 0 {
		p.Body = append(p.Body, chatops.Line(chatops.Plain("Kargo roles that may: "), chatops.Code(strings.Join(d.RolesThatMay, ", ")), chatops.Plain(".")))
		if d.Subject.Email != "" {
			p.Body = append(p.Body, chatops.Line(chatops.Plain("An administrator can add you: "), chatops.Code(fmt.Sprintf(
				"kargo grant --project %s --role %s --claim email=%s", q.Namespace, d.RolesThatMay[0], quoteArg(d.Subject.Email)))))
			return p
		}
	}
	name := q.Verb + "-" + q.Stage
	p.Body = append(p.Body, chatops.Line(chatops.Plain("An administrator can permit it: "), chatops.Code(fmt.Sprintf(
		"kubectl -n %[1]s create role %[2]s --verb=%[3]s --resource=stages.kargo.akuity.io --resource-name=%[4]s; "+
			"kubectl -n %[1]s create rolebinding %[2]s-%[5]s --role=%[2]s --user=%[6]s",
		q.Namespace, name, q.Verb, q.Stage, label(d.Subject.Username), quoteArg(d.Subject.Username)))))
	return p
}

// quoteArg quotes a foreign word for a shell, since the line is there to be copied.
func quoteArg(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("@%+=:,./-_", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// label turns a username into something that may be part of an object's name.
func label(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(s)), "-")
}
