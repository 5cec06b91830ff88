package kargo_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

func request() kargo.PromotionRequest {
	return kargo.PromotionRequest{
		Namespace: namespace, Stage: "red-production", Freight: starfish,
		Labels:      map[string]string{"kargobot.dev/shipment-uid": "7f3c9a", "kargobot.dev/shipment-item": "0-0"},
		Annotations: map[string]string{"kargobot.dev/shipment": "promote-red-production-7f3c9a"},
	}
}

// promotions lists what the API server has.
func promotions(t *testing.T, c client.Client) []kargoapi.Promotion {
	t.Helper()
	var list kargoapi.PromotionList
	if err := c.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// admitting does to a Promotion that is created what Kargo's admission does.
func admitting(name string) interceptor.Funcs {
	return interceptor.Funcs{Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
		promotion := o.(*kargoapi.Promotion)
		promotion.Name = name
		promotion.Labels = maps.Clone(promotion.Labels)
		promotion.Labels[kargoapi.LabelKeyStage] = promotion.Spec.Stage
		promotion.Spec.Steps = []kargoapi.PromotionStep{{Uses: "argocd-update"}}
		return c.Create(ctx, o, opts...)
	}}
}

func TestEnsureMakesAPromotionAndReadsItsNameBack(t *testing.T) {
	const admitted = "red-production.01kqwz.e72fb09"
	c := newClientBuilder(t).WithInterceptorFuncs(admitting(admitted)).Build()
	got, err := kargo.NewPromoter(c, c).Ensure(t.Context(), request())
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != admitted || len(got.Spec.Steps) != 1 {
		t.Errorf("returned %+v, want it as it was admitted", got)
	}
	all := promotions(t, c)
	if len(all) != 1 {
		t.Fatalf("%d Promotions", len(all))
	}
	made := all[0]
	if made.Name != admitted || made.Spec.Stage != "red-production" || made.Spec.Freight != starfish {
		t.Errorf("made %s: %+v", made.Name, made.Spec)
	}
	want := request()
	for key, value := range want.Labels {
		if made.Labels[key] != value {
			t.Errorf("label %s is %q", key, made.Labels[key])
		}
	}
	if !maps.Equal(made.Annotations, want.Annotations) {
		t.Errorf("annotations: %v", made.Annotations)
	}
}

func TestEnsureSendsABarePromotionWithAGeneratedName(t *testing.T) {
	c := newClientBuilder(t).WithInterceptorFuncs(interceptor.Funcs{
		Create: func(_ context.Context, _ client.WithWatch, o client.Object, _ ...client.CreateOption) error {
			sent := o.(*kargoapi.Promotion)
			if sent.Name != "" || !strings.HasPrefix(sent.GenerateName, "red-production") {
				t.Errorf("sent name %q, generateName %q", sent.Name, sent.GenerateName)
			}
			if len(sent.Spec.Steps)+len(sent.Spec.Vars) > 0 || sent.Spec.Origin != nil {
				t.Errorf("sent more than Stage and Freight: %+v", sent.Spec)
			}
			return nil
		},
	}).Build()
	if _, err := kargo.NewPromoter(c, c).Ensure(t.Context(), request()); err != nil {
		t.Fatal(err)
	}
}

func TestEnsureTwiceMakesOnePromotion(t *testing.T) {
	c := newClientBuilder(t).WithInterceptorFuncs(admitting("red-production.01kqwz.e72fb09")).Build()
	promoter := kargo.NewPromoter(c, c)
	first, err := promoter.Ensure(t.Context(), request())
	if err != nil {
		t.Fatal(err)
	}
	second, err := promoter.Ensure(t.Context(), request())
	if err != nil {
		t.Fatal(err)
	}
	if first.Name != second.Name || len(promotions(t, c)) != 1 {
		t.Errorf("%s, then %s; %d in all", first.Name, second.Name, len(promotions(t, c)))
	}
}

func TestEnsureFindsThePromotionWhoseAnswerWasLost(t *testing.T) {
	lost := errors.New("connection reset by peer")
	losing := true
	c := newClientBuilder(t).WithInterceptorFuncs(interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			made := o.DeepCopyObject().(client.Object)
			made.SetName("red-production.01kqwz.e72fb09")
			if err := c.Create(ctx, made, opts...); err != nil || !losing {
				return err
			}
			return lost
		},
	}).Build()
	promoter := kargo.NewPromoter(c, c)
	if _, err := promoter.Ensure(t.Context(), request()); !errors.Is(err, lost) {
		t.Fatalf("error: %v", err)
	}
	losing = false
	got, err := promoter.Ensure(t.Context(), request())
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "red-production.01kqwz.e72fb09" || len(promotions(t, c)) != 1 {
		t.Errorf("found %q among %d", got.Name, len(promotions(t, c)))
	}
}

