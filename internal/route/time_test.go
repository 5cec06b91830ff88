package route_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

// place returns a time zone.
func place(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// clock returns what a clock shows.
func clock(t testing.TB, text string) route.TimeOfDay {
	t.Helper()
	at, ok := route.ParseTimeOfDay(text)
	if !ok || at.String() != text {
		t.Fatalf("%q is read as %s", text, at)
	}
	return at
}

// at returns a time in RFC 3339.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestParseTimeOfDayRefuses(t *testing.T) {
	for _, text := range []string{"", "8:00", "24:01", "25:00", "12:60", "12:00:00", "noon", "-1:00", "8pm", " 08:00"} {
		if got, ok := route.ParseTimeOfDay(text); ok {
			t.Errorf("%q is read as %s", text, got)
		}
	}
}

func TestQuietUntil(t *testing.T) {
	paris := place(t, "Europe/Paris")
	night := &route.Quiet{From: clock(t, "20:00"), To: clock(t, "08:00"), Place: paris}
	weekdays := &route.Quiet{From: clock(t, "20:00"), To: clock(t, "08:00"), Days: []time.Weekday{time.Monday, time.Friday}, Place: paris}
	lunch := &route.Quiet{From: clock(t, "12:00"), To: clock(t, "13:30"), Place: paris}
	weekend := &route.Quiet{From: clock(t, "00:00"), To: clock(t, "24:00"), Days: []time.Weekday{time.Saturday, time.Sunday}, Place: paris}
	for _, test := range []struct {
		name  string
		quiet *route.Quiet
		now   string
		want  string // empty if it is not quiet
	}{
		{"before midnight", night, "2026-11-25T21:00:00+01:00", "2026-11-26T08:00:00+01:00"},
		{"after midnight", night, "2026-11-26T07:59:59+01:00", "2026-11-26T08:00:00+01:00"},
		{"its beginning is quiet", night, "2026-11-25T20:00:00+01:00", "2026-11-26T08:00:00+01:00"},
		{"its end is not", night, "2026-11-26T08:00:00+01:00", ""},
		{"by day", night, "2026-11-26T12:00:00+01:00", ""},
		{"now is said in another zone", night, "2026-11-25T20:30:00Z", "2026-11-26T08:00:00+01:00"},
		{"one hour less in March", night, "2026-03-28T22:00:00+01:00", "2026-03-29T08:00:00+02:00"},
		{"one hour more in October", night, "2026-10-24T22:00:00+02:00", "2026-10-25T08:00:00+01:00"},
		{"within the hour that comes twice", night, "2026-10-25T02:30:00+01:00", "2026-10-25T08:00:00+01:00"},
		{"a night that begins on such a day", weekdays, "2026-11-23T23:00:00+01:00", "2026-11-24T08:00:00+01:00"},
		{"the morning after", weekdays, "2026-11-28T03:00:00+01:00", "2026-11-28T08:00:00+01:00"},
		{"the morning of such a day", weekdays, "2026-11-23T03:00:00+01:00", ""},
		{"a night that begins on another day", weekdays, "2026-11-24T23:00:00+01:00", ""},
		{"within a day", lunch, "2026-11-26T13:00:00+01:00", "2026-11-26T13:30:00+01:00"},
		{"after it", lunch, "2026-11-26T13:30:00+01:00", ""},
		{"two days are one time", weekend, "2026-11-28T10:00:00+01:00", "2026-11-30T00:00:00+01:00"},
		{"before the weekend", weekend, "2026-11-27T23:59:00+01:00", ""},
		{"no quiet hours", nil, "2026-11-27T23:59:00+01:00", ""},
	} {
		end, quiet := test.quiet.Until(at(t, test.now))
		if quiet != (test.want != "") || quiet && !end.Equal(at(t, test.want)) {
			t.Errorf("%s: %t, until %s", test.name, quiet, end)
		}
	}
}

func TestQuietExcepts(t *testing.T) {
	q := &route.Quiet{Except: []v1alpha1.Outcome{v1alpha1.OutcomeFailed}}
	if !q.Excepts(v1alpha1.OutcomeFailed) || q.Excepts(v1alpha1.OutcomeSucceeded) || (*route.Quiet)(nil).Excepts(v1alpha1.OutcomeFailed) {
		t.Error("another outcome is excepted")
	}
}

