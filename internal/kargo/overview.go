package kargo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Overview tells what runs where. Each list of the cache is gone through once, however many Stages it
// is about. If there is but one service in one environment, and no Stage of it, that comes back as a
// *chatops.Problem.
func (c *Catalogue) Overview(ctx context.Context, scope Scope, now time.Time) (answers.Status, error) {
	status := answers.Status{Projects: []answers.ProjectStatus{}}
	for _, part := range scope.parts {
		project, err := c.overview(ctx, part, now)
		if err != nil {
			return answers.Status{}, err
		}
		status.Projects = append(status.Projects, project)
	}
	if len(scope.parts) == 1 && len(scope.parts[0].services) == 1 && len(scope.parts[0].environments) == 1 &&
		status.Projects[0].Services[0].Stages[0].Stage == "" {
		_, err := c.target(ctx, selected{scope.parts[0].pipeline, scope.parts[0].services[0]}, scope.parts[0].environments[0].Name)
		if isProblem(err, chatops.CodeNoStage) {
			return answers.Status{}, err
		}
	}
	return status, nil
}

func (c *Catalogue) overview(ctx context.Context, part scopePart, now time.Time) (answers.ProjectStatus, error) {
	p := part.pipeline
	out := answers.ProjectStatus{Project: p.Project, Environments: []string{}, Services: []answers.ServiceStatus{}}
	for _, env := range part.environments {
		out.Environments = append(out.Environments, env.Name)
	}
	look, err := c.look(ctx, part, now)
	if err != nil {
		return out, err
	}
	for _, service := range part.services {
		row := answers.ServiceStatus{Service: service, Stages: make([]answers.StageStatus, 0, len(part.environments))}
		for _, env := range part.environments {
			cell := answers.StageStatus{Environment: env.Name}
			if stage, ok := look.stages[p.stageName(service, env.Name)]; ok {
				look.describe(&cell, stage, service)
			}
			row.Stages = append(row.Stages, cell)
		}
		out.Services = append(out.Services, row)
	}
	return out, nil
}

// look is one look at a project: all that its status is told from.
type look struct {
	now     time.Time
	freight *freights
	stages  map[string]*kargoapi.Stage
	// promotions are, by Stage, those that are not over, and the last one that is.
	promotions map[string][]*kargoapi.Promotion
	// holding are, by Stage, those that put auto-promotion on hold.
	holding map[string][]*kargoapi.Promotion
}

// maxByStage is up to how many Stages' Promotions are looked up one by one. For more, going through all
// Promotions once is quicker.
const maxByStage = 8

func (c *Catalogue) look(ctx context.Context, part scopePart, now time.Time) (*look, error) {
	p := part.pipeline
	freight, err := c.freightOf(ctx, p)
	if err != nil {
		return nil, err
	}
	l := &look{
		now: now, freight: freight, stages: map[string]*kargoapi.Stage{},
		promotions: map[string][]*kargoapi.Promotion{}, holding: map[string][]*kargoapi.Promotion{},
	}
	stages, err := c.stagesIn(ctx, p.Project, p.Namespace)
	if err != nil {
		return nil, err
	}
	for i := range stages {
		l.stages[stages[i].Name] = &stages[i]
	}
	if len(part.services)*len(part.environments) <= maxByStage {
		for _, service := range part.services {
			for _, env := range part.environments {
				promotions, err := c.promotionsTo(ctx, p.Namespace, p.stageName(service, env.Name))
				if err != nil {
					return nil, err
				}
				l.keep(promotions)
			}
		}
		return l, nil
	}
	var promotions kargoapi.PromotionList
	if err := c.reader.List(ctx, &promotions, client.InNamespace(p.Namespace), client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list promotions of project %s: %w", p.Project, err)
	}
	l.keep(promotions.Items)
	return l, nil
}

// keep takes from the Promotions those that matter for what is now.
func (l *look) keep(promotions []kargoapi.Promotion) {
	for i := range promotions {
		p := &promotions[i]
		stage, ok := l.stages[p.Spec.Stage]
		if !ok {
			continue
		}
		for _, hold := range stage.Status.EffectiveAutoPromotionHolds {
			if hold.PromotionName == p.Name {
				l.holding[stage.Name] = append(l.holding[stage.Name], p)
			}
		}
		last := stage.Status.LastPromotion
		if !p.Status.Phase.IsTerminal() || last != nil && last.Name == p.Name {
			l.promotions[stage.Name] = append(l.promotions[stage.Name], p)
		}
	}
}

// describe tells what a Stage runs and what is about to change.
func (l *look) describe(cell *answers.StageStatus, stage *kargoapi.Stage, service string) {
	cell.Stage, cell.Unpromotable = stage.Name, stage.IsControlFlow()
	cell.AutoPromotion = stage.Status.AutoPromotionEnabled
	if health := stage.Status.Health; health != nil {
		cell.Health = string(health.Status)
		for _, issue := range health.Issues {
			cell.Issues = append(cell.Issues, bounded(issue))
		}
	}
	l.promoting(cell, stage, service)
	l.running(cell, stage, service)
	for _, req := range stage.Spec.RequestedFreight {
		l.upcoming(cell, stage, req, service)
		if hold, ok := stage.Status.EffectiveAutoPromotionHolds[req.Origin.String()]; ok {
			cell.Holds = append(cell.Holds, answers.Hold{
				Origin: req.Origin.String(), Freight: l.freight.named(hold.FreightName, service),
				Since: instant(hold.CreatedAt), By: l.holder(stage, hold),
			})
		}
	}
}

