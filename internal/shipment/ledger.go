package shipment

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// ledger knows what has been reported of each Shipment. The truth is status.reports in the API
// server. The cache may be behind what this process itself wrote, and acting on that would send a
// message twice; so the first look at a Shipment reads from the API server, and from then on this
// process, the only writer while it leads, remembers until everything has been said.
type ledger struct {
	client client.Client
	quorum client.Reader
	// turns bounds the requests to the API server at once.
	turns turns

	mu    sync.Mutex
	pages map[client.ObjectKey]*page
}

func newLedger(c client.Client, quorum client.Reader) *ledger {
	return &ledger{client: c, quorum: quorum, turns: make(turns, workers), pages: map[client.ObjectKey]*page{}}
}

// open returns what has been reported of a Shipment.
func (l *ledger) open(ctx context.Context, s *v1alpha1.Shipment) (*page, error) {
	key := client.ObjectKeyFromObject(s)
	l.mu.Lock()
	p, ok := l.pages[key]
	l.mu.Unlock()
	if ok && p.uid == s.UID {
		return p, nil
	}
	var live v1alpha1.Shipment
	if err := l.turns.do(ctx, func() error { return l.quorum.Get(ctx, key, &live) }); err != nil {
		return nil, fmt.Errorf("read what was reported of shipment %s: %w", s.Name, err)
	}
	if live.UID != s.UID {
		return nil, fmt.Errorf("shipment %s was replaced", s.Name)
	}
	p = &page{client: l.client, turns: l.turns, key: key, uid: live.UID, reports: live.Status.Reports}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pages[key] = p
	return p, nil
}

// forget drops what is remembered of a Shipment of which the cache has it all, or that is gone.
func (l *ledger) forget(key client.ObjectKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.pages, key)
}

// page is the reports of one Shipment. It is used by one worker at a time, as the work queue hands
// out each Shipment once.
type page struct {
	client  client.Client
	turns   turns
	key     client.ObjectKey
	uid     types.UID
	reports []v1alpha1.Report
	// dirty says that the API server does not have the reports as they are.
	dirty bool
}

func (p *page) index(sink string, part v1alpha1.ReportPart) int {
	return slices.IndexFunc(p.reports, func(r v1alpha1.Report) bool { return r.Sink == sink && r.Part == part })
}

func (p *page) load(sink string, part v1alpha1.ReportPart) *v1alpha1.Report {
	if i := p.index(sink, part); i >= 0 {
		report := p.reports[i]
		return &report
	}
	return nil
}

// flush writes what an earlier Save could not.
func (p *page) flush(ctx context.Context) error {
	if !p.dirty {
		return nil
	}
	return p.write(ctx)
}

// write puts the reports into the API server.
func (p *page) write(ctx context.Context) error {
	target := &v1alpha1.Shipment{}
	target.Namespace, target.Name = p.key.Namespace, p.key.Name
	base := target.DeepCopy()
	target.Status.Reports = slices.Clone(p.reports)
	p.dirty = true
	err := p.turns.do(ctx, func() error { return p.client.Status().Patch(ctx, target, client.MergeFrom(base)) })
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("record what was reported of shipment %s: %w", p.key, err)
	}
	p.dirty = false
	return nil
}

func (p *page) record(sink string, part v1alpha1.ReportPart) notify.Record {
	return record{page: p, sink: sink, part: part}
}

// record is one entry of a page.
type record struct {
	page *page
	sink string
	part v1alpha1.ReportPart
}

// Load implements notify.Record.
func (r record) Load() *v1alpha1.Report { return r.page.load(r.sink, r.part) }

// Save implements notify.Record. What happened and could not be written is remembered until it can
// be; what is only about to happen is not, so that it does not happen unrecorded.
func (r record) Save(ctx context.Context, report v1alpha1.Report) error {
	before := slices.Clone(r.page.reports)
	if i := r.page.index(r.sink, r.part); i >= 0 {
		r.page.reports[i] = report
	} else {
		r.page.reports = append(r.page.reports, report)
	}
	err := r.page.write(ctx)
	if err != nil && report.ID == "" && report.Error == "" {
		r.page.reports = before
	}
	return err
}
