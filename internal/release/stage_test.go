package release

import (
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

const (
	succeeded = kargoapi.PromotionPhaseSucceeded
	failing   = kargoapi.PromotionPhaseFailed
)

// noted says in a Stage which Promotion was the last.
func noted(s *kargoapi.Stage, p *kargoapi.Promotion) *kargoapi.Stage {
	s.Status.LastPromotion = &kargoapi.PromotionReference{Name: p.Name, FinishedAt: at(5), Status: &p.Status}
	return s
}

// verifying gives a Stage a verification, and what it runs an outcome of it.
func verifying(s *kargoapi.Stage, phases ...kargoapi.VerificationPhase) *kargoapi.Stage {
	s.Spec.Verification = &kargoapi.Verification{AnalysisTemplates: []kargoapi.AnalysisTemplateReference{{Name: "smoke"}}}
	for _, phase := range phases {
		s.Status.FreightHistory[0].VerificationHistory = append(s.Status.FreightHistory[0].VerificationHistory,
			kargoapi.VerificationInfo{ID: "1", Phase: phase, Message: "metric error-rate"})
	}
	return s
}

func automatic(s *kargoapi.Stage) *kargoapi.Stage {
	s.Status.AutoPromotionEnabled = true
	return s
}

func held(s *kargoapi.Stage) *kargoapi.Stage {
	s.Status.EffectiveAutoPromotionHolds = map[string]kargoapi.AutoPromotionHold{"Warehouse/red-releases": {FreightName: "old"}}
	return s
}

func soaking(s *kargoapi.Stage, d time.Duration) *kargoapi.Stage {
	s.Spec.RequestedFreight[0].Sources.RequiredSoakTime = &metav1.Duration{Duration: d}
	return s
}

// How 3.2.0 stands in production, and with it the Release.
func TestHowAReleaseStands(t *testing.T) {
	old, ours, newer := freight("old", "3.1.0", -100), verified(freight("ours", "3.2.0", 1), "red-staging"), freight("newer", "3.3.0", 9)
	production := func(all ...*kargoapi.Freight) *kargoapi.Stage {
		return runs(stage("production", "red-releases", "red-staging"), all...)
	}
	going := func(number int, phase kargoapi.PromotionPhase) *kargoapi.Promotion {
		return promotion(number, "red-production", "ours", kargoapi.PromotionStatus{Phase: phase, FinishedAt: at(5)})
	}
	failed := promotion(1, "red-production", "ours", kargoapi.PromotionStatus{Phase: failing, FinishedAt: at(5), StepExecutionMetadata: []kargoapi.StepExecutionMetadata{
		{Status: kargoapi.PromotionStepStatusSucceeded}, {Status: kargoapi.PromotionStepStatusErrored, Message: "rejected"},
	}})
	aborted := promotion(1, "red-production", "ours", kargoapi.PromotionStatus{Phase: kargoapi.PromotionPhaseAborted})
	aborted.Annotations = map[string]string{v1alpha1.AnnotationAbortedBy: "hubot"}
	soaked := verified(freight("ours", "3.2.0", 1), "red-staging")
	soaked.Status.CurrentlyIn = map[string]kargoapi.CurrentStage{"red-staging": {Since: at(-10)}}
	moved := verified(freight("moved", "v3.2.0", 30), "red-staging")
	unverified := freight("ours", "3.2.0", 1)
	known := released("3.2.0")
	known.Status.Freight = "ours"
	for name, test := range map[string]struct {
		objects []client.Object
		// want is the phase in production, its message, and the phase of the Release.
		want    v1alpha1.ReleaseStagePhase
		message string
		phase   v1alpha1.ReleasePhase
	}{
		"waits for a person":                  {[]client.Object{production(old), ours}, "Waiting", "", "Waiting"},
		"is the first ever":                   {[]client.Object{production(), ours}, "Waiting", "", "Waiting"},
		"is not verified upstream":            {[]client.Object{production(old), unverified}, "NotYet", "", "Progressing"},
		"is approved":                         {[]client.Object{production(old), approved(unverified.DeepCopy(), "red-production")}, "Waiting", "", "Waiting"},
		"soaks":                               {[]client.Object{soaking(production(old), time.Hour), soaked}, "Soaking", "", "Progressing"},
		"is left to auto-promotion":           {[]client.Object{automatic(production(old)), ours}, "Queued", "", "Progressing"},
		"auto-promotion is on hold":           {[]client.Object{held(automatic(production(old))), ours}, "Waiting", "", "Waiting"},
		"its Promotion is queued":             {[]client.Object{production(old), ours, going(1, kargoapi.PromotionPhasePending)}, "Queued", "", "Progressing"},
		"its Promotion runs":                  {[]client.Object{production(old), ours, going(1, kargoapi.PromotionPhaseRunning)}, "Promoting", "", "Progressing"},
		"its Promotion has failed":            {[]client.Object{production(old), ours, failed}, "Failed", "rejected", "Failed"},
		"is tried again":                      {[]client.Object{production(old), ours, failed, going(2, kargoapi.PromotionPhaseRunning)}, "Promoting", "", "Progressing"},
		"its Promotion was aborted":           {[]client.Object{production(old), ours, aborted}, "Waiting", "Aborted by hubot.", "Waiting"},
		"was aborted, and Kargo leaves it so": {[]client.Object{automatic(production(old)), ours, aborted}, "Waiting", "Aborted by hubot.", "Waiting"},
		"the Stage has not taken note yet":    {[]client.Object{production(old), ours, going(1, succeeded)}, "Verifying", "", "Progressing"},
		"is live":                             {[]client.Object{noted(production(ours, old), going(1, succeeded)), ours, going(1, succeeded)}, "Live", "", "Live"},
		"is live without its Promotion":       {[]client.Object{production(ours, old), ours}, "Live", "", "Live"},
		"is live, and its Freight is gone":    {[]client.Object{production(ours, old), known}, "Live", "", "Live"},
		"failed when promoted again":          {[]client.Object{noted(production(ours, old), failed), ours, failed}, "Failed", "rejected", "Failed"},
		"is about to be verified":             {[]client.Object{verifying(production(ours, old)), ours}, "Verifying", "", "Progressing"},
		"is being verified":                   {[]client.Object{verifying(production(ours, old), kargoapi.VerificationPhaseRunning), ours}, "Verifying", "", "Progressing"},
		"is verified":                         {[]client.Object{verifying(production(ours, old), kargoapi.VerificationPhaseSuccessful), ours}, "Live", "", "Live"},
		"is not verified": {[]client.Object{verifying(production(ours, old), kargoapi.VerificationPhaseFailed), ours},
			"Failed", "It was promoted, but its verification ended: Failed. Kargo says: metric error-rate", "Failed"},
		"was rolled back":          {[]client.Object{production(old, ours), ours}, "Replaced", "rolled back to 3.1.0", "Progressing"},
		"something newer runs":     {[]client.Object{production(newer, old), ours, newer}, "Skipped", "", "Superseded"},
		"was replaced by newer":    {[]client.Object{production(newer, ours), ours, newer}, "Replaced", "", "Live"},
		"failed, then newer came":  {[]client.Object{production(newer, old), ours, newer, failed}, "Skipped", "", "Superseded"},
		"waits, but newer is here": {[]client.Object{production(old), ours, newer}, "Waiting", "", "Superseded"},
		"its tag was moved":        {[]client.Object{production(ours, old), ours, moved}, "Live", "", "Live"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, slices.Concat([]client.Object{released("3.2.0"), runs(stage("staging", "red-releases"), ours, old)}, test.objects)...)
			w.clock = *clock(20)
			r, _ := w.look(t, w.controller())
			at := v1alpha1.ReleaseStage{}
			for _, s := range r.Status.Stages {
				if s.Environment == "production" {
					at = s
				}
				if s.Environment == "development" {
					t.Error("it can't reach development")
				}
			}
			if at.Phase != test.want || at.Message != test.message || r.Status.Phase != test.phase {
				t.Errorf("it stands %+v, and the release is %s: %s", at, r.Status.Phase, r.Status.Message)
			}
			if again, _ := w.look(t, w.controller()); again.ResourceVersion != r.ResourceVersion {
				t.Errorf("a second look changed it to %+v", again.Status)
			}
		})
	}
}