// holder says who put auto-promotion on hold: who asked for the Promotion that did, else whom Kargo says.
func (l *look) holder(stage *kargoapi.Stage, hold kargoapi.AutoPromotionHold) string {
	for _, p := range l.holding[stage.Name] {
		if p.Name == hold.PromotionName {
			return Requester(p)
		}
	}
	return actor(hold.Actor)
}

// promoting tells of the Promotions to a Stage.
func (l *look) promoting(cell *answers.StageStatus, stage *kargoapi.Stage, service string) {
	promotions := l.promotions[stage.Name]
	// Kargo carries them out by name, which has the time in it.
	slices.SortFunc(promotions, func(a, b *kargoapi.Promotion) int { return strings.Compare(a.Name, b.Name) })
	for _, p := range promotions {
		status := PromotionStatus(p)
		status.Freight = l.freight.named(p.Spec.Freight, service)
		switch {
		case p.Status.Phase.IsTerminal():
			cell.Last = &status
		case p.Status.Phase == kargoapi.PromotionPhaseRunning && cell.Promotion == nil:
			cell.Promotion = &status
		default:
			cell.Queued = append(cell.Queued, status)
		}
	}
	if last := stage.Status.LastPromotion; last != nil && cell.Last == nil {
		status := remembered(last)
		status.Freight = l.freight.named("", service)
		if last.Freight != nil {
			status.Freight = l.freight.referred(*last.Freight, service)
		}
		cell.Last = &status
	}
}

// running tells what a Stage runs, in the order in which it asks for it.
func (l *look) running(cell *answers.StageStatus, stage *kargoapi.Stage, service string) {
	current := stage.Status.Current()
	if current == nil {
		return
	}
	for _, ref := range inOrder(stage, current) {
		running := answers.RunningFreight{Freight: l.freight.referred(ref, service)}
		if freight, ok := l.freight.byName[ref.Name]; ok {
			running.Since = instant(freight.Status.CurrentlyIn[stage.Name].Since)
		}
		if last := cell.Last; running.Since.IsZero() && last != nil && last.Freight.Name == ref.Name {
			running.Since = last.FinishedAt
		}
		cell.Running = append(cell.Running, running)
	}
	if len(current.VerificationHistory) > 0 {
		v := current.VerificationHistory[0]
		cell.Verification = &answers.Verification{
			ID: v.ID, Phase: string(v.Phase), Message: bounded(v.Message),
			StartedAt: instant(v.StartTime), FinishedAt: instant(v.FinishTime),
		}
	}
}

// inOrder returns the Freight of a collection in the order in which the Stage asks for it, and then what
// it asks for no more.
func inOrder(stage *kargoapi.Stage, collection *kargoapi.FreightCollection) []kargoapi.FreightReference {
	var refs []kargoapi.FreightReference
	asked := map[string]bool{}
	for _, req := range stage.Spec.RequestedFreight {
		key := req.Origin.String()
		if ref, ok := collection.Freight[key]; ok && !asked[key] {
			refs = append(refs, ref)
		}
		asked[key] = true
	}
	var rest []kargoapi.FreightReference
	for key, ref := range collection.Freight {
		if !asked[key] {
			rest = append(rest, ref)
		}
	}
	slices.SortFunc(rest, func(a, b kargoapi.FreightReference) int { return strings.Compare(a.Name, b.Name) })
	return append(refs, rest...)
}

// upcoming tells which Freight of an origin, newer than what runs, can go to a Stage, and which has to
// soak.
func (l *look) upcoming(cell *answers.StageStatus, stage *kargoapi.Stage, req kargoapi.FreightRequest, service string) {
	if cell.Unpromotable {
		return
	}
	soaking := false
	for _, f := range l.freight.byOrigin[req.Origin] {
		if stage.Status.Current().Includes(f.Name) || underWay(cell, f.Name) {
			return
		}
		a := Available(stage, f, l.now)
		switch {
		case a.Available && matchesUpstream(req, f):
			cell.Waiting = append(cell.Waiting, Describe(f, service))
			return
		case !soaking && a.Soaks(l.now):
			soaking = true
			cell.Soaking = append(cell.Soaking, answers.SoakingFreight{Freight: Describe(f, service), Until: a.SoakedAt.UTC()})
		}
	}
}

// underWay reports whether the Freight is being promoted there, or waits for its turn.
func underWay(cell *answers.StageStatus, freight string) bool {
	return cell.Promotion != nil && cell.Promotion.Freight.Name == freight ||
		slices.ContainsFunc(cell.Queued, func(p answers.PromotionStatus) bool { return p.Freight.Name == freight })
}
