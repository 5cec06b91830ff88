package kargo_test

import (
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// soaked says that Freight is verified in a Stage where it ran so long at most, and, unless since is
// zero, where it now runs for so long.
func soaked(stage string, longest, since time.Duration) func(*kargoapi.Freight) {
	return func(f *kargoapi.Freight) {
		if f.Status.VerifiedIn == nil {
			f.Status.VerifiedIn = map[string]kargoapi.VerifiedStage{}
			f.Status.CurrentlyIn = map[string]kargoapi.CurrentStage{}
		}
		v := kargoapi.VerifiedStage{VerifiedAt: ago(time.Hour)}
		if longest > 0 {
			v.LongestCompletedSoak = duration(longest)
		}
		f.Status.VerifiedIn[stage] = v
		if since != 0 {
			f.Status.CurrentlyIn[stage] = kargoapi.CurrentStage{Since: ago(since)}
		}
	}
}

func TestAvailable(t *testing.T) {
	const (
		all   = kargoapi.FreightAvailabilityStrategyAll
		oneOf = kargoapi.FreightAvailabilityStrategyOneOf
	)
	approvedFor := func(stage string) func(*kargoapi.Freight) {
		return func(f *kargoapi.Freight) {
			f.Status.ApprovedFor = map[string]kargoapi.ApprovedStage{stage: {ApprovedAt: ago(0)}}
		}
	}
	hour := duration(time.Hour)
	for _, test := range []struct {
		name    string
		sources kargoapi.FreightSources
		freight func(*kargoapi.Freight)
		want    bool
		says    string
	}{
		{"direct", kargoapi.FreightSources{Direct: true}, nil, true, "3.2.0 is available to Stage red-production."},
		{"direct, of another Warehouse", kargoapi.FreightSources{Direct: true}, from("blue"), false,
			"Stage red-production takes no Freight from the Warehouse that 3.2.0 comes from."},
		{"direct, in another namespace", kargoapi.FreightSources{Direct: true}, func(f *kargoapi.Freight) { f.Namespace = "shop" }, false,
			"Stage red-production takes no Freight from the Warehouse that 3.2.0 comes from."},
		{"direct or upstream, not verified", kargoapi.FreightSources{Direct: true, Stages: []string{"a"}}, nil, true, "3.2.0 is available to Stage red-production."},

		{"not verified upstream", kargoapi.FreightSources{Stages: []string{"a"}}, nil, false, "3.2.0 is not verified in a."},
		{"verified upstream", kargoapi.FreightSources{Stages: []string{"a"}}, verifiedIn("a"), true, ""},
		{"verified elsewhere", kargoapi.FreightSources{Stages: []string{"a"}}, verifiedIn("b"), false, "3.2.0 is not verified in a."},
		{"only running upstream", kargoapi.FreightSources{Stages: []string{"a"}}, func(f *kargoapi.Freight) {
			f.Status.CurrentlyIn = map[string]kargoapi.CurrentStage{"a": {Since: ago(time.Hour)}}
		}, false, "3.2.0 is not verified in a."},
		{"verified upstream, of another Warehouse", kargoapi.FreightSources{Stages: []string{"a"}},
			func(f *kargoapi.Freight) { verifiedIn("a")(f); from("blue")(f) }, false,
			"Stage red-production takes no Freight from the Warehouse that 3.2.0 comes from."},
		{"no strategy: one of two is enough", kargoapi.FreightSources{Stages: []string{"a", "b"}}, verifiedIn("b"), true, ""},
		{"one of two is enough", kargoapi.FreightSources{Stages: []string{"a", "b"}, AvailabilityStrategy: oneOf}, verifiedIn("a"), true, ""},
		{"one of two, none", kargoapi.FreightSources{Stages: []string{"b", "a"}, AvailabilityStrategy: oneOf}, nil, false, "3.2.0 is not verified in a, b."},
		{"all of two", kargoapi.FreightSources{Stages: []string{"a", "b"}, AvailabilityStrategy: all}, verifiedIn("a", "b"), true, ""},
		{"all of two, one", kargoapi.FreightSources{Stages: []string{"a", "b"}, AvailabilityStrategy: all}, verifiedIn("a"), false, "3.2.0 is not verified in b."},

		{"approved", kargoapi.FreightSources{Stages: []string{"a"}}, approvedFor("red-production"), true, ""},
		{"approved, of another Warehouse", kargoapi.FreightSources{Stages: []string{"a"}},
			func(f *kargoapi.Freight) { approvedFor("red-production")(f); from("blue")(f) }, false,
			"Stage red-production takes no Freight from the Warehouse that 3.2.0 comes from."},
		{"approved for another Stage", kargoapi.FreightSources{Stages: []string{"a"}}, approvedFor("red-staging"), false, "3.2.0 is not verified in a."},
		{"approved, without soaking", kargoapi.FreightSources{Stages: []string{"a"}, RequiredSoakTime: hour}, approvedFor("red-production"), true, ""},
		{"nothing but approval will do", kargoapi.FreightSources{}, nil, false,
			"Stage red-production takes only Freight that is approved for it, and 3.2.0 is not."},

		{"soaked before", kargoapi.FreightSources{Stages: []string{"a"}, RequiredSoakTime: hour}, soaked("a", time.Hour, 0), true, ""},
		{"soaked before, and back since a minute", kargoapi.FreightSources{Stages: []string{"a"}, RequiredSoakTime: hour},
			soaked("a", time.Hour, time.Minute), true, ""},
		{"soaked now", kargoapi.FreightSources{Stages: []string{"a"}, RequiredSoakTime: hour}, soaked("a", 0, time.Hour), true, ""},
		{"soaks", kargoapi.FreightSources{Stages: []string{"a"}, RequiredSoakTime: hour}, soaked("a", 0, 40*time.Minute), false,
			"3.2.0 has to run upstream for a while first: it can go at 12:20 UTC on 4 May."},
		{"times don't add up", kargoapi.FreightSources{Stages: []string{"a"}, RequiredSoakTime: hour}, soaked("a", 40*time.Minute, 40*time.Minute), false,
			"3.2.0 has to run upstream for a while first: it can go at 12:20 UTC on 4 May."},
		{"left too early", kargoapi.FreightSources{Stages: []string{"a"}, RequiredSoakTime: hour}, soaked("a", 40*time.Minute, 0), false,
			"3.2.0 did not run upstream for as long as Stage red-production requires."},
		{"soaked, but not verified", kargoapi.FreightSources{Stages: []string{"a"}, RequiredSoakTime: hour}, func(f *kargoapi.Freight) {
			f.Status.CurrentlyIn = map[string]kargoapi.CurrentStage{"a": {Since: ago(2 * time.Hour)}}
		}, false, "3.2.0 is not verified in a."},
		{"soak time of zero", kargoapi.FreightSources{Stages: []string{"a"}, RequiredSoakTime: duration(0)}, soaked("a", 0, 0), true, ""},
		{"soak time of zero, a clock that is ahead", kargoapi.FreightSources{Stages: []string{"a"}, RequiredSoakTime: duration(0)},
			soaked("a", 0, -time.Minute), true, ""},
		{"one of two soaked", kargoapi.FreightSources{Stages: []string{"a", "b"}, RequiredSoakTime: hour},
			func(f *kargoapi.Freight) { soaked("a", 0, time.Minute)(f); soaked("b", 0, time.Hour)(f) }, true, ""},
		{"one of two soaks longer", kargoapi.FreightSources{Stages: []string{"a", "b"}, RequiredSoakTime: hour},
			func(f *kargoapi.Freight) { soaked("a", 0, 10*time.Minute)(f); soaked("b", 0, 50*time.Minute)(f) }, false,
			"3.2.0 has to run upstream for a while first: it can go at 12:10 UTC on 4 May."},
		{"one of two soaks, the other is not verified", kargoapi.FreightSources{Stages: []string{"a", "b"}, RequiredSoakTime: hour},
			soaked("a", 0, 10*time.Minute), false, "3.2.0 has to run upstream for a while first: it can go at 12:50 UTC on 4 May."},
		{"all of two soak", kargoapi.FreightSources{Stages: []string{"a", "b"}, RequiredSoakTime: hour, AvailabilityStrategy: all},
			func(f *kargoapi.Freight) { soaked("a", 0, 10*time.Minute)(f); soaked("b", 0, 50*time.Minute)(f) }, false,
			"3.2.0 has to run upstream for a while first: it can go at 12:50 UTC on 4 May."},
		{"all of two, one soaks, the other is not verified", kargoapi.FreightSources{Stages: []string{"a", "b"}, RequiredSoakTime: hour, AvailabilityStrategy: all},
			soaked("a", 0, 10*time.Minute), false, "3.2.0 is not verified in b."},
		{"all of two soaked", kargoapi.FreightSources{Stages: []string{"a", "b"}, RequiredSoakTime: hour, AvailabilityStrategy: all},
			func(f *kargoapi.Freight) { soaked("a", time.Hour, 0)(f); soaked("b", 0, time.Hour)(f) }, true, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			freight := newFreight("f1", "3.2.0", 0)
			if test.freight != nil {
				test.freight(freight)
			}
			got := kargo.Available(newStage("red-production", test.sources), freight, noon)
			if got.Available != test.want {
				t.Errorf("available: %v", got.Available)
			}
			if says := got.Explain("3.2.0", "red-production", noon); test.says != "" && says != test.says {
				t.Errorf("says %q, want %q", says, test.says)
			}
		})
	}
}

