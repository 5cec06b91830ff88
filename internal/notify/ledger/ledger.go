// Package ledger knows what has been reported of each object. The truth is status.reports in the API
// server. The cache may be behind what this process itself wrote, and acting on that would send a message
// twice; so the first look at an object reads from the API server, and from then on this process, the only
// writer while it leads, remembers until everything has been said.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// writers is how many requests are made to the API server at once: with more of them, the requests of people
// who wait for an answer queue behind them.
const writers = 4

// Ledger is of the objects of one kind. K is the kind's struct, and T its pointer.
type Ledger[K any, T object[K]] struct {
	client client.Client
	quorum client.Reader
	turns  *semaphore.Weighted

	mu    sync.Mutex
	pages map[client.ObjectKey]*Page[K, T]
}

type object[K any] interface {
	*K
	v1alpha1.Reported
}

// New returns a Ledger that writes with c, and reads from the API server with quorum.
func New[K any, T object[K]](c client.Client, quorum client.Reader) *Ledger[K, T] {
	return &Ledger[K, T]{
		client: c, quorum: quorum, turns: semaphore.NewWeighted(writers), pages: map[client.ObjectKey]*Page[K, T]{},
	}
}

// Open returns what has been reported of an object.
func (l *Ledger[K, T]) Open(ctx context.Context, o T) (*Page[K, T], error) {
	key := client.ObjectKeyFromObject(o)
	if p := l.known(key, o.GetUID()); p != nil {
		return p, nil
	}
	live := T(new(K))
	if err := l.do(ctx, func() error { return l.quorum.Get(ctx, key, live) }); err != nil {
		return nil, fmt.Errorf("read what was reported of %T %s: %w", o, o.GetName(), err)
	}
	if live.GetUID() != o.GetUID() {
		return nil, fmt.Errorf("%T %s was replaced", o, o.GetName())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.pages[key]; p != nil && p.uid == o.GetUID() {
		// Somebody else was faster, and may have written since.
		p.users++
		return p, nil
	}
	p := &Page[K, T]{
		ledger: l, key: key, uid: live.GetUID(), users: 1,
		reports: *live.Told(), known: slices.Clone(*live.Told()), version: live.GetResourceVersion(),
	}
	l.pages[key] = p
	return p, nil
}

// known returns the page of an object if there is one.
func (l *Ledger[K, T]) known(key client.ObjectKey, uid types.UID) *Page[K, T] {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.pages[key]
	if p == nil || p.uid != uid {
		return nil
	}
	p.users++
	return p
}

// Forget drops what is remembered of an object of which the cache has it all, or that is gone, unless somebody
// has its page open.
func (l *Ledger[K, T]) Forget(key client.ObjectKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.pages[key]; p != nil && p.users == 0 {
		delete(l.pages, key)
	}
}

// drop removes a page that is of no use any more, whoever has it open.
func (l *Ledger[K, T]) drop(p *Page[K, T]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pages[p.key] == p {
		delete(l.pages, p.key)
	}
}

// Len returns of how many objects something is remembered.
func (l *Ledger[K, T]) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.pages)
}

// do makes a request when it is its turn, or returns why ctx ended before.
func (l *Ledger[K, T]) do(ctx context.Context, f func() error) error {
	if err := l.turns.Acquire(ctx, 1); err != nil {
		return context.Cause(ctx)
	}
	defer l.turns.Release(1)
	return f()
}

// Key tells a report from the others of its object.
type Key struct {
	Sink, Target string
	Part         v1alpha1.ReportPart
}

// Page is the reports of one object. Whoever opens it closes it. Several may have it open at once, each for
// other reports.
type Page[K any, T object[K]] struct {
	ledger *Ledger[K, T]
	key    client.ObjectKey
	uid    types.UID
	// users is how many have it open. It is the ledger's, under its lock.
	users int

	mu      sync.Mutex
	reports []v1alpha1.Report
	// known is what the API server is known to have, as of that version of the object.
	known   []v1alpha1.Report
	version string
	// dirty says that the API server does not have the reports as they are.
	dirty bool
}

// ErrOvertaken says that somebody else has written what was reported: another process that leads by now, or led a
// moment ago. Nothing was written, and what is remembered is of no use any more.
var ErrOvertaken = errors.New("somebody else reports on the same object")

