package access

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Bounds of what is asked to tell somebody what they may do.
const (
	// maxQuestions is how many questions the API server is asked in all.
	maxQuestions = 300
	// atOnce is how many are asked at the same time.
	atOnce = 8
	// surveyTimeout is how long all of that may take. Slack waits 3 s for an answer.
	surveyTimeout = 2 * time.Second
)

// Realm is a project, and those of its Stages of which somebody wants to know what they may do.
type Realm struct {
	Namespace string
	Stages    []string
}

// Grants are what a subject may do in a Realm.
type Grants struct {
	// Roles are the subject's Kargo roles.
	Roles []string
	// All says that it may be done to all Stages, of this and any other name.
	All bool
	// AllBy is the Kargo role that permits that; empty if it is permitted to the user and groups.
	AllBy string
	// Stages has an entry for each Stage of the Realm, in the same order, unless it is All.
	Stages []Grant
}

// Grant says whether a verb on a Stage is permitted.
type Grant struct {
	// Asked is false if it could not be found out: there are too many Stages, or the time was too short.
	Asked   bool
	Allowed bool
	// By is the Kargo role that permits it; empty if it is permitted to the user and groups.
	By string
}

// Survey finds out on which Stages of the Realms the subject may use a verb: first for all Stages of a
// project at once, and only where that is not permitted, for one after the other. What is found out in
// time comes back; an error means that nothing was.
func (a *Authorizer) Survey(ctx context.Context, subject Subject, verb string, realms []Realm) ([]Grants, error) {
	ctx, cancel := context.WithTimeout(ctx, surveyTimeout)
	defer cancel()
	return (&survey{
		subject: subject, verb: verb, left: maxQuestions, cache: a.cache,
		user: func(ctx context.Context, q Question) (bool, error) {
			return a.review(ctx, subject.Username, subject.Groups, q)
		},
		role: a.reviewRole,
	}).run(ctx, realms)
}

// Survey finds out the same for the person, with the person's own credentials. Kargo roles don't count.
func (s *Self) Survey(ctx context.Context, subject Subject, verb string, realms []Realm) ([]Grants, error) {
	ctx, cancel := context.WithTimeout(ctx, selfTimeout)
	defer cancel()
	return (&survey{
		subject: subject, verb: verb, left: maxQuestions,
		user: func(ctx context.Context, q Question) (bool, error) {
			decision, err := s.Decide(ctx, subject, q)
			return decision.Allowed, err
		},
	}).run(ctx, realms)
}

// survey asks about one subject.
type survey struct {
	subject Subject
	verb    string
	// left is how many questions may still be asked.
	left int
	// cache has Kargo's roles; nil where they don't count.
	cache client.Reader
	// user asks whether the subject may, and role whether a role may.
	user func(ctx context.Context, q Question) (bool, error)
	role func(ctx context.Context, name string, q Question) (bool, error)
}

func (s *survey) run(ctx context.Context, realms []Realm) ([]Grants, error) {
	out := make([]Grants, len(realms))
	if err := s.roles(ctx, realms, out); err != nil {
		return nil, err
	}
	// An empty name stands for all: a rule with names does not permit it.
	var whole []question
	for i, realm := range realms {
		whole = append(whole, s.question(realm, out[i].Roles, "", func(g Grant) { out[i].All, out[i].AllBy = g.Allowed, g.By }))
	}
	if err := s.ask(ctx, whole); err != nil {
		return nil, err
	}
	var single []question
	for i, realm := range realms {
		if out[i].All {
			continue
		}
		out[i].Stages = make([]Grant, len(realm.Stages))
		for j, stage := range realm.Stages {
			single = append(single, s.question(realm, out[i].Roles, stage, func(g Grant) { out[i].Stages[j] = g }))
		}
	}
	err := s.ask(ctx, single)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, err
	}
	return out, nil
}

// roles finds the subject's Kargo roles in each Realm.
func (s *survey) roles(ctx context.Context, realms []Realm, out []Grants) error {
	if s.cache == nil {
		return nil
	}
	for i, realm := range realms {
		all, err := kargoRoles(ctx, s.cache, realm.Namespace)
		if err != nil {
			return err
		}
		for _, r := range all {
			if r.includes(s.subject) && len(out[i].Roles) < maxRoles {
				out[i].Roles = append(out[i].Roles, r.name)
			}
		}
	}
	return nil
}

// question is about one Stage: first whether the user may, then whether one of the roles may.
type question struct {
	Question

	roles []string
	tell  func(Grant)
}

func (s *survey) question(realm Realm, roles []string, stage string, tell func(Grant)) question {
	return question{Question{Verb: s.verb, Namespace: realm.Namespace, Stage: stage}, roles, tell}
}

// ask asks as many of the questions as it may, several at once. Each tells its own answer.
func (s *survey) ask(ctx context.Context, questions []question) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, q := range questions {
		// A question takes one for the user, and one for each role at worst.
		if s.left -= 1 + len(q.roles); s.left < 0 {
			break
		}
		group.Go(func() error {
			grant, err := s.grant(ctx, q)
			if err != nil {
				return err
			}
			q.tell(grant)
			return nil
		})
	}
	return group.Wait()
}

// grant asks one question, of the user and then of the roles.
func (s *survey) grant(ctx context.Context, q question) (Grant, error) {
	allowed, err := s.user(ctx, q.Question)
	if err != nil || allowed {
		return Grant{Asked: true, Allowed: allowed}, err
	}
	for _, role := range q.roles {
		if allowed, err = s.role(ctx, role, q.Question); err != nil || allowed {
			return Grant{Asked: true, Allowed: allowed, By: role}, err
		}
	}
	return Grant{Asked: true}, nil
}
