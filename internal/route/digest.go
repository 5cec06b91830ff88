package route

import "time"

// Digest is when what happened is summed up.
type Digest struct {
	// At is when it is due, every day or, if Weekly is set, once a week.
	At     TimeOfDay
	Weekly bool
	// On is the day of the week.
	On time.Weekday
	// Place is whose clocks count; nil for UTC.
	Place *time.Location
}

// Last returns the most recent period that is over: until is when a digest was last due, now at the latest, and
// from is when one was due before that.
func (d *Digest) Last(now time.Time) (from, until time.Time) {
	until = d.due(now)
	return d.due(until.Add(-time.Nanosecond)), until
}

// Next returns when the next digest is due, which is later than now.
func (d *Digest) Next(now time.Time) time.Time {
	local := in(d.Place, now)
	for day := -1; ; day++ {
		if at := d.At.on(local, day); d.is(local, day) && at.After(now) {
			return at
		}
	}
}

// due returns when a digest was last due, now at the latest.
func (d *Digest) due(now time.Time) time.Time {
	local := in(d.Place, now)
	for day := 1; ; day-- {
		if at := d.At.on(local, day); d.is(local, day) && !at.After(now) {
			return at
		}
	}
}

// is reports whether there is a digest on the day that is so many days after the given one.
func (d *Digest) is(day time.Time, after int) bool {
	return !d.Weekly || weekday(day, after) == d.On
}
