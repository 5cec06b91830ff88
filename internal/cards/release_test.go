package cards_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/cards/cardstest"
	"github.com/davidaparicio/kargo-bot/internal/golden"
)

func TestRelease(t *testing.T) {
	for name, r := range cardstest.Releases() {
		t.Run(name, func(t *testing.T) {
			golden.Compare(t, name+".txt", plain(cards.Release(r, links)))
		})
	}
}

func TestReleaseSaysTheSameEveryTime(t *testing.T) {
	for name, r := range cardstest.Releases() {
		before := r.DeepCopy()
		first := cards.Release(r, links)
		if diff := cmp.Diff(first, cards.Release(r.DeepCopy(), links)); diff != "" {
			t.Errorf("%s: another card of the same object: %s", name, diff)
		}
		if diff := cmp.Diff(before, r); diff != "" {
			t.Errorf("%s: the object was changed: %s", name, diff)
		}
	}
}

func TestReleaseLines(t *testing.T) {
	var lines []string
	for name, r := range cardstest.Releases() {
		lines = append(lines, name+": "+words(cards.ReleaseLine(r)))
	}
	slices.Sort(lines)
	golden.Compare(t, "release-lines.txt", strings.Join(lines, "\n")+"\n")
}

func TestReleaseAlerts(t *testing.T) {
	all := cardstest.Releases()
	for name, alert := range map[string]struct {
		release   string
		happening v1alpha1.Happening
	}{
		"overdue": {"release-overdue", v1alpha1.Happening{Outcome: v1alpha1.OutcomeOverdue, Message: all["release-overdue"].Status.Message}},
		"overdue-unexplained": {"release-awaited", v1alpha1.Happening{
			Outcome: v1alpha1.OutcomeOverdue, Message: all["release-overdue"].Status.Message,
		}},
		"waiting":  {"release-waiting", v1alpha1.Happening{Outcome: v1alpha1.OutcomeWaiting, Environment: "production"}},
		"released": {"release-new", v1alpha1.Happening{Outcome: v1alpha1.OutcomeReleased}},
	} {
		golden.Compare(t, "release-alert-"+name+".txt", plain(cards.ReleaseAlert(all[alert.release], alert.happening, links)))
	}
}

func TestReleaseDeployed(t *testing.T) {
	all := cardstest.Releases()
	for _, name := range []string{"live", "failed", "was-live", "rolled-back", "new", "soaking"} {
		golden.Compare(t, "release-deployed-"+name+".txt", plain(cards.ReleaseDeployed(all["release-"+name], links)))
	}
}

// What something newer has taken the place of is not promoted by a slip.
func TestSupersededReleasesAreNotPromoted(t *testing.T) {
	r := cardstest.Releases()["release-superseded"]
	for _, action := range cards.Release(r, links).Actions {
		if strings.HasPrefix(action.Command, "/promote") {
			t.Errorf("offers %s", action.Command)
		}
	}
}

func TestReleaseCommandsNameTheProjectWhereThereAreSeveral(t *testing.T) {
	card := cards.Release(cardstest.Releases()["release-waiting"], cards.Links{Projects: true})
	if got := card.Actions[0].Command; got != "/promote microsvcs/red production 3.2.0" {
		t.Errorf("command %q", got)
	}
}

func TestReleaseTitlesAreShortEnoughForAHeader(t *testing.T) {
	for name, r := range cardstest.Releases() {
		r.Spec.Service, r.Spec.Version = strings.Repeat("red-", 60), "3.2.0-"+strings.Repeat("rc", 60)
		for i := range r.Status.Stages {
			r.Status.Stages[i].Environment, r.Status.Stages[i].Step = strings.Repeat("e", 250), strings.Repeat("s", 250)
		}
		if title := cards.Release(r, links).Title; title == "" || len([]rune(title)) > 150 {
			t.Errorf("%s: title %q", name, title)
		}
	}
}
