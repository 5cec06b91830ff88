package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// shortestWait is the least time that Deliver asks to be called again after: 0 would mean never.
const shortestWait = time.Millisecond

// callTimeout bounds one call to a surface, and the record of it. It fits into the half of
// the default grace period in which controllers finish what is in hand.
const callTimeout = 10 * time.Second

// Record keeps what is known of a message where it survives a crash. Save returns only when that is so.
type Record interface {
	// Load returns what was last saved, or nil if nothing was.
	Load() *v1alpha1.Report
	Save(ctx context.Context, r v1alpha1.Report) error
}

// Deliverer brings messages to a sink.
type Deliverer struct {
	name    string
	sink    Sink
	now     func() time.Time
	metrics *Metrics

	mu sync.Mutex
	// unsent has the markers of messages that are recorded as about to be sent, and that the sink
	// then said it did not send: those need not be looked for.
	unsent map[string]struct{}
}

// NewDeliverer returns a Deliverer to the sink that reports call name.
func NewDeliverer(name string, sink Sink, now func() time.Time, metrics *Metrics) *Deliverer {
	return &Deliverer{name: name, sink: sink, now: now, metrics: metrics, unsent: map[string]struct{}{}}
}

// Target names where a message goes, as in the record of it.
func (d *Deliverer) Target(m Message) string { return d.sink.Address(m) }

// Deliver makes the message stand where it is to stand, if it does not already. It returns after how
// long to call again if there is something left to do, and an error if it should be tried again
// soon. What can't be delivered at all is recorded as such and is no error.
func (d *Deliverer) Deliver(ctx context.Context, m Message, record Record) (again time.Duration, err error) {
	// What has begun is finished, even if the bot is told to stop meanwhile: a call that is broken off
	// may have had its effect, and the message would have to be looked for.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	hash := m.Hash()
	report := record.Load()
	switch {
	case report == nil:
		// The intent comes first: should the bot die after sending, it knows to look.
		report = &v1alpha1.Report{Sink: d.name, Target: d.sink.Address(m), Part: m.Part, At: d.stamp()}
		if err := record.Save(ctx, *report); err != nil {
			return 0, err
		}
		return d.post(ctx, m, hash, *report, record)
	case report.Error != "" || report.ID != "" && report.Hash == hash:
		return 0, nil
	case report.ID == "":
		return d.find(ctx, m, hash, *report, record)
	default:
		return d.update(ctx, m, hash, *report, record)
	}
}

// find looks for a message that may have been sent, and sends it if it was not.
func (d *Deliverer) find(ctx context.Context, m Message, hash string, report v1alpha1.Report, record Record) (time.Duration, error) {
	if d.knownUnsent(m.Marker) {
		return d.post(ctx, m, hash, report, record)
	}
	// It was recorded before it was sent.
	m.Since = report.At.Time
	id, err := d.sink.Find(ctx, m)
	if err != nil {
		return d.failed(ctx, "find", err, report, record)
	}
	if id == "" {
		return d.post(ctx, m, hash, report, record)
	}
	// What it says is not known, so the next pass brings it up to date.
	report.ID, report.At = id, d.stamp()
	d.metrics.sent(d.name, "recovered")
	return max(d.sink.Interval(), shortestWait), record.Save(ctx, report)
}

func (d *Deliverer) post(ctx context.Context, m Message, hash string, report v1alpha1.Report, record Record) (time.Duration, error) {
	id, err := d.sink.Post(ctx, m)
	if err != nil {
		var deferred *Deferred
		d.setUnsent(m.Marker, errors.As(err, &deferred))
		return d.failed(ctx, "post", err, report, record)
	}
	d.setUnsent(m.Marker, false)
	d.metrics.sent(d.name, "posted")
	report.ID, report.Hash, report.At = id, hash, d.stamp()
	return 0, record.Save(ctx, report)
}

func (d *Deliverer) update(ctx context.Context, m Message, hash string, report v1alpha1.Report, record Record) (time.Duration, error) {
	if wait := report.At.Add(d.sink.Interval()).Sub(d.now()); wait > 0 && wait <= d.sink.Interval() {
		return wait, nil
	}
	if err := d.sink.Update(ctx, report.ID, m); err != nil {
		return d.failed(ctx, "update", err, report, record)
	}
	d.metrics.sent(d.name, "updated")
	report.Hash, report.At = hash, d.stamp()
	return 0, record.Save(ctx, report)
}

// failed sorts errors: wait as told, give up for good, or try again soon.
func (d *Deliverer) failed(ctx context.Context, op string, err error, report v1alpha1.Report, record Record) (time.Duration, error) {
	var (
		deferred      *Deferred
		undeliverable *Undeliverable
	)
	switch {
	case errors.As(err, &deferred):
		d.metrics.sent(d.name, "deferred")
		return max(cmp.Or(deferred.After, d.sink.Interval()), shortestWait), nil
	case errors.As(err, &undeliverable):
		d.metrics.sent(d.name, "undeliverable")
		report.Error, report.At = undeliverable.Reason, d.stamp()
		return 0, record.Save(ctx, report)
	default:
		d.metrics.sent(d.name, "failed")
		return 0, fmt.Errorf("%s %s message in %s: %w", op, d.name, report.Target, err)
	}
}

// stamp returns now, for a report.
func (d *Deliverer) stamp() metav1.Time { return metav1.NewTime(d.now()) }

func (d *Deliverer) knownUnsent(marker string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, ok := d.unsent[marker]
	return ok
}

func (d *Deliverer) setUnsent(marker string, unsent bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if unsent {
		d.unsent[marker] = struct{}{}
	} else {
		delete(d.unsent, marker)
	}
}
