package demo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/demo/page"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// board reads what runs where.
type board struct {
	reader    client.Reader
	catalogue *kargo.Catalogue
	now       func() time.Time
}

// read returns the board, without mishaps.
func (b *board) read(ctx context.Context) (page.Board, error) {
	promotions, err := b.promotions(ctx)
	if err != nil {
		return page.Board{}, err
	}
	out := page.Board{Environments: environments()}
	for _, s := range services() {
		row := page.Service{Name: s.name}
		for _, environment := range out.Environments {
			cell, err := b.cell(ctx, s.name, environment, promotions)
			if err != nil {
				return page.Board{}, err
			}
			row.Cells = append(row.Cells, cell)
		}
		out.Services = append(out.Services, row)
	}
	return out, nil
}

// promotions returns those that are not over, by Stage, in the order in which they run.
func (b *board) promotions(ctx context.Context) (map[string][]kargoapi.Promotion, error) {
	var list kargoapi.PromotionList
	if err := b.reader.List(ctx, &list, client.InNamespace(namespace)); err != nil {
		return nil, fmt.Errorf("list promotions: %w", err)
	}
	byStage := map[string][]kargoapi.Promotion{}
	for _, p := range list.Items {
		if !p.Status.Phase.IsTerminal() {
			byStage[p.Spec.Stage] = append(byStage[p.Spec.Stage], p)
		}
	}
	for _, queue := range byStage {
		slices.SortFunc(queue, func(x, y kargoapi.Promotion) int { return cmp.Compare(x.Name, y.Name) })
	}
	return byStage, nil
}

func (b *board) cell(ctx context.Context, service, environment string, promotions map[string][]kargoapi.Promotion) (page.Cell, error) {
	target, err := b.catalogue.Find(ctx, service, environment)
	if err != nil {
		return page.Cell{}, fmt.Errorf("find %s in %s: %w", service, environment, err)
	}
	stage := target.Stage
	cell := page.Cell{Stage: stage.Name}
	if stage.Status.Health != nil {
		cell.Health = string(stage.Status.Health.Status)
	}
	if err := b.content(ctx, &cell, stage, service); err != nil {
		return page.Cell{}, err
	}
	if next, err := b.catalogue.Choose(ctx, target, "", b.now()); err == nil {
		cell.Waits = kargo.Version(kargo.Reference(next), service)
	}
	if queue := promotions[stage.Name]; len(queue) > 0 {
		cell.Running, err = b.progress(ctx, &queue[0], service)
		cell.Queued = len(queue) - 1
		return cell, err
	}
	if isVerifying(stage) {
		cell.Running = &page.Progress{Version: cell.Version, Verifying: true}
	}
	cell.Ended = ended(stage, service)
	return cell, nil
}

// content says what a Stage runs, and since when.
func (b *board) content(ctx context.Context, cell *page.Cell, stage *kargoapi.Stage, service string) error {
	current := stage.Status.Current()
	if current == nil {
		return nil
	}
	for _, reference := range current.Freight {
		cell.Version = kargo.Version(reference, service)
		var freight kargoapi.Freight
		key := client.ObjectKey{Namespace: stage.Namespace, Name: reference.Name}
		if err := b.reader.Get(ctx, key, &freight); client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("get freight %s: %w", key, err)
		}
		cell.Alias = freight.Alias
		if since := freight.Status.CurrentlyIn[stage.Name].Since; since != nil {
			cell.Since = &since.Time
		}
	}
	return nil
}

func (b *board) progress(ctx context.Context, p *kargoapi.Promotion, service string) (*page.Progress, error) {
	var freight kargoapi.Freight
	key := client.ObjectKey{Namespace: p.Namespace, Name: p.Spec.Freight}
	if err := b.reader.Get(ctx, key, &freight); client.IgnoreNotFound(err) != nil {
		return nil, fmt.Errorf("get freight %s: %w", key, err)
	}
	progress := &page.Progress{
		Promotion: p.Name, Version: kargo.Version(kargo.Reference(&freight), service),
		Step: len(p.Status.StepExecutionMetadata), Steps: len(p.Spec.Steps),
	}
	if i := progress.Step - 1; i >= 0 && i < len(p.Spec.Steps) {
		progress.StepName = cmp.Or(p.Spec.Steps[i].Uses, p.Spec.Steps[i].GetAlias(i))
	}
	return progress, nil
}

func isVerifying(stage *kargoapi.Stage) bool {
	current := stage.Status.Current()
	return current != nil && len(current.VerificationHistory) > 0 && !current.VerificationHistory[0].Phase.IsTerminal()
}

// ended says how the last promotion to a Stage ended, if not well.
func ended(stage *kargoapi.Stage, service string) *page.Ended {
	last := stage.Status.LastPromotion
	if last == nil || last.Status == nil || last.Status.Phase == kargoapi.PromotionPhaseSucceeded || last.FinishedAt == nil {
		return nil
	}
	out := &page.Ended{Promotion: last.Name, Phase: string(last.Status.Phase), Message: last.Status.Message, At: last.FinishedAt.Time}
	if last.Freight != nil {
		out.Version = kargo.Version(*last.Freight, service)
	}
	return out
}
