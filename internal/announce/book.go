package announce

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify/ledger"
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

	mu     sync.Mutex
	loaded bool
	// status is what is to be there, and known what the API server is known to have as of that version.
	status, known digests
	version       string
}

// digests is the part of a Subscription's status that a book is of.
type digests struct {
	summaries []v1alpha1.Summary
	until     *metav1.Time
}

func digestsOf(s *v1alpha1.Subscription) digests {
	return digests{summaries: s.Status.Summaries, until: s.Status.DigestedUntil}
}

func (d digests) equal(other digests) bool {
	return equality.Semantic.DeepEqual(d.summaries, other.summaries) && d.until.Equal(other.until)
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
	live, err := b.read(ctx)
	if err != nil {
		return err
	}
	b.status, b.known, b.version, b.loaded = digestsOf(live), digestsOf(live), live.ResourceVersion, true
	return nil
}

func (b *book) read(ctx context.Context) (*v1alpha1.Subscription, error) {
	var live v1alpha1.Subscription
	if err := b.quorum.Get(ctx, b.key, &live); err != nil {
		return nil, fmt.Errorf("read what was summed up for subscription %s: %w", b.key, err)
	}
	if live.UID != b.uid {
		return nil, fmt.Errorf("subscription %s was replaced", b.key)
	}
	return &live, nil
}

// all returns the summaries.
func (b *book) all(ctx context.Context) ([]v1alpha1.Summary, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.load(ctx); err != nil {
		return nil, err
	}
	return slices.Clone(b.status.summaries), nil
}

// open returns the summary of a kind that is open, or of a given key, and begins one as wanted if there is none.
func (b *book) open(ctx context.Context, wanted v1alpha1.Summary) (v1alpha1.Summary, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.load(ctx); err != nil {
		return wanted, err
	}
	for _, s := range b.status.summaries {
		if wanted.Key == "" && s.Kind == wanted.Kind && s.Until == nil || s.Key == wanted.Key {
			return s, nil
		}
	}
	if wanted.From.IsZero() {
		wanted.From = metav1.NewTime(b.now())
	}
	if wanted.Key == "" {
		wanted.Key = keyOf(wanted.Kind, wanted.From.Time)
	}
	next := b.status
	next.summaries = b.with(wanted)
	return wanted, b.write(ctx, next)
}

// keyOf names a summary by when it began.
func keyOf(kind v1alpha1.SummaryKind, at time.Time) string {
	return string(kind) + "-" + at.UTC().Format("20060102T150405")
}

// digest begins the digest of a time that is over, unless there was one of it. The first time that there is to be
// one, it only takes note: what shipped before was not meant to be in any.
func (b *book) digest(ctx context.Context, from, until time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.load(ctx); err != nil {
		return err
	}
	last := b.status.until
	if last != nil && !until.After(last.Time) {
		return nil
	}
	next := b.status
	next.until = &metav1.Time{Time: until}
	if last != nil {
		if last.After(from) {
			from = last.Time
		}
		next.summaries = b.with(v1alpha1.Summary{
			Key: keyOf(v1alpha1.SummaryDigest, until), Kind: v1alpha1.SummaryDigest,
			From: metav1.NewTime(from), Until: &metav1.Time{Time: until},
		})
	}
	return b.write(ctx, next)
}

// with returns the summaries with one more. Where there are too many, the oldest goes of which nothing is left to be
// said; if there is none, the oldest.
func (b *book) with(s v1alpha1.Summary) []v1alpha1.Summary {
	next := slices.Clone(b.status.summaries)
	for len(next) >= mostSummaries {
		now := b.now()
		i := max(0, slices.IndexFunc(next, func(s v1alpha1.Summary) bool {
			said := s.Report != nil && (s.Report.ID != "" || s.Report.Error != "")
			return said && s.Until != nil && s.Until.Time.Before(now)
		}))
		next = slices.Delete(next, i, i+1)
	}
	return append(next, s)
}

// change changes one summary.
func (b *book) change(ctx context.Context, key string, change func(*v1alpha1.Summary)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.load(ctx); err != nil {
		return err
	}
	next := b.status
	next.summaries = slices.Clone(next.summaries)
	i := slices.IndexFunc(next.summaries, func(s v1alpha1.Summary) bool { return s.Key == key })
	if i < 0 {
		return nil
	}
	change(&next.summaries[i])
	err := b.write(ctx, next)
	if report := next.summaries[i].Report; err != nil && b.loaded && report != nil && (report.ID != "" || report.Error != "") {
		// What has happened is remembered, though it could not be written: what is only about to is not.
		b.status = next
	}
	return err
}

// write puts the summaries into the API server, in place of those that are known to be there and of no others.
func (b *book) write(ctx context.Context, next digests) error {
	for range writeTries {
		target := &v1alpha1.Subscription{}
		target.Namespace, target.Name, target.ResourceVersion = b.key.Namespace, b.key.Name, b.version
		base := target.DeepCopy()
		target.Status.Summaries, target.Status.DigestedUntil = next.summaries, next.until
		err := b.client.Status().Patch(ctx, target, client.MergeFromWithOptions(base, client.MergeFromWithOptimisticLock{}))
		if err == nil {
			b.status, b.known, b.version = next, next, target.ResourceVersion
			return nil
		}
		if !apierrors.IsConflict(err) {
			return fmt.Errorf("write what is summed up for subscription %s: %w", b.key, err)
		}
		live, err := b.read(ctx)
		if err != nil {
			return err
		}
		if there := digestsOf(live); !there.equal(b.known) && !there.equal(next) {
			b.loaded = false
			return fmt.Errorf("subscription %s: %w", b.key, ledger.ErrOvertaken)
		}
		b.known, b.version = digestsOf(live), live.ResourceVersion
	}
	return fmt.Errorf("write what is summed up for subscription %s: it changes all the time", b.key)
}

// writeTries is how often a write is tried of which the Subscription has changed meanwhile.
const writeTries = 8

// entry is the record of a summary's message.
type entry struct {
	book *book
	key  string
}

// Load implements notify.Record.
func (e entry) Load() *v1alpha1.Report {
	e.book.mu.Lock()
	defer e.book.mu.Unlock()
	for _, s := range e.book.status.summaries {
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
