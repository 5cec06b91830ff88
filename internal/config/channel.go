package config

import (
	"slices"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/route"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// Channel is settings of a channel in Slack.
type Channel struct {
	// Quiet is hours in which nothing is said there. What happened meanwhile is summed up afterwards.
	Quiet *QuietHours `yaml:"quiet"`
	// Digest is a message that sums up what was promoted in a day or a week.
	Digest *Digest `yaml:"digest"`
	// Thread is whether all messages of a day stand in one thread.
	Thread bool `yaml:"thread"`
	// Burst is how many new messages there are a minute at most. Of more, there is one message that sums them up.
	Burst int `yaml:"burst" default:"5"`
}

// QuietHours are hours in which nothing is said.
type QuietHours struct {
	// From is when they begin, as in `"20:00"`.
	From string `yaml:"from" required:"true" example:"\"20:00\""`
	// To is when they end. If that is not later, it is on the next day; `"24:00"` is the end of the day.
	To string `yaml:"to" required:"true" example:"\"08:00\""`
	// Days are those on which they begin. Default: every day.
	Days []string `yaml:"days" enum:"Mon,Tue,Wed,Thu,Fri,Sat,Sun"`
	// Timezone is whose clocks count.
	Timezone string `yaml:"timezone" default:"UTC"`
	// Except are outcomes that are told all the same.
	Except []string `yaml:"except" enum:"released,overdue,waiting,started,succeeded,failed,aborted,rolledBack,verificationFailed,degraded,recovered,credentialRotated,credentialFailing,credentialRecovered,credentialExpiring"`
}

// Digest is a message that sums up a day or a week.
type Digest struct {
	// Every is how often there is one.
	Every string `yaml:"every" required:"true" enum:"day,week"`
	// At is the time of day, as in `"17:00"`.
	At string `yaml:"at" default:"17:00"`
	// On is the day, for one that comes every week. Default: `Fri`.
	On string `yaml:"on" enum:"Mon,Tue,Wed,Thu,Fri,Sat,Sun"`
	// Timezone is whose clocks count.
	Timezone string `yaml:"timezone" default:"UTC"`
}

// days are what days are called.
var days = map[string]time.Weekday{
	"Mon": time.Monday, "Tue": time.Tuesday, "Wed": time.Wednesday, "Thu": time.Thursday, "Fri": time.Friday,
	"Sat": time.Saturday, "Sun": time.Sunday,
}

// mostBurst is what Slack takes in a minute: about one message a second and channel.
const mostBurst = 60

func (c *Config) validateChannels() {
	for _, name := range sortedNames(c.Channels) {
		settings, path := c.Channels[name], strictyaml.Path("channels").Key(name)
		c.checkPlace(path, name)
		used := slices.ContainsFunc(c.Notifications, func(n Notification) bool { return slices.Contains(n.Slack, name) })
		if !used && !c.doc.Unread("notifications") && !c.doc.Unread(path) {
			c.warn(path, "no rule of notifications names this channel", "name it there in the same way, or remove it here")
		}
		if at := path.Key("burst"); c.doc.Has(at) && (settings.Burst < 1 || settings.Burst > mostBurst) {
			c.doc.Report(at, "is out of range", "write a number from 1 to 60")
		}
		if q := settings.Quiet; q != nil {
			q.validate(c.doc, path.Key("quiet"))
		}
		if d := settings.Digest; d != nil {
			d.validate(c.doc, path.Key("digest"))
		}
	}
}

func (q *QuietHours) validate(doc *strictyaml.Document, path strictyaml.Path) {
	from := checkTimeOfDay(doc, path.Key("from"), q.From)
	to := checkTimeOfDay(doc, path.Key("to"), q.To)
	const minutesOfDay = route.EndOfDay
	if from && to && !doc.Unread(path) {
		begin, _ := route.ParseTimeOfDay(q.From)
		end, _ := route.ParseTimeOfDay(q.To)
		switch {
		case begin == minutesOfDay:
			doc.Report(path.Key("from"), "is the end of a day", `write "00:00", and the next day in days`)
		case begin == end:
			doc.Report(path.Key("to"), "is the same as from", `write another time; a whole day is from "00:00" to "24:00"`)
		case begin == 0 && end == minutesOfDay && distinct(q.Days)%len(days) == 0:
			doc.Report(path, "leaves no time in which anything may be said", "remove the channel from notifications, or write days")
		}
	}
	checkTimezone(doc, path.Key("timezone"), q.Timezone)
}

func (d *Digest) validate(doc *strictyaml.Document, path strictyaml.Path) {
	if at := path.Key("at"); checkTimeOfDay(doc, at, d.At) && d.At == route.EndOfDay.String() {
		doc.Report(at, "is the end of a day", `write "00:00", which is the beginning of the next`)
	}
	if at := path.Key("on"); d.Every == "day" && doc.Has(at) {
		doc.Report(at, "does not go with every: day", "remove it, or write every: week")
	}
	checkTimezone(doc, path.Key("timezone"), d.Timezone)
}

// distinct counts the words that differ.
func distinct(words []string) int {
	return len(slices.Compact(slices.Sorted(slices.Values(words))))
}

// checkTimeOfDay reports whether a text is a time of day; what is not there or could not be read is none, and
// has been reported.
func checkTimeOfDay(doc *strictyaml.Document, path strictyaml.Path, text string) bool {
	if text == "" {
		return false
	}
	_, ok := route.ParseTimeOfDay(text)
	if !ok {
		doc.Report(path, "is not a time of day", `write hours and minutes in quotes, from "00:00" to "23:59"`)
	}
	return ok
}

// checkTimezone checks the name of a time zone. Local would be that of the machine, which nobody thinks of.
func checkTimezone(doc *strictyaml.Document, path strictyaml.Path, name string) {
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" {
		doc.Report(path, "is not a time zone", "write its name in the IANA database, such as Europe/Paris or UTC")
	}
}