func (p *Page[K, T]) index(k Key) int {
	return slices.IndexFunc(p.reports, func(r v1alpha1.Report) bool {
		return r.Sink == k.Sink && r.Target == k.Target && r.Part == k.Part
	})
}

// Close says that the page is not used any more.
func (p *Page[K, T]) Close() {
	p.ledger.mu.Lock()
	defer p.ledger.mu.Unlock()
	p.users--
}

// Load returns a report, or nil if there is none.
func (p *Page[K, T]) Load(k Key) *v1alpha1.Report {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := p.index(k); i >= 0 {
		report := p.reports[i]
		return &report
	}
	return nil
}

// Flush writes what an earlier Save could not.
func (p *Page[K, T]) Flush(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.dirty {
		return nil
	}
	return p.write(ctx)
}

// writeTries is how often a write is tried of which the object has changed meanwhile: others write the rest of its
// status.
const writeTries = 8

// write puts the reports into the API server, in place of those that are known to be there and of no others.
func (p *Page[K, T]) write(ctx context.Context) error {
	p.dirty = true
	for range writeTries {
		target, base := p.object(), p.object()
		*target.Told() = slices.Clone(p.reports)
		err := p.ledger.do(ctx, func() error {
			return p.ledger.client.Status().Patch(ctx, target, client.MergeFromWithOptions(base, client.MergeFromWithOptimisticLock{}))
		})
		switch {
		case err == nil:
			p.known, p.version, p.dirty = slices.Clone(p.reports), target.GetResourceVersion(), false
			return nil
		case apierrors.IsNotFound(err):
			p.dirty = false
			return nil
		case !apierrors.IsConflict(err):
			return fmt.Errorf("record what was reported of %T %s: %w", target, p.key, err)
		}
		if err := p.read(ctx); err != nil {
			return err
		}
	}
	return fmt.Errorf("record what was reported of %s: it changes all the time", p.key)
}

// object returns the object without anything but its name and version.
func (p *Page[K, T]) object() T {
	o := T(new(K))
	o.SetNamespace(p.key.Namespace)
	o.SetName(p.key.Name)
	o.SetResourceVersion(p.version)
	return o
}

// read takes note of the object's version, if its reports are those that are known, or those that were to be
// written: the answer to that may have been lost.
func (p *Page[K, T]) read(ctx context.Context) error {
	live := T(new(K))
	if err := p.ledger.do(ctx, func() error { return p.ledger.quorum.Get(ctx, p.key, live) }); err != nil {
		return fmt.Errorf("read what was reported of %T %s: %w", live, p.key, err)
	}
	there := *live.Told()
	if live.GetUID() != p.uid || !equality.Semantic.DeepEqual(there, p.known) && !equality.Semantic.DeepEqual(there, p.reports) {
		p.ledger.drop(p)
		return fmt.Errorf("%T %s: %w", live, p.key, ErrOvertaken)
	}
	p.known, p.version = slices.Clone(there), live.GetResourceVersion()
	return nil
}

// Record returns the entry of a key, to be written by a Deliverer.
func (p *Page[K, T]) Record(k Key) notify.Record { return record[K, T]{page: p, key: k} }

// Save puts a report in its place. What happened and could not be written is remembered until it can be; what
// is only about to happen is not, so that it does not happen unrecorded.
func (p *Page[K, T]) Save(ctx context.Context, report v1alpha1.Report) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := slices.Clone(p.reports)
	if i := p.index(Key{report.Sink, report.Target, report.Part}); i >= 0 {
		p.reports[i] = report
	} else {
		p.reports = append(p.reports, report)
	}
	err := p.write(ctx)
	if err != nil && report.ID == "" && report.Error == "" {
		p.reports = before
	}
	return err
}

// record is one entry of a page.
type record[K any, T object[K]] struct {
	page *Page[K, T]
	key  Key
}

// Load implements notify.Record.
func (r record[K, T]) Load() *v1alpha1.Report { return r.page.Load(r.key) }

// Save implements notify.Record.
func (r record[K, T]) Save(ctx context.Context, report v1alpha1.Report) error {
	return r.page.Save(ctx, report)
}
