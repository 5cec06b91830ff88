package pullrequest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/golden"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/pullrequest"
)

func TestAnOpenPullRequestSaysWhatMergingAdds(t *testing.T) {
	w := newWorld(t)
	w.open(231, "feat(red): announce the region", 32, "projects/red/main.go", "README.md")
	w.open(232, "chore: release red 3.4.0", 31, "projects/red/CHANGELOG.md")
	w.pass(t)
	golden.Compare(t, "open.txt", words(w.forge.said(t, 231).card))
	golden.Compare(t, "release.txt", words(w.forge.said(t, 232).card))
}

func TestAMergedPullRequestSaysWhereTheChangeIs(t *testing.T) {
	w := newWorld(t)
	w.open(231, "feat(red): announce the region", 32, "projects/red/main.go")
	w.pass(t)
	said := func(file string) {
		t.Helper()
		w.clock = w.clock.Add(time.Minute)
		w.pass(t)
		golden.Compare(t, file, words(w.forge.said(t, 231).card))
	}
	w.merge(231, 33)
	said("merged.txt")
	w.merge(231, 29)
	said("in-development.txt")
	w.merge(231, 25)
	w.runs(t, "staging", v330)
	said("in-staging.txt")
	w.merge(231, 18)
	said("waits-for-production.txt")
	w.runs(t, "production", v320)
	said("in-production.txt")
	w.runs(t, "production", v310)
	said("rolled-back.txt")
	if edits := w.forge.said(t, 231).edits; edits != 6 {
		t.Errorf("the comment was edited %d times", edits)
	}
}

// Where a change is that has arrived does not change with what follows it there.
func TestAChangeThatIsInProductionIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	w.open(231, "feat(red): announce the region", 32, "projects/red/main.go")
	w.pass(t)
	w.merge(231, 18)
	w.runs(t, "production", v320)
	w.pass(t)
	arrived := words(w.forge.said(t, 231).card)
	for _, again := range []bool{false, true} {
		if again {
			w.start(t)
		}
		w.runs(t, "production", v330)
		w.runs(t, "development", freight(builds, "dddd2222", "sha-0000031", 31))
		w.pass(t)
		if c := w.forge.said(t, 231); words(c.card) != arrived || !c.settled || w.forge.calls["Comment"] != 2 {
			t.Errorf("calls %v; it says:\n%s", w.forge.calls, words(c.card))
		}
	}
	// Unless it is taken back.
	w.runs(t, "production", v310)
	w.pass(t)
	if c := w.forge.said(t, 231); c.settled || !strings.Contains(c.card.Title, "taken out of production") {
		t.Errorf("after a rollback: %s", c.card.Title)
	}
}

// A version that replaces another on the way leaves alone where a change has come to.
func TestNewerVersionsDoNotMoveAnArrival(t *testing.T) {
	w := newWorld(t)
	w.open(231, "feat(red): announce the region", 32, "projects/red/main.go")
	w.pass(t)
	w.merge(231, 29)
	w.pass(t)
	before := words(w.forge.said(t, 231).card)
	for n := range 5 {
		w.runs(t, "development", freight(builds, fmt.Sprint("dddd222", n), fmt.Sprint("sha-000003", n), 31+n))
		w.pass(t)
	}
	if after := words(w.forge.said(t, 231).card); after != before {
		t.Errorf("it said:\n%s\nand says:\n%s", before, after)
	}
	// Kargo remembers ten: after that it is only known that it is there.
	for n := range 6 {
		w.runs(t, "development", freight(builds, fmt.Sprint("dddd333", n), fmt.Sprint("sha-000004", n), 41+n))
	}
	w.pass(t)
	if after := words(w.forge.said(t, 231).card); !strings.Contains(after, "| ✓ | ✓ | · 3.2.0 |") {
		t.Errorf("after many versions it says:\n%s", after)
	}
}

// TestWhatRunsIsNotToldToEverybody: a repository may be public whose overlays are not.
func TestWhatRunsIsNotToldToEverybody(t *testing.T) {
	for public, want := range map[string]int{repo: 1, "acme/other": 0} {
		w := newWorld(t)
		w.Speaks = func(of string) bool { return of == public }
		w.open(231, "feat(red): announce the region", 32, "projects/red/main.go")
		p := w.forge.pulls[231]
		p.Public = true
		w.forge.pulls[231] = p
		w.pass(t)
		w.pass(t)
		if len(w.forge.comments) != want {
			t.Errorf("%d comments where %s may be spoken of", len(w.forge.comments), public)
		}
	}
}

