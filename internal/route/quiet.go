package route

import (
	"slices"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// Quiet is hours in which a channel is not disturbed.
type Quiet struct {
	// From and To are when they begin and end. If To is not after From, they end on the next day.
	From, To TimeOfDay
	// Days are those on which they begin; none for every day.
	Days []time.Weekday
	// Place is whose clocks count; nil for UTC.
	Place *time.Location
	// Except are outcomes that are told all the same.
	Except []v1alpha1.Outcome
}

// mostDays bounds how far ahead Until looks: beyond a week, everything repeats itself.
const mostDays = 8

// Until reports whether it is quiet, and until when: hours that follow upon each other without a gap are one. A
// nil Quiet never is.
func (q *Quiet) Until(now time.Time) (end time.Time, quiet bool) {
	if q == nil {
		return time.Time{}, false
	}
	end, quiet = q.hours(now)
	if !quiet {
		return time.Time{}, false
	}
	for range mostDays {
		later, on := q.hours(end)
		if !on {
			break
		}
		end = later
	}
	return end, true
}

// hours returns the end of the quiet hours in which a time is; of several, the latest.
func (q *Quiet) hours(now time.Time) (end time.Time, quiet bool) {
	local := in(q.Place, now)
	// Hours that began the day before may go on. They last a day at most.
	for day := -1; day <= 0; day++ {
		begin := q.From.on(local, day)
		if len(q.Days) > 0 && !slices.Contains(q.Days, weekday(local, day)) {
			continue
		}
		last := day
		if q.To <= q.From {
			last++
		}
		if stop := q.To.on(local, last); !now.Before(begin) && now.Before(stop) && stop.After(end) {
			end, quiet = stop, true
		}
	}
	return end, quiet
}

// Excepts reports whether an outcome is told all the same.
func (q *Quiet) Excepts(o v1alpha1.Outcome) bool { return q != nil && slices.Contains(q.Except, o) }
