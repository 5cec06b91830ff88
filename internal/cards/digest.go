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

// mostLines is how many of those that went wrong are named in a summary, and how many of the others.
const mostLines = 20

// SummaryView is what a message is about that sums up a time.
type SummaryView struct {
	Kind v1alpha1.SummaryKind
	// From and Until are the time; Until is zero while it goes on.
	From, Until time.Time
	// Location is where the readers are; nil for UTC.
	Location *time.Location
	// Records, Releases and Notices are what it is about, in any order.
	Records  []*v1alpha1.PromotionRecord
	Releases []*v1alpha1.Release
	Notices  []*v1alpha1.Notice
	// Weekly says of a digest that it is of a week.
	Weekly bool
}

// Count is how many things it is about.
func (s SummaryView) Count() int { return len(s.Records) + len(s.Releases) + len(s.Notices) }

// Summary sums up a time in one message: too much at once, what happened in quiet hours, or a day or week.
func Summary(s SummaryView) chatops.Card {
	s.Records = slices.Clone(s.Records)
	slices.SortFunc(s.Records, func(a, b *v1alpha1.PromotionRecord) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Spec.Environment, b.Spec.Environment),
			strings.Compare(a.Spec.Service, b.Spec.Service), strings.Compare(a.Name, b.Name))
	})
	s.Releases = slices.Clone(s.Releases)
	slices.SortFunc(s.Releases, func(a, b *v1alpha1.Release) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Spec.Service, b.Spec.Service), strings.Compare(a.Name, b.Name))
	})
	s.Notices = slices.Clone(s.Notices)
	slices.SortFunc(s.Notices, func(a, b *v1alpha1.Notice) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Spec.Secret, b.Spec.Secret), strings.Compare(a.Name, b.Name))
	})
	switch s.Kind {
	case v1alpha1.SummaryDigest:
		return s.digest()
	case v1alpha1.SummaryThread:
		return chatops.Card{Title: "What ships on " + s.date(s.From), State: chatops.StateInfo, Status: joined(s.amount(), s.counts())}
	case v1alpha1.SummaryQuiet:
		return s.list(fmt.Sprintf("While it was quiet (%s): %s", s.hours(), s.amount()))
	default:
		return s.list(s.amount() + " since " + within(s.From, s.Location).Format("15:04 MST"))
	}
}

// list names what happened one by one, what went wrong before all else.
func (s SummaryView) list(title string) chatops.Card {
	card := chatops.Card{Title: title, State: chatops.StateInfo, Status: s.counts()}
	var bad, rest []chatops.Text
	for _, p := range s.Records {
		if standOf(p).isBad() {
			bad = append(bad, asBad(RecordLine(p)))
		} else {
			rest = append(rest, RecordLine(p))
		}
	}
	for _, r := range s.Releases {
		if isBadRelease(r) {
			bad = append(bad, asBad(ReleaseLine(r)))
		} else {
			rest = append(rest, ReleaseLine(r))
		}
	}
	for _, n := range s.Notices {
		if isBadNotice(n) {
			bad = append(bad, asBad(NoticeLine(n)))
		} else {
			rest = append(rest, NoticeLine(n))
		}
	}
	card.Body = atMost(bad)
	if len(rest) > 0 {
		noun := "All of it"
		if len(bad) > 0 {
			noun = "The rest"
		}
		card.Sections = []chatops.Section{{Title: fmt.Sprintf("%s: %d", noun, len(rest)), Lines: atMost(rest)}}
	}
	return card
}

// asBad marks the line about something that went wrong.
func asBad(line chatops.Text) chatops.Text {
	return append(chatops.Line(chatops.Plain(chatops.StepFailed.Sign()+" ")), line...)
}

func isBadRelease(r *v1alpha1.Release) bool {
	return r.Status.Phase == v1alpha1.ReleaseOverdue || r.Status.Phase == v1alpha1.ReleaseFailed
}

// atMost cuts a list that is too long, and says how much is missing.
func atMost(lines []chatops.Text) []chatops.Text {
	if len(lines) <= mostLines {
		return lines
	}
	return append(slices.Clone(lines[:mostLines]), plain(fmt.Sprintf("and %d more", len(lines)-mostLines)))
}

// amount says how much there is: "37 promotions and 2 releases".
func (s SummaryView) amount() string {
	var parts []string
	add := func(n int, noun string) {
		if n > 0 {
			parts = append(parts, chatops.Count(n, noun))
		}
	}
	add(len(s.Records), "promotion")
	add(len(s.Releases), "release")
	add(len(s.Notices), "credential")
	switch last := len(parts) - 1; last {
	case -1:
		return chatops.Count(0, "promotion")
	case 0:
		return parts[0]
	default:
		return strings.Join(parts[:last], ", ") + " and " + parts[last]
	}
}

// counts says how the Promotions stand: "30 succeeded, 2 failed, 5 under way".
func (s SummaryView) counts() string {
	words := []string{"succeeded", "rolled back", "failed", "failed verification", "unhealthy", "aborted", "under way"}
	n := make([]int, len(words))
	for _, p := range s.Records {
		n[countAs(p)]++
	}
	var parts []string
	for i, word := range words {
		if n[i] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[i], word))
		}
	}
	return strings.Join(parts, ", ")
}

// countAs is the place of a Promotion among the words of counts.
func countAs(p *v1alpha1.PromotionRecord) int {
	switch standOf(p) {
	case standLive, standRecovered, standVerifying:
		if p.Spec.Rollback {
			return 1
		}
		return 0
	case standFailed:
		return 2
	case standUnverified:
		return 3
	case standDegraded:
		return 4
	case standAborted:
		return 5
	default:
		return 6
	}
}

// hours are the time of day: "20:00 to 08:00 UTC".
func (s SummaryView) hours() string {
	from, until := within(s.From, s.Location), within(s.Until, s.Location)
	if s.Until.IsZero() {
		return "since " + from.Format("15:04 MST")
	}
	return from.Format("15:04") + " to " + until.Format("15:04 MST")
}

func (s SummaryView) date(t time.Time) string { return within(t, s.Location).Format("2 Jan") }
