package announce

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/notify/ledger"
)

// old is how long after the last happening messages are left as they are: should a new version of the bot word
// them differently, the past is not rewritten.
const old = 24 * time.Hour

// teller says things about one subject, and knows what was said.
type teller interface {
	// load returns what was recorded under a key, nil if nothing was.
	load(k ledger.Key) *v1alpha1.Report
	// save records something.
	save(ctx context.Context, r v1alpha1.Report) error
	// begin is called before anything new is said.
	begin() error
	// deliver makes a message stand where it is to stand. It returns after how long to call again if there
	// is something left to do.
	deliver(ctx context.Context, sink string, m notify.Message) (time.Duration, error)
}

// errNeeded says that something is to be said.
var errNeeded = errors.New("something is to be said")

// looker is a teller that only finds out whether something is to be said, going by the cache.
type looker struct {
	*Announcer

	reports []v1alpha1.Report
	past    bool
}

func (l looker) load(k ledger.Key) *v1alpha1.Report {
	i := slices.IndexFunc(l.reports, func(r v1alpha1.Report) bool { return r.Sink == k.Sink && r.Target == k.Target && r.Part == k.Part })
	if i < 0 {
		return nil
	}
	return &l.reports[i]
}

func (looker) save(context.Context, v1alpha1.Report) error { return errNeeded }

func (looker) begin() error { return errNeeded }

func (l looker) deliver(_ context.Context, sink string, m notify.Message) (time.Duration, error) {
	d := l.deliverers[sink]
	if d == nil {
		return 0, nil
	}
	r := l.load(ledger.Key{Sink: sink, Target: d.Target(m), Part: m.Part})
	switch {
	case r == nil:
		return 0, errNeeded
	case r.Error != "", r.ID != "" && (r.Hash == m.Hash() || l.past):
		return 0, nil
	default:
		return 0, errNeeded
	}
}

// page is what a ledger has on a subject.
type page interface {
	Load(k ledger.Key) *v1alpha1.Report
	Save(ctx context.Context, r v1alpha1.Report) error
	Record(k ledger.Key) notify.Record
	Flush(ctx context.Context) error
	Close()
}

// speaker is a teller that says what is to be said.
type speaker struct {
	*Announcer

	page page
	// happened is when the last thing happened.
	happened time.Time
}

func (s speaker) load(k ledger.Key) *v1alpha1.Report { return s.page.Load(k) }

func (s speaker) save(ctx context.Context, r v1alpha1.Report) error { return s.page.Save(ctx, r) }

func (speaker) begin() error { return nil }

func (s speaker) deliver(ctx context.Context, sink string, m notify.Message) (time.Duration, error) {
	d := s.deliverers[sink]
	if d == nil {
		return 0, nil
	}
	key := ledger.Key{Sink: sink, Target: d.Target(m), Part: m.Part}
	before := s.page.Load(key)
	again, err := d.Deliver(ctx, m, s.page.Record(key))
	if after := s.page.Load(key); (before == nil || before.ID == "") && after != nil && after.ID != "" {
		s.Metrics.told(sink, s.Now().Sub(s.happened))
	}
	return again, err
}
