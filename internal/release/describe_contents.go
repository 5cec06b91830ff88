package release

import (
	"context"
	"errors"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

const (
	// compareAgain is after how long it is asked again for what ships if that could not be told.
	compareAgain = time.Minute
	// maxCompared is how often that is done, before a card says that it is not known.
	maxCompared = 10
)

// compare finds out what ships, compared to what the last environment runs, and returns after how long to try
// again. Once the release is there, there is nothing left to compare.
func (d *describer) compare(ctx context.Context, r *v1alpha1.Release, m *memory) (time.Duration, error) {
	last := lastStage(r)
	if d.Code == nil || last == nil {
		return 0, nil
	}
	line, ok, err := d.Catalogue.Line(ctx, r.Namespace, r.Spec.Service)
	if err != nil || !ok {
		return 0, err
	}
	d.locate(ctx, r, line, m)
	from := d.running(line, last.Stage, r)
	if wait, wanted := d.wantsContents(r, m, from); !wanted {
		return wait, nil
	}
	changes, ok := d.changes(ctx, r, line, from)
	if errors.Is(ctx.Err(), context.Canceled) {
		// The bot is told to stop: the next leader finds out.
		return 0, context.Cause(ctx)
	}
	if !ok {
		return 0, nil
	}
	m.base, m.comparedAt = nameOf(from), d.Now()
	m.compared++
	found := freightdiff.Contents(r.Spec.Service, changes)
	found.At = metav1.NewTime(d.Now().Truncate(time.Second))
	if found.Transient && m.compared >= maxCompared {
		found.Unknown, found.Transient = "What it ships could not be found out: GitHub did not answer.", false
	}
	r.Status.Contents = &found
	if found.Transient {
		return compareAgain, nil
	}
	return 0, nil
}

// lastStage is how a Release stands in its last environment, if it is not there and was not; nil otherwise.
func lastStage(r *v1alpha1.Release) *v1alpha1.ReleaseStage {
	if len(r.Status.Stages) == 0 {
		return nil
	}
	last := &r.Status.Stages[len(r.Status.Stages)-1]
	switch last.Phase {
	case v1alpha1.ReleaseStageVerifying, v1alpha1.ReleaseStageLive, v1alpha1.ReleaseStageReplaced, v1alpha1.ReleaseStageSkipped:
		return nil
	default:
		return last
	}
}

// wantsContents reports whether what ships is to be found out now, and if not, after how long; 0 if only when
// something happens.
func (d *describer) wantsContents(r *v1alpha1.Release, m *memory, from *kargoapi.FreightReference) (wait time.Duration, wanted bool) {
	c, now := r.Status.Contents, d.Now()
	switch {
	case now.Sub(r.CreationTimestamp.Time) > describeFor && (r.Status.DiscoveredAt == nil || now.Sub(r.Status.DiscoveredAt.Time) > describeFor):
		return 0, false
	case c == nil:
		return 0, true
	case m.base != "" && m.base != nameOf(from):
		// The last environment has moved on meanwhile.
		return 0, true
	case c.Unknown != "" && !c.Transient && r.Status.DiscoveredAt != nil && c.At.Before(r.Status.DiscoveredAt):
		// By its Freight more may be known than by its tag.
		return 0, true
	case !c.Transient:
		return 0, false
	default:
		left := c.At.Add(compareAgain).Sub(now)
		return max(left, 0), left <= 0
	}
}

// changes compares two versions: their Freight, or as long as there is none, their commits. It reports false if
// neither is known yet.
func (d *describer) changes(ctx context.Context, r *v1alpha1.Release, line kargo.Line, from *kargoapi.FreightReference) ([]answers.CodeChange, bool) {
	to := freightOf(line, r.Status.Freight)
	switch {
	case from == nil:
		// It is the first there.
		return nil, to != nil || r.Status.Commit != ""
	case to != nil:
		compared := freightdiff.Compare([]kargoapi.FreightReference{*from}, []kargoapi.FreightReference{kargo.Reference(to)})
		return d.Code.Changes(ctx, line.Project, line.Service, compared.Artifacts), true
	case r.Status.Commit == "" || r.Status.Repo == "":
		return nil, false
	}
	at := d.Code.Commit(ctx, line.Project, line.Service, r.Status.Repo, []kargoapi.FreightReference{*from})
	if at.Commit == "" {
		return []answers.CodeChange{{Artifacts: []string{line.Service}, Unknown: at.Unknown, Transient: at.Transient}}, true
	}
	return []answers.CodeChange{d.Code.Range(ctx, line.Project, line.Service, r.Status.Repo, at.Commit, r.Status.Commit)}, true
}

// locate finds the commit of a Release that no tag tells, by its Freight.
func (d *describer) locate(ctx context.Context, r *v1alpha1.Release, line kargo.Line, m *memory) {
	f := freightOf(line, r.Status.Freight)
	home, _ := d.source(line.Project, line.Service).Home(line.Service)
	if r.Status.Commit != "" || f == nil || home == "" || m.compared > 0 && d.Now().Sub(m.comparedAt) < compareAgain {
		return
	}
	found := d.Code.Commit(ctx, line.Project, line.Service, home, []kargoapi.FreightReference{kargo.Reference(f)})
	if found.Commit != "" && len(found.Commit) <= maxCommit && len(home) <= maxSource {
		r.Status.Commit, r.Status.Repo = found.Commit, home
	}
}

// running is what a Stage runs that a Release would replace; nil if there is none.
func (d *describer) running(line kargo.Line, stage string, r *v1alpha1.Release) *kargoapi.FreightReference {
	for _, at := range line.Stages {
		if at.Stage.Name != stage {
			continue
		}
		all := kargo.Running(at.Target)
		f := freightOf(line, r.Status.Freight)
		for i := range all {
			if f == nil || all[i].Origin == f.Origin {
				return &all[i]
			}
		}
	}
	return nil
}

// freightOf returns the Freight of that name; nil if there is none.
func freightOf(line kargo.Line, name string) *kargoapi.Freight {
	for _, f := range line.Freight {
		if f.Name == name {
			return f
		}
	}
	return nil
}

func nameOf(ref *kargoapi.FreightReference) string {
	if ref == nil {
		return ""
	}
	return ref.Name
}
