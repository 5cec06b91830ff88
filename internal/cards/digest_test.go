package cards_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/golden"
)

// whole renders a card with its sections.
func whole(c chatops.Card) string {
	var b strings.Builder
	b.WriteString(plain(c))
	for _, section := range c.Sections {
		b.WriteString("# " + section.Title + "\n")
		for _, line := range section.Lines {
			b.WriteString(words(line) + "\n")
		}
	}
	return b.String()
}

// of is a record of another service, environment and versions, made by somebody as the n-th.
func of(p *v1alpha1.PromotionRecord, n int, service, environment, from, to, by string) *v1alpha1.PromotionRecord {
	p.Spec.Service, p.Spec.Environment, p.Spec.Stage = service, environment, service+"-"+environment
	p.Spec.FromVersion, p.Spec.Version, p.Spec.By = from, to, by
	p.Name = fmt.Sprintf("%s.%04d.abc", p.Spec.Stage, n)
	return p
}

// aDay is a day's Promotions.
func aDay() []*v1alpha1.PromotionRecord {
	live := func() *v1alpha1.PromotionRecord { return record(v1alpha1.PhaseSucceeded, started, succeeded) }
	back := record(v1alpha1.PhaseSucceeded, started, rolledBack)
	back.Spec.Rollback = true
	long := live()
	long.Status.Happenings[0].At, long.Status.Happenings[1].At = *at(-90_000), *at(-89_000)
	return []*v1alpha1.PromotionRecord{
		of(live(), 3, "red", "production", "3.1.0", "3.2.0", "octocat"),
		of(live(), 1, "red", "production", "3.0.0", "3.1.0", "hubot"),
		of(back, 2, "blue", "production", "3.3.3", "3.3.2", "octocat"),
		of(record(v1alpha1.PhaseFailed, started, v1alpha1.OutcomeFailed), 4, "green", "production", "1.0.0", "1.1.0", "octocat"),
		of(record(v1alpha1.PhaseSucceeded, started, succeeded, degraded), 5, "yellow", "production", "2.0.0", "2.1.0", ""),
		of(live(), 6, "green", "staging", "", "1.1.0", ""),
		of(record(v1alpha1.PhasePromoting, started), 7, "red", "staging", "3.2.0", "3.3.0", ""),
		of(long, 8, "white", "production", "1.0.0", "1.0.1", "octocat"),
	}
}

func releases() []*v1alpha1.Release {
	return []*v1alpha1.Release{
		{Spec: v1alpha1.ReleaseSpec{Service: "red", Version: "3.3.0"}, Status: v1alpha1.ReleaseStatus{Phase: v1alpha1.ReleaseWaiting}},
		{Spec: v1alpha1.ReleaseSpec{Service: "blue", Version: "3.3.2"}, Status: v1alpha1.ReleaseStatus{Phase: v1alpha1.ReleaseLive}},
	}
}

// releaseLines replaces what is said of releases, which is not what these tests are about.
func releaseLines(text string) string {
	for _, r := range releases() {
		text = strings.ReplaceAll(text, words(cards.ReleaseLine(r)), "<release "+r.Spec.Service+" "+r.Spec.Version+">")
	}
	return text
}

func TestSummary(t *testing.T) {
	paris := time.FixedZone("CET", 3600)
	noon := at(0).Time
	for name, view := range map[string]cards.SummaryView{
		"burst":         {Kind: v1alpha1.SummaryBurst, From: noon.Add(4 * time.Minute), Records: aDay()},
		"burst-well":    {Kind: v1alpha1.SummaryBurst, From: noon, Records: aDay()[:3]},
		"quiet":         {Kind: v1alpha1.SummaryQuiet, From: noon.Add(7 * time.Hour), Until: noon.Add(19 * time.Hour), Location: paris, Records: aDay(), Releases: releases()},
		"quiet-ongoing": {Kind: v1alpha1.SummaryQuiet, From: noon.Add(7 * time.Hour), Releases: releases()[1:]},
		"digest":        {Kind: v1alpha1.SummaryDigest, From: noon.Add(-12 * time.Hour), Until: noon.Add(12 * time.Hour), Records: aDay(), Releases: releases()},
		"digest-week":   {Kind: v1alpha1.SummaryDigest, From: noon.Add(-163 * time.Hour), Until: noon.Add(5 * time.Hour), Location: paris, Weekly: true, Records: aDay()},
		"digest-empty":  {Kind: v1alpha1.SummaryDigest, From: noon.Add(-time.Hour), Until: noon, Records: aDay()},
		"credentials":   {Kind: v1alpha1.SummaryBurst, From: noon, Records: aDay()[:1], Releases: releases()[:1], Notices: someNotices()},
		"digest-credentials": {
			Kind: v1alpha1.SummaryDigest, From: noon.Add(-12 * time.Hour), Until: noon.Add(12 * time.Hour), Notices: someNotices(),
		},
		"thread": {Kind: v1alpha1.SummaryThread, From: noon, Records: aDay(), Releases: releases()},
	} {
		t.Run(name, func(t *testing.T) {
			golden.Compare(t, "summary-"+name+".txt", releaseLines(whole(cards.Summary(view))))
		})
	}
}

func TestASummaryIsTheSameInAnyOrder(t *testing.T) {
	day, reversed := aDay(), aDay()
	for i := range day {
		reversed[len(day)-1-i] = day[i]
	}
	for _, kind := range []v1alpha1.SummaryKind{v1alpha1.SummaryBurst, v1alpha1.SummaryDigest} {
		one := cards.SummaryView{Kind: kind, From: at(-86400).Time, Records: day}
		other := one
		other.Records = reversed
		if diff := cmp.Diff(cards.Summary(one), cards.Summary(other)); diff != "" {
			t.Errorf("%s: -in order +reversed\n%s", kind, diff)
		}
		if day[0].Spec.Service != "red" || reversed[0] != day[len(day)-1] {
			t.Errorf("%s: the records were put in another order", kind)
		}
	}
}

// Whoever reads of 500 Promotions wants to know of those that went wrong, and how many there were.
func TestALongSummaryNamesTheBadOnesAndCountsTheRest(t *testing.T) {
	var all []*v1alpha1.PromotionRecord
	for i := range 500 {
		p := record(v1alpha1.PhaseSucceeded, started, succeeded)
		if i%10 == 9 {
			p = record(v1alpha1.PhaseFailed, started, v1alpha1.OutcomeFailed)
		}
		all = append(all, of(p, i, fmt.Sprintf("service-%03d", i), "production", "1.0.0", "1.1.0", "octocat"))
	}
	card := cards.Summary(cards.SummaryView{Kind: v1alpha1.SummaryBurst, From: at(0).Time, Records: all})
	if card.Title != "500 promotions since 12:00 UTC" || card.Status != "450 succeeded, 50 failed" || card.State != chatops.StateInfo {
		t.Errorf("[%s] %s: %s", card.State, card.Title, card.Status)
	}
	if n := len(card.Body); n != 21 || card.Body[20].String() != "and 30 more" || !strings.Contains(card.Body[0].String(), "service-009") {
		t.Errorf("%d lines of what went wrong, the last of them %q", n, card.Body[n-1])
	}
	if rest := card.Sections[0]; len(rest.Lines) != 21 || rest.Lines[20].String() != "and 430 more" {
		t.Errorf("the rest: %s", whole(card))
	}
}
