package github

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github/recall"
	"github.com/davidaparicio/kargo-bot/internal/pullrequest"
)

const (
	// DefaultFresh is for how long what can change is believed without asking. Webhooks shorten it: see
	// Source.Invalidate.
	DefaultFresh = time.Minute
	// steady is for how long it is believed what a tag or the beginning of a hash names. Tags are hardly ever
	// moved, and there are many, so that no push makes them be asked for again.
	steady = time.Hour
	// DefaultMemory bounds what a Source remembers, in bytes: some hundred comparisons of a thousand
	// commits, or some ten thousand of a few.
	DefaultMemory = 64 << 20

	// questionTimeout bounds one question with all of its calls.
	questionTimeout = 30 * time.Second
	// absent is for how long it is believed that there is no such thing.
	absent = time.Minute
)

// SourceOptions says how to read from GitHub.
type SourceOptions struct {
	Client *Client
	// Fresh is for how long what can change is believed without asking. Default: DefaultFresh.
	Fresh time.Duration
	// MaxBytes bounds what is remembered. Default: DefaultMemory.
	MaxBytes int
	// Registerer takes the metrics. Default: they are counted but shown nowhere.
	Registerer prometheus.Registerer
	// Logger is for what is left out. Default: nothing is logged.
	Logger *slog.Logger
	// Now is the clock by which answers grow old and limits are kept. Default: the client's.
	Now func() time.Time
}

// Source reads commits, files, releases and pull requests of the repositories where the App is
// installed. What can't change is asked for once, and what can with its validator, which GitHub does not
// count if nothing changed. Reads never use up what commands need: see budget.
//
// Where the App is not installed, all of its methods return an *freightdiff.Unavailable that says so and
// wraps freightdiff.ErrNotFound. What they return is shared: nobody may change it.
//
// It is safe for concurrent use. Close it when done.
type Source struct {
	client  *Client
	memory  *recall.Memory
	budget  *budget
	writes  *pace
	remarks *remarks
	fresh   time.Duration
	now     func() time.Time
	log     *slog.Logger
	metrics *sourceMetrics
}

var (
	_ freightdiff.Forge = (*Source)(nil)
	_ pullrequest.Forge = (*Source)(nil)
)

// NewSource returns a source. It makes no call.
func NewSource(o SourceOptions) (*Source, error) {
	if o.Client == nil {
		return nil, errors.New("reading from GitHub needs a client")
	}
	metrics, err := newSourceMetrics(o.Registerer)
	if err != nil {
		return nil, fmt.Errorf("metrics of reading from GitHub: %w", err)
	}
	s := &Source{client: o.Client, fresh: o.Fresh, now: o.Now, log: logger(o.Logger), metrics: metrics}
	if s.fresh <= 0 {
		s.fresh = DefaultFresh
	}
	if s.now == nil {
		s.now = o.Client.now
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMemory
	}
	s.budget, s.writes, s.remarks = newBudget(s.now, interactive()), newPace(), newRemarks()
	s.memory = recall.New(recall.Options{MaxBytes: o.MaxBytes, Timeout: questionTimeout, Now: s.now})
	return s, nil
}

// Background returns the same Source for what nobody waits for: it remembers what this one does, and has a
// smaller share of GitHub's limits. It ends with this one.
func (s *Source) Background() *Source {
	other := *s
	other.budget = newBudget(s.now, background())
	return &other
}

// Close ends the reads under way.
func (s *Source) Close() { s.memory.Close() }

// Invalidate makes what can change in a repository be asked for when it is needed next. It is for
// webhooks that say that something did.
func (s *Source) Invalidate(repo string) {
	if r, ok := parseRepository(repo); ok {
		s.memory.Invalidate(r.topic())
	}
}

// repository reads a repository's name.
func (s *Source) repository(repo string) (repository, error) {
	r, ok := parseRepository(repo)
	if !ok {
		return repository{}, fmt.Errorf("%q is no repository on GitHub: %w", oneLine(repo, 100), freightdiff.ErrNotFound)
	}
	return r, nil
}

// find answers a question about a repository from memory, or by asking GitHub.
func find[V any](ctx context.Context, s *Source, repo repository, text string, ask recall.Ask[V]) (V, error) {
	return settle(ctx, s, recall.Question{Topic: repo.topic(), Text: text}, ask)
}

// settle is find for a question of any topic.
func settle[V any](ctx context.Context, s *Source, q recall.Question, ask recall.Ask[V]) (V, error) {
	if known, ok := recall.Fresh[V](s.memory, q); ok {
		s.metrics.memory.Inc()
		return known.Value, known.Err
	}
	if err := s.budget.admits(ctx); err != nil {
		var none V
		s.metrics.refused.Inc()
		return none, err
	}
	value, err := shared(ctx, s, q, ask)
	if errors.Is(err, context.DeadlineExceeded) {
		return value, tooSlow(err)
	}
	return value, err
}

// shared finds an answer together with all who ask at the same time. Who began may have a smaller budget:
// that this one refused binds nobody else, who then ask for themselves.
func shared[V any](ctx context.Context, s *Source, q recall.Question, ask recall.Ask[V]) (V, error) {
	value, err := recall.Find(ctx, s.memory, q, ask)
	refused, isRefused := errors.AsType[*overBudget](err)
	if !isRefused || refused.by == s.budget || s.budget.admits(ctx) != nil {
		return value, err
	}
	return recall.Find(ctx, s.memory, q, ask)
}
