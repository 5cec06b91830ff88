package rules_test

import (
	"context"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/rules"
)

func origin(name string) kargo.FreightOrigin {
	return kargo.FreightOrigin{Kind: kargo.FreightOriginKindWarehouse, Name: name}
}

func TestPromotionNames(t *testing.T) {
	earlier, later := rules.PromotionName("Red-Production", "1c1ebc0067"), rules.PromotionName("Red-Production", "1c1ebc0067")
	if !strings.HasPrefix(earlier, "red-production.") || !strings.HasSuffix(earlier, ".1c1ebc0") || earlier >= later {
		t.Errorf("%s, then %s", earlier, later)
	}
	if long := rules.PromotionName(strings.Repeat("s", 253), "1c1ebc0067"); len(long) != 253 {
		t.Errorf("a name of %d characters", len(long))
	}
	if got := rules.PromotionName("stage", ""); got != "" {
		t.Errorf("without Freight: %q", got)
	}
}

func TestLabelValue(t *testing.T) {
	if got := rules.LabelValue("red-production"); got != "red-production" {
		t.Errorf("got %s", got)
	}
	long := strings.Repeat("a", 53) + "-" + strings.Repeat("b", 20)
	// The first 54 characters without the dash, and the first 8 of the SHA-256.
	if got, want := rules.LabelValue(long), strings.Repeat("a", 53)+"-af3ec493"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFreightName(t *testing.T) {
	freight := &kargo.Freight{Origin: origin("w"), Images: []kargo.Image{{RepoURL: "r", Tag: "t", Digest: "d"}}}
	// SHA-1 of "Warehouse/w:r:t@d".
	if got, want := rules.FreightName(freight), "b11eeea5391b60e73359416ac8c744ba15cd0595"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	other := freight.DeepCopy()
	other.Images[0].Annotations = map[string]string{"a": "b"}
	if rules.FreightName(other) != rules.FreightName(freight) {
		t.Error("annotations change the name")
	}
	other.Origin = origin("other")
	if rules.FreightName(other) == rules.FreightName(freight) {
		t.Error("the origin does not change the name")
	}
}

func TestIsAvailable(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	hourAgo := metav1.NewTime(now.Add(-time.Hour))
	verified := func(stages ...string) kargo.FreightStatus {
		status := kargo.FreightStatus{VerifiedIn: map[string]kargo.VerifiedStage{}}
		for _, stage := range stages {
			status.VerifiedIn[stage] = kargo.VerifiedStage{VerifiedAt: &hourAgo}
		}
		return status
	}
	current := verified("staging")
	current.CurrentlyIn = map[string]kargo.CurrentStage{"staging": {Since: &hourAgo}}
	unverified := kargo.FreightStatus{CurrentlyIn: current.CurrentlyIn}
	left := verified("staging")
	left.VerifiedIn["staging"] = kargo.VerifiedStage{LongestCompletedSoak: &metav1.Duration{Duration: time.Hour}}
	approved := kargo.FreightStatus{ApprovedFor: map[string]kargo.ApprovedStage{"production": {}}}
	soak := func(d time.Duration) kargo.FreightSources {
		return kargo.FreightSources{Stages: []string{"staging"}, RequiredSoakTime: &metav1.Duration{Duration: d}}
	}
	all := kargo.FreightSources{Stages: []string{"eu", "us"}, AvailabilityStrategy: kargo.FreightAvailabilityStrategyAll}
	oneOf := kargo.FreightSources{Stages: []string{"eu", "us"}, AvailabilityStrategy: kargo.FreightAvailabilityStrategyOneOf}
	for name, test := range map[string]struct {
		sources kargo.FreightSources
		status  kargo.FreightStatus
		want    bool
	}{
		"direct":                       {kargo.FreightSources{Direct: true}, kargo.FreightStatus{}, true},
		"not verified":                 {oneOf, kargo.FreightStatus{}, false},
		"approved":                     {oneOf, approved, true},
		"approved though not soaked":   {soak(3 * time.Hour), approved, true},
		"in one of them":               {oneOf, verified("us"), true},
		"in one of all":                {all, verified("us"), false},
		"in all":                       {all, verified("us", "eu"), true},
		"soaked since it came":         {soak(time.Hour), current, true},
		"not soaked enough":            {soak(time.Hour + time.Second), current, false},
		"soaked before it left":        {soak(time.Hour), left, true},
		"soaked but not verified":      {soak(time.Minute), unverified, false},
		"verified somewhere else only": {oneOf, verified("staging"), false},
	} {
		t.Run(name, func(t *testing.T) {
			stage := &kargo.Stage{Spec: kargo.StageSpec{RequestedFreight: []kargo.FreightRequest{{Origin: origin("w"), Sources: test.sources}}}}
			stage.Name = "production"
			freight := &kargo.Freight{Origin: origin("w"), Status: test.status}
			if got := rules.IsAvailable(stage, freight, now); got != test.want {
				t.Errorf("got %v", got)
			}
			freight.Origin = origin("other")
			if rules.IsAvailable(stage, freight, now) {
				t.Error("Freight of another origin is available")
			}
		})
	}
	if rules.IsAvailable(nil, &kargo.Freight{}, now) || rules.IsAvailable(&kargo.Stage{}, nil, now) {
		t.Error("nothing is available to nothing")
	}
}

func TestCandidates(t *testing.T) {
	at := func(hour int) *metav1.Time {
		v := metav1.NewTime(time.Date(2026, 3, 1, hour, 0, 0, 0, time.UTC))
		return &v
	}
	freight := func(name string, hour int) kargo.Freight {
		f := kargo.Freight{Origin: origin("w"), DiscoveredAt: at(hour)}
		f.Name = name
		return f
	}
	stage := &kargo.Stage{Spec: kargo.StageSpec{RequestedFreight: []kargo.FreightRequest{{Origin: origin("w")}}}}
	available := []kargo.Freight{freight("b", 2), freight("c", 1), freight("a", 2)}
	if got := rules.Candidates(stage, available)["Warehouse/w"].Name; got != "b" {
		t.Errorf("chose %s, want the newest, the last by name", got)
	}
	stage.Spec.RequestedFreight[0].Sources.AutoPromotionOptions = &kargo.AutoPromotionOptions{
		SelectionPolicy: kargo.AutoPromotionSelectionPolicyMatchUpstream,
	}
	if got := rules.Candidates(stage, available); len(got) != 0 {
		t.Errorf("chose %v while two claim to be upstream", got)
	}
	if got := rules.Candidates(stage, available[:1])["Warehouse/w"].Name; got != "b" {
		t.Errorf("chose %s", got)
	}
}

// configReader knows one ProjectConfig.
type configReader struct {
	client.Reader
	policies []kargo.PromotionPolicy
}

func (r configReader) Get(_ context.Context, _ client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	into.(*kargo.ProjectConfig).Spec.PromotionPolicies = r.policies
	return nil
}

func TestAutoPromotionEnabled(t *testing.T) {
	stage := &kargo.Stage{ObjectMeta: metav1.ObjectMeta{Name: "red-staging", Labels: map[string]string{"team": "web"}}}
	policy := func(enabled bool, name string, labels map[string]string) kargo.PromotionPolicy {
		selector := &kargo.PromotionPolicySelector{Name: name}
		if labels != nil {
			selector.LabelSelector = &metav1.LabelSelector{MatchLabels: labels}
		}
		return kargo.PromotionPolicy{StageSelector: selector, AutoPromotionEnabled: enabled}
	}
	web := map[string]string{"team": "web"}
	for name, test := range map[string]struct {
		policies []kargo.PromotionPolicy
		want     bool
	}{
		"no policy":          {nil, false},
		"by name":            {[]kargo.PromotionPolicy{policy(true, "red-staging", nil)}, true},
		"by another name":    {[]kargo.PromotionPolicy{policy(true, "red", nil)}, false},
		"by glob":            {[]kargo.PromotionPolicy{policy(true, "glob:*-staging", nil)}, true},
		"by regex":           {[]kargo.PromotionPolicy{policy(true, "regex:^red-", nil)}, true},
		"by regexp":          {[]kargo.PromotionPolicy{policy(true, "regexp:^blue-", nil)}, false},
		"by labels":          {[]kargo.PromotionPolicy{policy(true, "", web)}, true},
		"by name and labels": {[]kargo.PromotionPolicy{policy(true, "glob:blue-*", web)}, false},
		"the first decides":  {[]kargo.PromotionPolicy{policy(false, "glob:red-*", nil), policy(true, "", nil)}, false},
		"in the old way":     {[]kargo.PromotionPolicy{{Stage: "red-staging", AutoPromotionEnabled: true}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := rules.AutoPromotionEnabled(t.Context(), configReader{policies: test.policies}, stage)
			if err != nil || got != test.want {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	broken := configReader{policies: []kargo.PromotionPolicy{policy(true, "regex:(", nil)}}
	if _, err := rules.AutoPromotionEnabled(t.Context(), broken, stage); err == nil {
		t.Error("a pattern that is none was accepted")
	}
}

func TestRequests(t *testing.T) {
	for value, want := range map[string]string{
		"terminate": "terminate", `{"action":"terminate","actor":"x"}`: "terminate",
		"": "", `{"actor":"x"}`: "", `[]`: "", `"terminate"`: "", "{": "{",
	} {
		got, ok := rules.AbortRequest(map[string]string{kargo.AnnotationKeyAbort: value})
		if got.Subject != want && ok || ok != (want != "") {
			t.Errorf("%q asks for %q (%v), want %q", value, got.Subject, ok, want)
		}
	}
	asked, _ := rules.VerificationRequest(map[string]string{kargo.AnnotationKeyReverify: "id-1"}, kargo.AnnotationKeyReverify)
	asked.Actor = "kubernetes:octocat"
	if got := asked.String(); got != `{"actor":"kubernetes:octocat","id":"id-1"}` {
		t.Errorf("written back as %s", got)
	}
}

func TestAliases(t *testing.T) {
	first := rules.Alias("1c1ebc0067", 0)
	if rules.Alias("1c1ebc0067", 0) != first {
		t.Error("the same Freight gets another alias the second time")
	}
	if rules.Alias("1c1ebc0067", 1) == first {
		t.Error("the next attempt gives the same alias")
	}
	if words := strings.Split(first, "-"); len(words) != 2 || words[0] == "" || words[1] == "" {
		t.Errorf("alias %q", first)
	}
}