func clock(minutes int) *time.Time { t := at(minutes).Time; return &t }

func approved(f *kargoapi.Freight, stage string) *kargoapi.Freight {
	f.Status.ApprovedFor = map[string]kargoapi.ApprovedStage{stage: {ApprovedAt: at(3)}}
	return f
}

func TestASoakIsLookedAtWhenItIsOver(t *testing.T) {
	f := verified(freight("ours", "3.2.0", 1), "red-staging")
	f.Status.CurrentlyIn = map[string]kargoapi.CurrentStage{"red-staging": {Since: at(2)}}
	w := newWorld(t, soaking(stage("production", "red-releases", "red-staging"), time.Hour), f, released("3.2.0"))
	r, again := w.look(t, w.controller())
	last := r.Status.Stages[len(r.Status.Stages)-1]
	if last.Until == nil || !last.Until.Equal(at(62)) || again != 62*time.Minute+clockSkew {
		t.Errorf("until %s, looked at again in %s", last.Until, again)
	}
	w.clock = w.clock.Add(again)
	if r, _ := w.look(t, w.controller()); r.Status.Stages[1].Phase != v1alpha1.ReleaseStageWaiting {
		t.Errorf("after it: %+v", r.Status.Stages[1])
	}
}

// What others say does not break anything, and fits.
func TestHostileFreight(t *testing.T) {
	long := strings.Repeat("é", 5000)
	odd := freight("odd", long, 1)
	odd.Alias = long
	none := freight("none", "", 1)
	none.Images = nil
	ours := freight("ours", "3.2.0", 1)
	ours.Alias = long
	failed := promotion(1, "red-staging", "ours", kargoapi.PromotionStatus{Phase: failing, Message: long})
	failed.Annotations = map[string]string{kargoapi.AnnotationKeyCreateActor: "kubernetes:" + long}
	w := newWorld(t, odd, none, ours, failed, runs(stage("production", "red-releases", "red-staging"), odd), released("3.2.0"))
	r, _ := w.look(t, w.controller())
	at := r.Status.Stages[0]
	if n := len([]rune(at.Message)); n == 0 || n > 2048 || len([]rune(at.By)) > 256 || len([]rune(r.Status.Message)) > 2048 || len([]rune(r.Status.Alias)) > 253 {
		t.Errorf("message %d, by %d, message of all %d, alias %d", n, len([]rune(at.By)), len([]rune(r.Status.Message)), len([]rune(r.Status.Alias)))
	}
	if n := len([]rune(r.Status.Stages[1].Running)); n == 0 || n > 256 {
		t.Errorf("running %d", n)
	}
}

