package announce

import (
	"context"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// fold has the subject told in a summary.
func (t *telling) fold(ctx context.Context, wanted v1alpha1.Summary) error {
	if err := t.begin(); err != nil {
		return err
	}
	summary, err := t.books.of(t.to.first).open(ctx, wanted)
	if err != nil {
		return err
	}
	if err := t.save(ctx, t.report(v1alpha1.PartSummary, summary.Key)); err != nil {
		return err
	}
	t.Metrics.sumUp(string(wanted.Kind))
	return nil
}

// outgrown reports whether something bad has happened since the summary was closed that the subject is told in:
// nobody would notice that in there.
func (t *telling) outgrown(ctx context.Context, told *v1alpha1.Report) (bool, error) {
	all, err := t.books.of(t.to.first).all(ctx)
	if err != nil {
		return false, err
	}
	closed := told.At.Time
	for _, s := range all {
		if s.Key != told.ID {
			continue
		}
		if s.Kind == v1alpha1.SummaryQuiet && t.hasExcepted(told.At.Time) {
			return true, nil
		}
		if s.Until == nil {
			return false, nil
		}
		closed = s.Until.Time
	}
	return t.hasBad(closed), nil
}

// hasExcepted reports whether something has happened after a time that is told at any hour.
func (t *telling) hasExcepted(after time.Time) bool {
	for _, i := range t.wanted {
		if h := t.s.happenings[i]; t.channel.Quiet.Excepts(h.Outcome) && h.At.After(after) {
			return true
		}
	}
	return false
}

// hasBad reports whether something bad that is to be told has happened after a time.
func (t *telling) hasBad(after time.Time) bool {
	for _, i := range t.wanted {
		if h := t.s.happenings[i]; h.Outcome.IsBad() && h.At.After(after) {
			return true
		}
	}
	return false
}

// quiet returns until when nothing is to be said here; not if something has happened that is said at any hour.
func (t *telling) quiet() (end time.Time, quiet bool) {
	if t.channel.Quiet == nil {
		return time.Time{}, false
	}
	for _, i := range t.wanted {
		if t.channel.Quiet.Excepts(t.s.happenings[i].Outcome) {
			return time.Time{}, false
		}
	}
	return t.channel.Quiet.Until(t.now)
}
