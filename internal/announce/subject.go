package announce

import (
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

// subject is something that people are told of: a Release, or a PromotionRecord. One of the two is set.
type subject struct {
	release *v1alpha1.Release
	record  *v1alpha1.PromotionRecord

	object                client.Object
	project, service      string
	environment, version  string
	isRelease, prerelease bool
	happenings            []v1alpha1.Happening
	// people are the IDs in Slack of who asked for it, or released it.
	people []string
}

// about returns what is said of a Release.
func (a *Announcer) aboutRelease(r *v1alpha1.Release) subject {
	s := subject{
		release: r, object: r, project: a.Project(r.Namespace), service: r.Spec.Service, version: r.Spec.Version,
		happenings: r.Status.Happenings,
	}
	s.setVersion()
	if id := a.SlackID(string(chatops.SourceGitHub), r.Status.Author); id != "" {
		s.people = []string{id}
	}
	return s
}

// aboutRecord returns what is said of a Promotion.
func (a *Announcer) aboutRecord(p *v1alpha1.PromotionRecord) subject {
	s := subject{
		record: p, object: p, project: a.Project(p.Namespace), service: p.Spec.Service, environment: p.Spec.Environment,
		version: p.Spec.Version, happenings: p.Status.Happenings,
	}
	s.setVersion()
	if by := p.Spec.RequestedBy; by != nil {
		if id := a.SlackID(by.Source, by.ID); id != "" {
			s.people = []string{id}
		}
	}
	return s
}

func (s *subject) setVersion() {
	if v, ok := kargo.ReleaseVersion(s.version); ok {
		s.isRelease, s.prerelease = true, v.Prerelease() != ""
	}
}

// event is a happening as rules see it.
func (s *subject) event(h v1alpha1.Happening) route.Event {
	environment := s.environment
	if h.Environment != "" {
		environment = h.Environment
	}
	return route.Event{
		Project: s.project, Service: s.service, Environment: environment, Outcome: h.Outcome,
		Release: s.isRelease, Prerelease: s.prerelease, At: h.At.Time, People: s.people,
	}
}

// marker hides in a message and finds it again.
func (s *subject) marker(target string, part v1alpha1.ReportPart) string {
	return "kargo-bot:" + strings.Join([]string{s.kind(), string(s.object.GetUID()), letters(target), string(part)}, ":")
}

func (s *subject) kind() string {
	if s.release != nil {
		return "release"
	}
	return "promotion"
}

// letters leaves of a target what a marker may have: two that come to the same are in different places anyway.
func letters(target string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return -1
	}, target)
}

// reports are what the cache has of what was said.
func (s *subject) reports() []v1alpha1.Report {
	if s.release != nil {
		return s.release.Status.Reports
	}
	return s.record.Status.Reports
}

// changed returns when something last happened, as far as the subject says.
func (s *subject) changed() time.Time {
	last := s.happenings[len(s.happenings)-1].At.Time
	later := func(t *metav1.Time) {
		if t != nil && t.After(last) {
			last = t.Time
		}
	}
	if r := s.release; r != nil {
		for _, stage := range r.Status.Stages {
			later(stage.Since)
		}
		return last
	}
	later(s.record.Status.VerifiedAt)
	later(s.record.Status.UnhealthySince)
	return last
}

// isOver reports whether nothing more is expected to happen with it.
func (s *subject) isOver() bool {
	if s.release != nil {
		return s.release.Status.Phase.IsTerminal()
	}
	return s.record.Status.Phase.IsTerminal()
}

// isReplaced reports whether something else runs by now where a Promotion has brought its Freight.
func (s *subject) isReplaced() bool {
	return s.record != nil && s.record.Status.Replaced && s.record.Status.Phase == v1alpha1.PhaseSucceeded
}

// card says how it stands.
func (s *subject) card(links cards.Links) chatops.Card {
	if s.release != nil {
		return cards.Release(s.release, links)
	}
	return cards.PromotionRecord(s.record, links)
}

// alert calls people because of a happening.
func (s *subject) alert(h v1alpha1.Happening, links cards.Links) chatops.Card {
	if s.release != nil {
		return cards.ReleaseAlert(s.release, h, links)
	}
	return cards.RecordAlert(s.record, h, links)
}

// part names the message that calls people because of a happening: its outcome, and how many of that there
// were before.
func (s *subject) part(i int) v1alpha1.ReportPart {
	h, n := s.happenings[i], 1
	for _, earlier := range s.happenings[:i] {
		if earlier.Outcome == h.Outcome && earlier.Environment == h.Environment {
			n++
		}
	}
	part := string(h.Outcome) + title(h.Environment)
	if n > 1 {
		part += "-" + strconv.Itoa(n)
	}
	return v1alpha1.ReportPart(part)
}

// title writes the name of an environment so that it can be part of another: "eu-prod" as "EuProd".
func title(environment string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(environment, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