func TestANewerVersionIsOneThatPeopleWouldTakeInstead(t *testing.T) {
	overdue := released("3.5.0")
	overdue.Status.Phase = v1alpha1.ReleaseOverdue
	for name, test := range map[string]struct {
		objects []client.Object
		want    string
	}{
		"none":                              {nil, ""},
		"an older one":                      {[]client.Object{freight("a", "3.1.9", 5)}, ""},
		"a build":                           {[]client.Object{freight("a", "sha-4f2c1aa", 5)}, ""},
		"a prerelease of the next":          {[]client.Object{freight("a", "3.3.0-rc.1", 5)}, ""},
		"Freight":                           {[]client.Object{freight("a", "v3.3.0", 5)}, "3.3.0"},
		"a tag":                             {[]client.Object{released("3.4.0")}, "3.4.0"},
		"the newest":                        {[]client.Object{freight("a", "3.3.0", 5), released("3.10.0"), released("3.4.0")}, "3.10.0"},
		"one whose image has not turned up": {[]client.Object{overdue}, ""},
	} {
		w := newWorld(t, append(test.objects, released("3.2.0"))...)
		if r, _ := w.look(t, w.controller()); r.Status.SupersededBy != test.want {
			t.Errorf("%s: superseded by %q", name, r.Status.SupersededBy)
		}
	}
}
