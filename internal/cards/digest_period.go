package cards

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// mostPeople is how many of those who promoted something are named.
const mostPeople = 3

// digest says what shipped in a day or a week: by environment, what came to run where, and by whom.
func (s SummaryView) digest() chatops.Card {
	when := "on " + s.date(s.last())
	if s.Weekly {
		when = "in the week to " + s.date(s.last())
	}
	s.Records = slices.DeleteFunc(s.Records, func(p *v1alpha1.PromotionRecord) bool {
		return !slices.ContainsFunc(p.Status.Happenings, func(h v1alpha1.Happening) bool {
			return h.Outcome != v1alpha1.OutcomeStarted && s.covers(h.At.Time)
		})
	})
	card := chatops.Card{Title: "What shipped " + when, State: chatops.StateInfo, Status: s.counts()}
	var bad []chatops.Text
	for _, p := range s.Records {
		if standOf(p).isBad() {
			bad = append(bad, asBad(RecordLine(p)))
		}
	}
	var credentials []chatops.Text
	for _, n := range s.Notices {
		if isBadNotice(n) {
			bad = append(bad, asBad(NoticeLine(n)))
		} else {
			credentials = append(credentials, NoticeLine(n))
		}
	}
	card.Body = atMost(bad)
	shipped := s.shipped()
	for _, environment := range inDigestOrder(shipped) {
		card.Sections = append(card.Sections, shippedTo(environment, shipped[environment]))
	}
	if len(shipped) == 0 {
		card.Title = "Nothing shipped " + when
	}
	var waiting []chatops.Text
	for _, r := range s.Releases {
		if !r.Status.Phase.IsTerminal() {
			waiting = append(waiting, ReleaseLine(r))
		}
	}
	if len(waiting) > 0 {
		card.Sections = append(card.Sections, chatops.Section{
			Title: "Not live everywhere yet: " + chatops.Count(len(waiting), "release"), Lines: atMost(waiting),
		})
	}
	if len(credentials) > 0 {
		card.Sections = append(card.Sections, chatops.Section{
			Title: "Well again, or new: " + chatops.Count(len(credentials), "credential"), Lines: atMost(credentials),
		})
	}
	return card
}

// last is the last moment of the time: what ends at midnight was of the day before.
func (s SummaryView) last() time.Time {
	if s.Until.IsZero() {
		return s.From
	}
	return s.Until.Add(-time.Nanosecond)
}

// covers reports whether a moment is within the time.
func (s SummaryView) covers(t time.Time) bool {
	return !t.Before(s.From) && (s.Until.IsZero() || t.Before(s.Until))
}

// shipped is what one service came to run in one environment.
type shipped struct {
	service, from, to string
	promotions        int
	rollbacks         int
	by                []string
}

// shipped folds the Promotions that brought something there, by environment: of several of one service, the
// first says what ran before, and the last what runs after.
func (s SummaryView) shipped() map[string][]*shipped {
	out := map[string][]*shipped{}
	known := map[string]*shipped{}
	for _, p := range s.Records {
		came := lastOf(p, v1alpha1.OutcomeSucceeded, v1alpha1.OutcomeRolledBack)
		if came.Outcome == "" || !s.covers(came.At.Time) {
			continue
		}
		key := p.Namespace + "/" + p.Spec.Stage
		one := known[key]
		if one == nil {
			one = &shipped{service: p.Spec.Service, from: p.Spec.FromVersion}
			known[key] = one
			out[p.Spec.Environment] = append(out[p.Spec.Environment], one)
		}
		// They come in the order of their names, which have the time in them.
		one.to = p.Spec.Version
		one.promotions++
		if came.Outcome == v1alpha1.OutcomeRolledBack {
			one.rollbacks++
		}
		if by := promotedBy(p); !slices.Contains(one.by, by) {
			one.by = append(one.by, by)
		}
	}
	return out
}

// inDigestOrder returns the environments: those that users see first.
func inDigestOrder(shipped map[string][]*shipped) []string {
	var names []string
	for name := range shipped {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		rank := func(name string) int {
			if strings.Contains(strings.ToLower(name), "prod") {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a, b))
	})
	return names
}

// shippedTo lists what came to run in an environment.
func shippedTo(environment string, all []*shipped) chatops.Section {
	promotions := 0
	var lines []chatops.Text
	for _, one := range all {
		promotions += one.promotions
		lines = append(lines, one.line())
	}
	return chatops.Section{
		Title: fmt.Sprintf("%s: %s, %s", environment, chatops.Count(len(all), "service"), chatops.Count(promotions, "promotion")),
		Lines: atMost(lines),
	}
}

// line says what a service came to run: "red 3.1.0 → 3.2.0 · 2 promotions · by octocat".
func (s *shipped) line() chatops.Text {
	many, back := "", ""
	if s.promotions > 1 {
		many = chatops.Count(s.promotions, "promotion")
	}
	switch {
	case s.rollbacks > 0 && s.promotions == 1:
		back = "rolled back"
	case s.rollbacks > 0:
		back = chatops.Count(s.rollbacks, "rollback")
	}
	by := strings.Join(s.by[:min(len(s.by), mostPeople)], ", ")
	if more := len(s.by) - mostPeople; more > 0 {
		by += fmt.Sprintf(" and %d more", more)
	}
	return append(became(s.service, s.from, s.to), chatops.Plain(" · "+joined(many, back, "by "+by)))
}
