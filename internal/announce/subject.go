package announce

import (
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/route"
	"github.com/davidaparicio/kargo-bot/internal/wording"
)

// subject is something that people are told of: a Release, a PromotionRecord or a Notice.
type subject struct {
	topic

	object                v1alpha1.Reported
	project, service      string
	environment, version  string
	isRelease, prerelease bool
	happenings            []v1alpha1.Happening
	// people are the IDs in Slack of who asked for it, or released it.
	people []string
}

// topic is what is different about each kind of subject.
type topic interface {
	// kind names it in marks and logs: "release".
	kind() string
	// templates are the kinds of the templates of its message, and of what calls people below that.
	templates() (card, alert string)
	// changes are when something changed besides what happened; nil for what has not.
	changes() []*metav1.Time
	// isOver reports whether nothing more is expected to happen with it.
	isOver() bool
	// card says how it stands, and alert calls people because of a happening.
	card(links cards.Links) chatops.Card
	alert(h v1alpha1.Happening, links cards.Links) chatops.Card
	// describe completes what programs are told of it.
	describe(e *notify.Event, links cards.Links)
	// fill completes what templates can tell of it when something has happened. e is what programs are told.
	fill(d *wording.Data, h v1alpha1.Happening, e notify.Event)
}

// release and record return what the subject is if it is that, else nil.
func (s *subject) release() *v1alpha1.Release {
	r, _ := s.object.(*v1alpha1.Release)
	return r
}

func (s *subject) record() *v1alpha1.PromotionRecord {
	p, _ := s.object.(*v1alpha1.PromotionRecord)
	return p
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
func (s *subject) reports() []v1alpha1.Report { return *s.object.Told() }

// changed returns when something last happened, as far as the subject says.
func (s *subject) changed() time.Time {
	last := s.happenings[len(s.happenings)-1].At.Time
	for _, t := range s.changes() {
		if t != nil && t.After(last) {
			last = t.Time
		}
	}
	return last
}

// isReplaced reports whether something else runs by now where a Promotion has brought its Freight.
func (s *subject) isReplaced() bool {
	p := s.record()
	return p != nil && p.Status.Replaced && p.Status.Phase == v1alpha1.PhaseSucceeded
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