func TestDigest(t *testing.T) {
	paris := place(t, "Europe/Paris")
	daily := route.Digest{At: clock(t, "17:00"), Place: paris}
	weekly := route.Digest{At: clock(t, "17:00"), Weekly: true, On: time.Friday, Place: paris}
	for _, test := range []struct {
		name                   string
		digest                 route.Digest
		now, from, until, next string
	}{
		{"a day", daily, "2026-11-26T12:00:00+01:00", "2026-11-24T17:00:00+01:00", "2026-11-25T17:00:00+01:00", "2026-11-26T17:00:00+01:00"},
		{"when it is due", daily, "2026-11-26T17:00:00+01:00", "2026-11-25T17:00:00+01:00", "2026-11-26T17:00:00+01:00", "2026-11-27T17:00:00+01:00"},
		{"a short day", daily, "2026-03-29T18:00:00+02:00", "2026-03-28T17:00:00+01:00", "2026-03-29T17:00:00+02:00", "2026-03-30T17:00:00+02:00"},
		{"a long day", daily, "2026-10-25T18:00:00+01:00", "2026-10-24T17:00:00+02:00", "2026-10-25T17:00:00+01:00", "2026-10-26T17:00:00+01:00"},
		{"a week", weekly, "2026-11-26T12:00:00+01:00", "2026-11-13T17:00:00+01:00", "2026-11-20T17:00:00+01:00", "2026-11-27T17:00:00+01:00"},
		{"a week that is just over", weekly, "2026-11-27T17:00:00+01:00", "2026-11-20T17:00:00+01:00", "2026-11-27T17:00:00+01:00", "2026-12-04T17:00:00+01:00"},
		{"a short week", weekly, "2026-04-03T18:00:00+02:00", "2026-03-27T17:00:00+01:00", "2026-04-03T17:00:00+02:00", "2026-04-10T17:00:00+02:00"},
	} {
		now := at(t, test.now)
		from, until := test.digest.Last(now)
		if !from.Equal(at(t, test.from)) || !until.Equal(at(t, test.until)) {
			t.Errorf("%s: from %s until %s", test.name, from, until)
		}
		if next := test.digest.Next(now); !next.Equal(at(t, test.next)) {
			t.Errorf("%s: next is %s", test.name, next)
		}
	}
}

// FuzzTimes checks, at any time and where clocks are changed at odd hours, what who waits for these times
// relies on: that they come, and that periods follow upon each other.
func FuzzTimes(f *testing.F) {
	zones := []string{"UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Beirut", "America/Sao_Paulo", "Pacific/Apia"}
	places := make([]*time.Location, len(zones))
	for i, name := range zones {
		places[i] = place(f, name)
	}
	for i := range zones {
		f.Add(int64(1_774_742_400), uint16(20*60), uint16(8*60), uint8(0b0100_0010), uint8(i))
		f.Add(int64(1_325_203_200), uint16(0), uint16(24*60), uint8(0b0100_0001), uint8(i))
	}
	f.Fuzz(func(t *testing.T, unix int64, from, to uint16, days, zone uint8) {
		const centuries = 200 * 365 * 24 * 3600
		now, where := time.Unix(unix%centuries, 0), places[int(zone)%len(places)]
		q := &route.Quiet{From: route.TimeOfDay(from % 1441), To: route.TimeOfDay(to % 1441), Place: where}
		for d := range 7 {
			if days>>d&1 == 1 {
				q.Days = append(q.Days, time.Weekday(d))
			}
		}
		if end, quiet := q.Until(now); quiet {
			if !end.After(now) || end.Sub(now) > 10*24*time.Hour {
				t.Errorf("at %s it is quiet until %s", now, end)
			}
			if _, still := q.Until(end); still && len(q.Days) > 0 && len(q.Days) < 7 && q.From != q.To {
				t.Errorf("it is quiet after %s, too", end)
			}
		}
		digest := &route.Digest{At: q.To, Weekly: days > 127, On: time.Weekday(days % 7), Place: where}
		begin, end := digest.Last(now)
		next := digest.Next(now)
		if !begin.Before(end) || end.After(now) || !next.After(now) {
			t.Fatalf("from %s until %s, now %s, next %s", begin, end, now, next)
		}
		if again, until := digest.Last(next); !again.Equal(end) || !until.Equal(next) {
			t.Fatalf("after the period until %s comes the one from %s until %s", end, again, until)
		}
	})
}