// TestWhatWasMergedBeforeThereWasABotIsLeftAlone: nobody waits to hear of it.
func TestWhatWasMergedBeforeThereWasABotIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	w.open(229, "feat(red): long ago", 18, "projects/red/main.go")
	w.merge(229, 18)
	w.open(230, "feat(red): while no bot ran", 19, "projects/red/main.go")
	w.merge(230, 19)
	w.clock = w.clock.Add(23 * time.Hour)
	p := w.forge.pulls[229]
	p.MergedAt = noon.Add(-2 * time.Hour)
	w.forge.pulls[229] = p
	w.pass(t)
	if len(w.forge.comments) != 1 || w.forge.comments[0].number != 230 {
		t.Errorf("%d comments", len(w.forge.comments))
	}
}

func TestNothingIsWrittenOrReadTwice(t *testing.T) {
	w := newWorld(t)
	w.open(231, "feat(red): announce the region", 32, "projects/red/main.go")
	w.open(233, "docs: say more", 34, "README.md")
	w.pass(t)
	for range 5 {
		w.pass(t)
	}
	if w.forge.calls["Comment"] != 1 || w.forge.calls["FilesOf"] != 2 || w.forge.calls["PullRequest"] != 0 {
		t.Errorf("calls: %v", w.forge.calls)
	}
	// A new process finds the comment, and leaves it as it is.
	w.start(t)
	w.pass(t)
	if c := w.forge.said(t, 231); c.edits != 0 || w.forge.calls["Comment"] != 2 {
		t.Errorf("after a restart: %d edits, calls %v", c.edits, w.forge.calls)
	}
}

func TestOfSomePullRequestsThereIsNothingToSay(t *testing.T) {
	for name, change := range map[string]func(*pullrequest.Pull){
		"touches no service":          func(p *pullrequest.Pull) { p.Number = 2 },
		"is for another pull request": func(p *pullrequest.Pull) { p.BaseRef = "feature" },
		"was closed":                  func(p *pullrequest.Pull) { p.State = pullrequest.Closed },
		"was merged a long time ago": func(p *pullrequest.Pull) {
			p.State, p.Merged, p.MergedAt = pullrequest.Closed, true, noon.AddDate(0, -2, 0)
		},
		"is of a repository elsewhere": func(p *pullrequest.Pull) { p.Number = 3 },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.open(1, "feat(red): announce the region", 32, "projects/red/main.go")
			p := w.forge.pulls[1]
			w.forge.files[2] = []string{"README.md", "projects/redder/main.go"}
			w.forge.files[3] = []string{"projects/red/main.go"}
			delete(w.forge.pulls, 1)
			change(&p)
			w.forge.pulls[p.Number] = p
			key := pullrequest.Key{Repo: repo, Number: p.Number}
			if p.Number == 3 {
				key.Repo = "acme/other"
			}
			if _, err := w.Reconcile(t.Context(), key); err != nil {
				t.Fatal(err)
			}
			if len(w.forge.comments) != 0 {
				t.Errorf("said: %s", words(w.forge.comments[0].card))
			}
		})
	}
}

// A pull request of more files than are listed may touch anything.
func TestAPullRequestOfVeryManyFiles(t *testing.T) {
	w := newWorld(t)
	w.open(231, "chore: move everything", 32)
	delete(w.forge.files, 231)
	w.pass(t)
	if got := w.forge.said(t, 231).card; len(got.Table.Rows) != 1 {
		t.Errorf("said: %s", words(got))
	}
}

func TestWhatIsHintedAtIsLookedAt(t *testing.T) {
	w := newWorld(t)
	w.open(231, "feat(red): announce the region", 32, "projects/red/main.go")
	w.pass(t)
	w.merge(231, 25)
	// Nobody has said that it changed.
	w.look(t, 231)
	if w.forge.said(t, 231).edits != 0 {
		t.Fatal("the test means nothing")
	}
	w.Hint("Acme/MicroSvcs", 231)
	w.look(t, 231)
	if c := w.forge.said(t, 231); c.edits != 1 || w.forge.calls["PullRequest"] != 1 {
		t.Errorf("%d edits, calls %v", c.edits, w.forge.calls)
	}
}

// The App may be installed on any number of repositories that have nothing to do with Kargo.
func TestOtherRepositoriesAreNotWatched(t *testing.T) {
	w := newWorld(t)
	w.pass(t)
	w.Hint("acme/other", 0)
	result, err := w.Reconcile(t.Context(), pullrequest.Key{Repo: "acme/other"})
	if err != nil || result.RequeueAfter != 0 || w.forge.calls["PullRequests"] != 1 {
		t.Errorf("again in %s, error %v, calls %v", result.RequeueAfter, err, w.forge.calls)
	}
}