func TestAvailableByAnyOfSeveralRequests(t *testing.T) {
	stage := newStage("red-production", kargoapi.FreightSources{Stages: []string{"a"}})
	stage.Spec.RequestedFreight = append(stage.Spec.RequestedFreight,
		kargoapi.FreightRequest{Origin: warehouse("config"), Sources: kargoapi.FreightSources{Direct: true}})
	if !kargo.Available(stage, newFreight("f1", "1.0.0", 0, from("config")), noon).Available {
		t.Error("the second Warehouse's Freight is not available")
	}
	if kargo.Available(stage, newFreight("f2", "1.0.0", 0), noon).Available {
		t.Error("the first Warehouse's Freight is available by what the second one permits")
	}
}

func TestPassed(t *testing.T) {
	hour := duration(time.Hour)
	for _, test := range []struct {
		name    string
		sources kargoapi.FreightSources
		freight func(*kargoapi.Freight)
		want    bool
	}{
		{"not verified", kargoapi.FreightSources{Stages: []string{"a"}}, nil, false},
		{"verified", kargoapi.FreightSources{Stages: []string{"a"}}, verifiedIn("a"), true},
		{"one of several", kargoapi.FreightSources{Stages: []string{"a", "b"}, AvailabilityStrategy: kargoapi.FreightAvailabilityStrategyAll}, verifiedIn("a"), true},
		{"not upstream", kargoapi.FreightSources{Stages: []string{"b"}}, verifiedIn("a"), false},
		{"of another Warehouse", kargoapi.FreightSources{Stages: []string{"a"}}, func(f *kargoapi.Freight) { verifiedIn("a")(f); from("blue")(f) }, false},
		{"soaked", kargoapi.FreightSources{Stages: []string{"a"}, RequiredSoakTime: hour}, soaked("a", time.Hour, 0), true},
		{"soaks", kargoapi.FreightSources{Stages: []string{"a"}, RequiredSoakTime: hour}, soaked("a", 0, time.Minute), false},
		{"left too early", kargoapi.FreightSources{Stages: []string{"a"}, RequiredSoakTime: hour}, soaked("a", time.Minute, 0), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			freight := newFreight(starfish, "3.2.0", 0)
			if test.freight != nil {
				test.freight(freight)
			}
			stage := newStage("red-production", test.sources)
			if got := kargo.Passed(stage, freight, "a", noon); got != test.want {
				t.Errorf("%v", got)
			}
		})
	}
}

func TestSoaks(t *testing.T) {
	stage := newStage("red-production", kargoapi.FreightSources{Stages: []string{"a"}, RequiredSoakTime: duration(time.Hour)})
	for name, test := range map[string]struct {
		freight func(*kargoapi.Freight)
		want    bool
	}{
		"soaks":          {soaked("a", 0, time.Minute), true},
		"soaked":         {soaked("a", 0, time.Hour), false},
		"left too early": {soaked("a", time.Minute, 0), false},
		"not verified":   {func(*kargoapi.Freight) {}, false},
	} {
		freight := newFreight(starfish, "3.2.0", 0)
		test.freight(freight)
		if got := kargo.Available(stage, freight, noon).Soaks(noon); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestParseOrigin(t *testing.T) {
	for word, want := range map[string]bool{"Warehouse/red": true, "Warehouse/": false, "/red": false, "red": false, "": false} {
		if origin, ok := kargo.ParseOrigin(word); ok != want || ok && origin.String() != word {
			t.Errorf("%q: %v, %v", word, origin, ok)
		}
	}
}
