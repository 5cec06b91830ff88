package announce

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// mostSummaries is how many summaries a Subscription remembers. The API server takes no more.
const mostSummaries = 20

// books know the summaries of each Subscription. As with what is said of single objects, the truth is in the
// API server, and this process, the only writer while it leads, knows what it has written before the cache does.
type books struct {
	client client.Client
	quorum client.Reader
	now    func() time.Time

	mu    sync.Mutex
	books map[client.ObjectKey]*book
}

func newBooks(c client.Client, quorum client.Reader, now func() time.Time) *books {
	return &books{client: c, quorum: quorum, now: now, books: map[client.ObjectKey]*book{}}
}

// book is the summaries of one Subscription.
type book struct {
	*books

	key client.ObjectKey
	uid types.UID

	mu        sync.Mutex
	loaded    bool
	summaries []v1alpha1.Summary
}

// of returns the book of a Subscription.
func (b *books) of(s *v1alpha1.Subscription) *book {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := client.ObjectKeyFromObject(s)
	own := b.books[key]
	if own == nil || own.uid != s.UID {
		own = &book{books: b, key: key, uid: s.UID}
		b.books[key] = own
	}
	return own
}

// forget drops what is known of a Subscription that is gone.
func (b *books) forget(key client.ObjectKey) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.books, key)
}

// load reads the summaries once.
func (b *book) load(ctx context.Context) error {
	if b.loaded {
		return nil
	}
	var live v1alpha1.Subscription
	if err := b.quorum.Get(ctx, b.key, &live); err != nil {
		return fmt.Errorf("read what was summed up for subscription %s: %w", b.key, err)
	}
	if live.UID != b.uid {
		return fmt.Errorf("subscription %s was replaced", b.key)
	}
	b.summaries, b.loaded = live.Status.Summaries, true
	return nil
}

// all returns the summaries.
func (b *book) all(ctx context.Context) ([]v1alpha1.Summary, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.load(ctx); err != nil {
		return nil, err
	}
	return slices.Clone(b.summaries), nil
}

// open returns the summary of a kind that is open, or of a given key, and begins one as wanted if there is none.
func (b *book) open(ctx context.Context, wanted v1alpha1.Summary) (v1alpha1.Summary, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.load(ctx); err != nil {
		return wanted, err
	}
	for _, s := range b.summaries {
		if wanted.Key == "" && s.Kind == wanted.Kind && s.Until == nil || s.Key == wanted.Key {
			return s, nil
		}
	}
	wanted.From = metav1.NewTime(b.now())
	if wanted.Key == "" {
		wanted.Key = keyOf(wanted.Kind, wanted.From.Time)
	}
	return wanted, b.add(ctx, wanted)
}

// keyOf names a summary by when it began.
func keyOf(kind v1alpha1.SummaryKind, at time.Time) string {
	return string(kind) + "-" + at.UTC().Format("20060102T150405")
}

// begin adds a summary of a time that is over, if there is none of that key.
func (b *book) begin(ctx context.Context, s v1alpha1.Summary) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.load(ctx); err != nil {
		return err
	}
	if slices.ContainsFunc(b.summaries, func(known v1alpha1.Summary) bool { return known.Key == s.Key }) {
		return nil
	}
	return b.add(ctx, s)
}

func (b *book) add(ctx context.Context, s v1alpha1.Summary) error {
	next := append(slices.Clone(b.summaries), s)
	// The oldest go first; what is still open is not among them, unless all are.
	for len(next) > mostSummaries {
		i := max(0, slices.IndexFunc(next, func(s v1alpha1.Summary) bool { return s.Until != nil }))
		next = slices.Delete(next, i, i+1)
	}
	if err := b.write(ctx, next); err != nil {
		return err
	}
	b.summaries = next
	return nil
}

// change changes one summary.
func (b *book) change(ctx context.Context, key string, change func(*v1alpha1.Summary)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.load(ctx); err != nil {
		return err
	}
	next := slices.Clone(b.summaries)
	i := slices.IndexFunc(next, func(s v1alpha1.Summary) bool { return s.Key == key })
	if i < 0 {
		return nil
	}
	change(&next[i])
	err := b.write(ctx, next)
	if report := next[i].Report; err == nil || report != nil && (report.ID != "" || report.Error != "") {
		// What has happened is remembered, though it could not be written: what is only about to is not.
		b.summaries = next
	}
	return err
}

func (b *book) write(ctx context.Context, summaries []v1alpha1.Summary) error {
	target := &v1alpha1.Subscription{}
	target.Namespace, target.Name = b.key.Namespace, b.key.Name
	base := target.DeepCopy()
	target.Status.Summaries = summaries
	if err := b.client.Status().Patch(ctx, target, client.MergeFrom(base)); err != nil {
		return fmt.Errorf("write what is summed up for subscription %s: %w", b.key, err)
	}
	return nil
}

// entry is the record of a summary's message.
type entry struct {
	book *book
	key  string
}

// Load implements notify.Record.
func (e entry) Load() *v1alpha1.Report {
	e.book.mu.Lock()
	defer e.book.mu.Unlock()
	for _, s := range e.book.summaries {
		if s.Key == e.key && s.Report != nil {
			report := *s.Report
			return &report
		}
	}
	return nil
}

// Save implements notify.Record.
func (e entry) Save(ctx context.Context, report v1alpha1.Report) error {
	return e.book.change(ctx, e.key, func(s *v1alpha1.Summary) { s.Report = &report })
}
