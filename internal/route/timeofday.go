package route

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// TimeOfDay is what a clock on the wall shows, in minutes since midnight: from 0 to 1,440, which is the midnight
// at the end of the day.
type TimeOfDay int

// EndOfDay is the midnight at the end of a day.
const EndOfDay TimeOfDay = 24 * 60

// clock is HH:MM.
var clock = regexp.MustCompile(`^([01][0-9]|2[0-3]):([0-5][0-9])$`)

// ParseTimeOfDay reads "08:00"; "24:00" is the end of the day.
func ParseTimeOfDay(text string) (t TimeOfDay, ok bool) {
	if text == "24:00" {
		return EndOfDay, true
	}
	if !clock.MatchString(text) {
		return 0, false
	}
	hour, minute := text[:2], text[3:]
	h, errHour := strconv.Atoi(hour)
	m, errMinute := strconv.Atoi(minute)
	return TimeOfDay(h*60 + m), errHour == nil && errMinute == nil
}

// String returns it as "08:00".
func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60) }

// on returns when the clocks of a place show it, some days after the given one. If clocks are
// changed meanwhile, so that they never show it or do so twice, it is about then.
func (t TimeOfDay) on(day time.Time, after int) time.Time {
	year, month, date := day.Date()
	return time.Date(year, month, date+after, 0, int(t), 0, 0, day.Location())
}

// weekday returns the day of the week, some days after the given one.
func weekday(day time.Time, after int) time.Weekday {
	const week = 7
	return time.Weekday(((int(day.Weekday())+after)%week + week) % week)
}

// in returns a time as clocks show it in a place; nil is UTC.
func in(place *time.Location, t time.Time) time.Time {
	if place == nil {
		return t.UTC()
	}
	return t.In(place)
}
