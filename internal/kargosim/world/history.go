package world

import (
	"context"
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/uuid"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/rules"
)

const (
	// delay is how long after its discovery Freight was promoted, for each environment on its way.
	delay = 3 * time.Minute
	// took is how long each Promotion took.
	took = 90 * time.Second
)

// occupy makes the Stage run the last of the Freight, after the ones before.
func (b *builder) occupy(ctx context.Context, stage *kargo.Stage, environment string, freight []*kargo.Freight) error {
	if len(freight) == 0 {
		return nil
	}
	var history []*kargo.FreightCollection
	var last *kargo.Promotion
	arrival := func(f *kargo.Freight) time.Time {
		if environment == Production {
			return f.DiscoveredAt.Add(2 * delay)
		}
		return f.DiscoveredAt.Add(delay)
	}
	for i, f := range freight {
		since := arrival(f)
		promotion, err := b.promoted(ctx, stage, f, since)
		if err != nil {
			return err
		}
		collection := promotion.Status.FreightCollection.DeepCopy()
		at := metav1.NewTime(since)
		collection.VerificationHistory = []kargo.VerificationInfo{{
			ID: string(uuid.NewUUID()), Phase: kargo.VerificationPhaseSuccessful, StartTime: &at, FinishTime: &at,
		}}
		history = slices.Insert(history, 0, collection)
		last = promotion
		var until *time.Time
		if i+1 < len(freight) {
			next := arrival(freight[i+1])
			until = &next
		}
		if err := b.verified(ctx, f, stage.Name, since, until); err != nil {
			return err
		}
	}
	return b.settle(ctx, stage, environment, history, last)
}

// promoted makes a Promotion that has brought the Freight to the Stage at that time.
func (b *builder) promoted(
	ctx context.Context, stage *kargo.Stage, freight *kargo.Freight, at time.Time,
) (*kargo.Promotion, error) {
	promotion := &kargo.Promotion{
		ObjectMeta: metav1.ObjectMeta{Namespace: b.Project, GenerateName: "promo-"},
		Spec:       kargo.PromotionSpec{Stage: stage.Name, Freight: freight.Name},
	}
	if stage.Name == StageName(b.service.Name, Production) && b.Promoter != "" {
		promotion.Annotations = map[string]string{kargo.AnnotationKeyCreateActor: rules.ActorKubernetes + b.Promoter}
	}
	if err := create(ctx, b.client, promotion); err != nil {
		return nil, err
	}
	started, finished := metav1.NewTime(at.Add(-took)), metav1.NewTime(at)
	reference := rules.Reference(freight)
	collection := &kargo.FreightCollection{Freight: map[string]kargo.FreightReference{freight.Origin.String(): reference}}
	collection.ID = rules.CollectionID(collection)
	steps := promotion.Spec.Steps
	return promotion, b.setStatus(ctx, promotion, func() {
		promotion.Status = kargo.PromotionStatus{
			Phase: kargo.PromotionPhaseSucceeded, StartedAt: &started, FinishedAt: &finished,
			Freight: &reference, FreightCollection: collection, CurrentStep: int64(len(steps)) - 1,
		}
		for i := range steps {
			begun := metav1.NewTime(started.Add(took * time.Duration(i) / time.Duration(len(steps))))
			ended := metav1.NewTime(started.Add(took * time.Duration(i+1) / time.Duration(len(steps))))
			promotion.Status.StepExecutionMetadata = append(promotion.Status.StepExecutionMetadata, kargo.StepExecutionMetadata{
				Alias: steps[i].GetAlias(i), Status: kargo.PromotionStepStatusSucceeded, StartedAt: &begun, FinishedAt: &ended,
			})
		}
	})
}

// verified says in the Freight that it was verified in the Stage, and is there still or was until then.
func (b *builder) verified(ctx context.Context, freight *kargo.Freight, stage string, since time.Time, until *time.Time) error {
	return b.setStatus(ctx, freight, func() {
		at := metav1.NewTime(since)
		record := kargo.VerifiedStage{VerifiedAt: &at}
		if until != nil {
			record.LongestCompletedSoak = &metav1.Duration{Duration: until.Sub(since)}
		} else {
			if freight.Status.CurrentlyIn == nil {
				freight.Status.CurrentlyIn = make(map[string]kargo.CurrentStage)
			}
			freight.Status.CurrentlyIn[stage] = kargo.CurrentStage{Since: &at}
		}
		if freight.Status.VerifiedIn == nil {
			freight.Status.VerifiedIn = make(map[string]kargo.VerifiedStage)
		}
		freight.Status.VerifiedIn[stage] = record
	})
}

// settle says in the Stage what it runs and ran, and that all is well.
func (b *builder) settle(
	ctx context.Context, stage *kargo.Stage, environment string, history []*kargo.FreightCollection, last *kargo.Promotion,
) error {
	checks := 0
	if environment == Production {
		checks = 1
	}
	at := *last.Status.FinishedAt
	return b.setStatus(ctx, stage, func() {
		stage.Status = kargo.StageStatus{
			FreightHistory:       history[:min(len(history), 10)], // as many as Kargo keeps
			FreightSummary:       last.Spec.Freight,
			Health:               &kargo.Health{Status: kargo.HealthStateHealthy},
			ObservedGeneration:   stage.Generation,
			AutoPromotionEnabled: environment != Production,
			LastPromotion: &kargo.PromotionReference{
				Name: last.Name, Freight: last.Status.Freight, Status: last.Status.DeepCopy(), FinishedAt: &at,
			},
			Conditions: []metav1.Condition{
				healthy(stage.Generation, at, string(kargo.HealthStateHealthy),
					fmt.Sprintf("Stage is healthy (performed %d health checks)", checks)),
				conditionTrue(kargo.ConditionTypeVerified, stage.Generation, at, "Verified", "Freight has been verified"),
				ready(stage.Generation, at, "Verified", "Freight has been verified"),
			},
		}
	})
}

func healthy(generation int64, at metav1.Time, reason, message string) metav1.Condition {
	return conditionTrue(kargo.ConditionTypeHealthy, generation, at, reason, message)
}

func ready(generation int64, at metav1.Time, reason, message string) metav1.Condition {
	return conditionTrue(kargo.ConditionTypeReady, generation, at, reason, message)
}

func conditionTrue(kind string, generation int64, at metav1.Time, reason, message string) metav1.Condition {
	return metav1.Condition{
		Type: kind, Status: metav1.ConditionTrue, ObservedGeneration: generation,
		LastTransitionTime: at, Reason: reason, Message: message,
	}
}
