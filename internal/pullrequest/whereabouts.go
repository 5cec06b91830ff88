package pullrequest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// remembered is how many entries Kargo keeps of a Stage's history, short of the newest (stages.go of v1.11.2).
const remembered = 9

// lookBack is of how many earlier Freight of a Stage it is asked whether it had a change.
const lookBack = 3

// whereabouts says where a change is that was merged.
func (f *Follower) whereabouts(ctx context.Context, repo string, pull Pull, services []Service) (saying, error) {
	out := answers.Whereabouts{Release: f.Release.MatchString(pull.Title), More: max(0, len(services)-mostServices)}
	said := saying{}
	for _, s := range services[:min(len(services), mostServices)] {
		where, transient, err := f.locate(ctx, repo, pull.MergeSHA, s)
		if err != nil {
			return saying{}, err
		}
		said.transient = said.transient || transient
		out.Services = append(out.Services, where)
	}
	said.settled = !said.transient && out.More == 0 && isEverywhere(out.Services)
	said.again = f.untilSoaked(out.Services)
	said.card = cards.Whereabouts(out, f.Links)
	return said, nil
}

// untilSoaked returns in how long the first Freight can go somewhere that has to soak; 0 if none has to. Nothing
// happens then that could be watched.
func (f *Follower) untilSoaked(services []answers.ServiceWhereabouts) time.Duration {
	var first time.Duration
	for _, s := range services {
		for _, p := range s.Places {
			if p.Soaking == nil {
				continue
			}
			if left := max(p.Soaking.Until.Sub(f.Now()), 0) + settle; first == 0 || left < first {
				first = left
			}
		}
	}
	return first
}

// deployed tells what a service runs; nothing, if it has no Stage any more.
func (f *Follower) deployed(ctx context.Context, s Service) ([]kargo.Deployed, error) {
	places, err := f.Catalogue.Deployed(ctx, s.Word(), f.Now())
	if p, ok := errors.AsType[*chatops.Problem](err); ok && p.Refusal() {
		return nil, nil
	}
	return places, err
}

// isEverywhere reports whether a change is in every environment, with every service that it touches.
func isEverywhere(services []answers.ServiceWhereabouts) bool {
	for _, s := range services {
		if len(s.Places) == 0 || slices.ContainsFunc(s.Places, func(p answers.Place) bool { return !p.There }) {
			return false
		}
	}
	return true
}

// locate finds out where a commit is with one service.
func (f *Follower) locate(ctx context.Context, repo, commit string, s Service) (where answers.ServiceWhereabouts, transient bool, err error) {
	w := search{f: f, repo: repo, commit: commit, service: s}
	where = answers.ServiceWhereabouts{Project: s.Project, Service: s.Name}
	newest, err := f.Catalogue.Discovered(ctx, s.Word())
	if p, ok := errors.AsType[*chatops.Problem](err); ok && p.Refusal() {
		// It has no Stage any more.
		return where, false, nil
	}
	if err != nil {
		return where, false, err
	}
	for _, freight := range newest {
		has, unknown, err := w.has(ctx, []kargoapi.FreightReference{kargo.Reference(freight)})
		if err != nil {
			return where, false, err
		}
		if has {
			where.Freight = append(where.Freight, kargo.Describe(freight, s.Name))
		} else if unknown != "" {
			where.Unknown = unknown
		}
	}
	places, err := f.deployed(ctx, s)
	if err != nil {
		return where, false, err
	}
	for _, p := range places {
		place, err := w.place(ctx, p)
		if err != nil {
			return where, false, err
		}
		where.Places = append(where.Places, place)
	}
	return where, w.transient, nil
}

// search asks of Freight whether it has a commit.
type search struct {
	f            *Follower
	repo, commit string
	service      Service
	transient    bool
}