func TestServicesMayComeAndGo(t *testing.T) {
	w := newWorld(t)
	w.open(231, "feat(blue): announce the region", 32, "projects/blue/main.go")
	w.pass(t)
	if len(w.forge.comments) != 0 {
		t.Fatal("the test means nothing")
	}
	blue := stage("staging", kargoapi.FreightSources{Direct: true}, v320)
	blue.Name = "blue-staging"
	if err := w.server.Create(t.Context(), blue); err != nil {
		t.Fatal(err)
	}
	w.pass(t)
	if got := w.forge.said(t, 231).card; got.Table.Rows[0][0].String() != "blue" {
		t.Errorf("it says:\n%s", words(got))
	}
	if err := w.server.Delete(t.Context(), blue); err != nil {
		t.Fatal(err)
	}
	w.pass(t)
	if got := w.forge.said(t, 231).card.Title; got != "This pull request changes no service any more" {
		t.Errorf("without the service it says %q", got)
	}
}

// TestAReleaseIsSpokenOf whatever it touches.
func TestAReleaseIsSpokenOf(t *testing.T) {
	w := newWorld(t)
	w.open(232, "chore: release red 3.4.0", 31, ".release-please-manifest.json")
	w.pass(t)
	if got := w.forge.said(t, 232).card; got.Title != "What this release adds" || len(got.Table.Rows) != 1 {
		t.Errorf("it says:\n%s", words(got))
	}
}

func TestAPullRequestForAnotherBranchHasNothingMoreToSay(t *testing.T) {
	w := newWorld(t)
	w.open(231, "feat(red): announce the region", 32, "projects/red/main.go")
	w.pass(t)
	p := w.forge.pulls[231]
	p.BaseRef, p.UpdatedAt = "feature", noon.Add(time.Minute)
	w.forge.pulls[231] = p
	w.pass(t)
	if got := w.forge.said(t, 231).card.Title; got != "This pull request changes no service any more" {
		t.Errorf("it says %q", got)
	}
}

func TestWhatCannotBeToldIsAskedAgain(t *testing.T) {
	w := newWorld(t)
	w.open(231, "feat(red): announce the region", 32, "projects/red/main.go")
	w.code.unavailable = &freightdiff.Unavailable{Reason: "GitHub's rate limit is nearly used up."}
	for i, wait := range []int{5, 15, 45} {
		if again := w.look(t, 231); again != time.Duration(wait)*time.Second || len(w.forge.comments) != 0 {
			t.Fatalf("look %d: again in %s, %d comments", i, again, len(w.forge.comments))
		}
	}
	again := w.look(t, 231)
	golden.Compare(t, "unknown.txt", words(w.forge.said(t, 231).card))
	if again == 0 {
		t.Error("it is not asked again")
	}
	w.code.unavailable = nil
	w.look(t, 231)
	golden.Compare(t, "open.txt", words(w.forge.said(t, 231).card))
}

func TestErrorsOfTheForge(t *testing.T) {
	for name, test := range map[string]struct {
		call  string
		err   error
		again time.Duration
		fails bool
		// then is how many comments there are after the next look.
		then int
	}{
		"slow down":        {"Comment", &notify.Deferred{After: 7 * time.Second, Err: errors.New("x")}, 7 * time.Second, false, 1},
		"can't be written": {"Comment", &notify.Undeliverable{Reason: "The conversation is locked."}, 0, false, 0},
		"anything else":    {"Comment", errors.New("x"), 0, true, 1},
		"rate limit":       {"FilesOf", &freightdiff.Unavailable{Reason: "x", After: 12 * time.Minute}, 12 * time.Minute, false, 1},
		"no such pull":     {"PullRequest", freightdiff.ErrNotFound, 0, false, 1},
		"out of order":     {"PullRequest", &freightdiff.Unavailable{Reason: "x"}, 0, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.open(231, "feat(red): announce the region", 32, "projects/red/main.go")
			w.forge.fails[test.call] = test.err
			result, err := w.Reconcile(t.Context(), pullrequest.Key{Repo: repo, Number: 231})
			if result.RequeueAfter != test.again || (err != nil) != test.fails || len(w.forge.comments) != 0 {
				t.Errorf("again in %s, error %v, %d comments", result.RequeueAfter, err, len(w.forge.comments))
			}
			w.look(t, 231)
			if len(w.forge.comments) != test.then {
				t.Errorf("%d comments after the next look", len(w.forge.comments))
			}
		})
	}
}

