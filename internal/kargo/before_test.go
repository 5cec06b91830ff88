package kargo_test

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

func TestRanBefore(t *testing.T) {
	red := kargoapi.FreightOrigin{Kind: kargoapi.FreightOriginKindWarehouse, Name: "red"}
	config := kargoapi.FreightOrigin{Kind: kargoapi.FreightOriginKindWarehouse, Name: "config"}
	ran := func(names ...string) *kargoapi.FreightCollection {
		c := &kargoapi.FreightCollection{Freight: map[string]kargoapi.FreightReference{red.String(): {Name: names[0], Origin: red}}}
		if len(names) > 1 {
			c.Freight[config.String()] = kargoapi.FreightReference{Name: names[1], Origin: config}
		}
		return c
	}
	stage := func(last string, history ...*kargoapi.FreightCollection) *kargoapi.Stage {
		s := &kargoapi.Stage{Status: kargoapi.StageStatus{FreightHistory: history}}
		if last != "" {
			s.Status.LastPromotion = &kargoapi.PromotionReference{Name: last}
		}
		return s
	}
	const ok, bad = kargoapi.PromotionPhaseSucceeded, kargoapi.PromotionPhaseFailed
	for name, test := range map[string]struct {
		stage  *kargoapi.Stage
		phase  kargoapi.PromotionPhase
		origin kargoapi.FreightOrigin
		want   string
	}{
		"nothing ran":                      {stage(""), "", red, ""},
		"under way":                        {stage("p1", ran("a")), kargoapi.PromotionPhaseRunning, red, "a"},
		"well, and not noted":              {stage("p1", ran("a")), ok, red, "a"},
		"well, and noted":                  {stage("p2", ran("new"), ran("a")), ok, red, "a"},
		"well, and replaced":               {stage("p3", ran("newer"), ran("new"), ran("a")), ok, red, "a"},
		"well, noted, and the first":       {stage("p2", ran("new")), ok, red, ""},
		"so long ago that nobody knows":    {stage("p9", ran("z"), ran("y")), ok, red, ""},
		"failed":                           {stage("p2", ran("a")), bad, red, "a"},
		"of another Warehouse":             {stage("p1", ran("a", "c")), ok, config, "c"},
		"of a Warehouse that is not known": {stage("p1", ran("a")), ok, kargoapi.FreightOrigin{}, "a"},
		"nothing of that Warehouse ran":    {stage("p1", ran("a")), ok, config, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := &kargoapi.Promotion{Spec: kargoapi.PromotionSpec{Freight: "new"}, Status: kargoapi.PromotionStatus{Phase: test.phase}}
			p.Name = "p2"
			got := ""
			if ref := kargo.RanBefore(test.stage, p, test.origin); ref != nil {
				got = ref.Name
			}
			if got != test.want {
				t.Errorf("%q ran before, want %q", got, test.want)
			}
		})
	}
}