// Whoever may promote may set our labels.
func TestEnsureAdoptsNoPromotionThatIsNotWhatWasAsked(t *testing.T) {
	for name, change := range map[string]func(*kargoapi.Promotion){
		"another Stage":     func(p *kargoapi.Promotion) { p.Spec.Stage = "red-staging" },
		"another Freight":   func(p *kargoapi.Promotion) { p.Spec.Freight = walrus },
		"another item":      func(p *kargoapi.Promotion) { p.Labels["kargobot.dev/shipment-item"] = "1-0" },
		"another Shipment":  func(p *kargoapi.Promotion) { p.Labels["kargobot.dev/shipment-uid"] = "000000" },
		"another namespace": func(p *kargoapi.Promotion) { p.Namespace = "shop" },
		"no labels":         func(p *kargoapi.Promotion) { p.Labels = nil },
	} {
		t.Run(name, func(t *testing.T) {
			r := request()
			other := &kargoapi.Promotion{Spec: kargoapi.PromotionSpec{Stage: r.Stage, Freight: r.Freight}}
			other.Namespace, other.Name, other.Labels = r.Namespace, "other", maps.Clone(r.Labels)
			change(other)
			c := newClientBuilder(t, other).WithInterceptorFuncs(admitting("made")).Build()
			got, err := kargo.NewPromoter(c, c).Ensure(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			if got.Name != "made" || len(promotions(t, c)) != 2 {
				t.Errorf("got %s, %d Promotions", got.Name, len(promotions(t, c)))
			}
		})
	}
}

func TestEnsureMakesNothingIfItCannotLookFirst(t *testing.T) {
	down := errors.New("connection refused")
	c := newClientBuilder(t).WithInterceptorFuncs(interceptor.Funcs{
		Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error {
			t.Error("a Promotion was made")
			return nil
		},
	}).Build()
	quorum := newClientBuilder(t).WithInterceptorFuncs(interceptor.Funcs{
		List: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error { return down },
	}).Build()
	_, err := kargo.NewPromoter(c, quorum).Ensure(t.Context(), request())
	var refused *kargo.Refused
	if !errors.Is(err, down) || errors.As(err, &refused) {
		t.Errorf("error: %v", err)
	}
}

func TestEnsureGivesUpInTime(t *testing.T) {
	c := newClientBuilder(t).WithInterceptorFuncs(interceptor.Funcs{
		Create: func(ctx context.Context, _ client.WithWatch, _ client.Object, _ ...client.CreateOption) error {
			if _, ok := ctx.Deadline(); !ok {
				t.Error("no deadline")
			}
			return context.DeadlineExceeded
		},
	}).Build()
	_, err := kargo.NewPromoter(c, c).Ensure(t.Context(), request())
	var refused *kargo.Refused
	if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, &refused) {
		t.Errorf("error: %v, want one to be tried again", err)
	}
}

func TestEnsureByOriginLetsKargoChoose(t *testing.T) {
	r := request()
	r.Freight, r.Origin = "", kargoapi.FreightOrigin{Kind: kargoapi.FreightOriginKindWarehouse, Name: "red"}
	choosing := interceptor.Funcs{Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
		promotion := o.(*kargoapi.Promotion)
		if promotion.Spec.Freight != "" || promotion.Spec.Origin == nil || *promotion.Spec.Origin != r.Origin {
			t.Errorf("sent %+v", promotion.Spec)
		}
		promotion.Name, promotion.Spec.Freight, promotion.Spec.Origin = "red-production.01kqwz.e72fb09", starfish, nil
		return c.Create(ctx, o, opts...)
	}}
	c := newClientBuilder(t).WithInterceptorFuncs(choosing).Build()
	for range 2 {
		got, err := kargo.NewPromoter(c, c).Ensure(t.Context(), r)
		if err != nil || got.Spec.Freight != starfish {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	if n := len(promotions(t, c)); n != 1 {
		t.Errorf("%d Promotions", n)
	}
}

func TestWhatWasMadeIsFoundAmongOthers(t *testing.T) {
	c := newClientBuilder(t).WithInterceptorFuncs(admitting("made")).Build()
	promoter := kargo.NewPromoter(c, c)
	r := request()
	if made, err := promoter.Made(t.Context(), r.Namespace, r.Labels); len(made) != 0 || err != nil {
		t.Errorf("made %+v, %v", made, err)
	}
	if _, err := promoter.Ensure(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	made, err := promoter.Made(t.Context(), r.Namespace, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Among(made); got == nil || got.Name != "made" {
		t.Errorf("found %+v", got)
	}
	for name, change := range map[string]func(*kargo.PromotionRequest){
		"another item":    func(r *kargo.PromotionRequest) { r.Labels = map[string]string{"item": "another"} },
		"another Stage":   func(r *kargo.PromotionRequest) { r.Stage = "red-staging" },
		"another Freight": func(r *kargo.PromotionRequest) { r.Freight = "ffffff0" },
	} {
		other := request()
		change(&other)
		if got := other.Among(made); got != nil {
			t.Errorf("%s: found %+v", name, got)
		}
	}
}