func TestAPullRequestOfAPromotionSaysWhatThatChanges(t *testing.T) {
	promotion := &kargoapi.Promotion{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "red-production.01kqwz.bbbb320"},
		Spec:       kargoapi.PromotionSpec{Stage: "red-production", Freight: v320.Name},
		Status: kargoapi.PromotionStatus{
			Phase: kargoapi.PromotionPhaseRunning,
			State: &apiextensionsv1.JSON{Raw: []byte(`{"step-1":{"commit":"x"},"open-pr":{"pr":{"id":240,"url":"https://github.com/acme/microsvcs/pull/240"}}}`)},
		},
	}
	w := newWorld(t, promotion)
	w.open(240, "red-production: promote bbbb320", 50, "k8s/overlays/production/red/kustomization.yaml")
	w.pass(t)
	golden.Compare(t, "promotion.txt", words(w.forge.said(t, 240).card))

	w.merge(240, 51)
	w.runs(t, "production", v320)
	promotion.ResourceVersion = ""
	if err := w.server.Delete(t.Context(), promotion); err != nil {
		t.Fatal(err)
	}
	promotion.ResourceVersion = ""
	promotion.Status.Phase = kargoapi.PromotionPhaseSucceeded
	if err := w.server.Create(t.Context(), promotion); err != nil {
		t.Fatal(err)
	}
	w.stage(t, "production", func(s *kargoapi.Stage) { s.Status.LastPromotion = &kargoapi.PromotionReference{Name: promotion.Name} })
	w.pass(t)
	golden.Compare(t, "promoted.txt", words(w.forge.said(t, 240).card))

	// What follows does not change what it was.
	w.runs(t, "production", v330)
	w.stage(t, "production", func(s *kargoapi.Stage) {
		s.Status.LastPromotion = &kargoapi.PromotionReference{Name: "red-production.02.cccc330"}
	})
	for range 2 {
		w.pass(t)
		golden.Compare(t, "promoted.txt", words(w.forge.said(t, 240).card))
		w.start(t)
	}
}

// TestWhatIsPrivateIsNotToldInPublic: the overlays may be public, and the code not.
func TestWhatIsPrivateIsNotToldInPublic(t *testing.T) {
	promotion := &kargoapi.Promotion{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "red-production.01kqwz.bbbb320"},
		Spec:       kargoapi.PromotionSpec{Stage: "red-production", Freight: v320.Name},
		Status: kargoapi.PromotionStatus{
			Phase: kargoapi.PromotionPhaseRunning, State: &apiextensionsv1.JSON{Raw: []byte(`{"open-pr":{"pr":{"url":"https://github.com/acme/microsvcs/pull/240"}}}`)},
		},
	}
	w := newWorld(t, promotion)
	w.code.elsewhere = "acme/private"
	w.open(240, "red-production: promote bbbb320", 50, "k8s/overlays/production/red/kustomization.yaml")
	p := w.forge.pulls[240]
	p.Public = true
	w.forge.pulls[240] = p
	w.pass(t)
	if got := words(w.forge.said(t, 240).card); strings.Contains(got, "change 1") || strings.Contains(got, "acme/private") || !strings.Contains(got, "another repository") {
		t.Errorf("it says:\n%s", got)
	}
}

// TestWhatSoaksIsLookedAtInTime, as nothing happens then.
func TestWhatSoaksIsLookedAtInTime(t *testing.T) {
	w := newWorld(t)
	w.open(231, "feat(red): announce the region", 32, "projects/red/main.go")
	w.merge(231, 18)
	w.stage(t, "production", func(s *kargoapi.Stage) {
		s.Spec.RequestedFreight[0].Sources.RequiredSoakTime = &metav1.Duration{Duration: 3 * time.Hour}
	})
	again := w.look(t, 231)
	if got := words(w.forge.said(t, 231).card); again < time.Hour || again > 2*time.Hour || !strings.Contains(got, "3.2.0 can go at 13:00 UTC") {
		t.Errorf("again in %s; it says:\n%s", again, got)
	}
	w.clock = w.clock.Add(again)
	w.look(t, 231)
	if got := words(w.forge.said(t, 231).card); !strings.Contains(got, "3.2.0 waits for promotion") {
		t.Errorf("after that it says:\n%s", got)
	}
}