// place says whether the commit is in an environment, and what is on its way there.
func (w *search) place(ctx context.Context, d kargo.Deployed) (answers.Place, error) {
	place := answers.Place{Environment: d.Environment}
	if len(d.Status.Running) > 0 {
		place.Version, place.Since = d.Status.Running[0].Version, d.Status.Running[0].Since
	}
	var err error
	if place.There, place.Unknown, err = w.has(ctx, d.Running); err != nil {
		return place, err
	}
	if place.There {
		return place, w.arrival(ctx, d, &place)
	}
	for _, earlier := range d.Before[:min(len(d.Before), lookBack)] {
		had, _, err := w.has(ctx, earlier.Freight)
		if err != nil {
			return place, err
		}
		place.Before = place.Before || had
	}
	return place, w.next(ctx, d, &place)
}

// arrival says with which version the commit came to an environment, and when: what came after that is no
// news of it. If all that the Stage remembers has the commit, that is not known any more.
func (w *search) arrival(ctx context.Context, d kargo.Deployed, place *answers.Place) error {
	for _, earlier := range d.Before {
		had, _, err := w.has(ctx, earlier.Freight)
		if err != nil || !had {
			return err
		}
		place.Version, place.Since = kargo.Version(earlier.Freight[0], w.service.Name), earlier.At
	}
	if len(d.Before) >= remembered {
		place.Version, place.Since = "", time.Time{}
	}
	return nil
}

// next says which Freight with the commit is on its way, or could go.
func (w *search) next(ctx context.Context, d kargo.Deployed, place *answers.Place) error {
	brings := func(f answers.Freight) (bool, error) {
		ref, ok := d.Next[f.Name]
		if !ok {
			return false, nil
		}
		has, _, err := w.has(ctx, []kargoapi.FreightReference{ref})
		return has, err
	}
	coming := d.Status.Queued
	if d.Status.Promotion != nil {
		coming = append([]answers.PromotionStatus{*d.Status.Promotion}, coming...)
	}
	for _, p := range coming {
		if has, err := brings(p.Freight); err != nil || has {
			place.Coming = &p.Freight
			return err
		}
	}
	for _, freight := range d.Status.Waiting {
		has, err := brings(freight)
		if err != nil {
			return err
		}
		if has {
			place.Waiting = &freight
			place.Code = w.f.between(ctx, w.service, w.repo, d.Running, []kargoapi.FreightReference{d.Next[freight.Name]})
			return nil
		}
	}
	for _, freight := range d.Status.Soaking {
		if has, err := brings(freight.Freight); err != nil || has {
			place.Soaking = &freight
			return err
		}
	}
	return nil
}

// has reports whether Freight has the commit, or why that is not known.
func (w *search) has(ctx context.Context, refs []kargoapi.FreightReference) (has bool, unknown string, err error) {
	if len(refs) == 0 {
		return false, "", nil
	}
	located := w.f.Code.Commit(ctx, w.service.Project, w.service.Name, w.repo, refs)
	if located.Commit == "" {
		w.transient = w.transient || located.Transient
		return false, located.Unknown, nil
	}
	has, err = w.f.Code.Contains(ctx, w.repo, w.commit, located.Commit)
	unavailable, isUnavailable := errors.AsType[*freightdiff.Unavailable](err)
	switch {
	case isUnavailable:
		w.transient = true
		return false, unavailable.Reason, nil
	case errors.Is(err, freightdiff.ErrNotFound):
		// It is not part of what has no history in common with it.
		return false, "", nil
	default:
		return has, "", err
	}
}

// from tells what is between what runs and a commit.
func (f *Follower) from(ctx context.Context, s Service, repo string, running []kargoapi.FreightReference, to string) *answers.CodeChange {
	located := f.Code.Commit(ctx, s.Project, s.Name, repo, running)
	if located.Commit == "" {
		return &answers.CodeChange{Artifacts: []string{s.Name}, Repository: repo, Unknown: located.Unknown, Transient: located.Transient}
	}
	change := f.Code.Range(ctx, s.Project, s.Name, repo, located.Commit, to)
	return &change
}

// between tells what is between what runs and other Freight; nil if that is not known.
func (f *Follower) between(ctx context.Context, s Service, repo string, running, next []kargoapi.FreightReference) *answers.CodeChange {
	located := f.Code.Commit(ctx, s.Project, s.Name, repo, next)
	if located.Commit == "" || len(running) == 0 {
		return nil
	}
	return f.from(ctx, s, repo, running, located.Commit)
}
