package config

import (
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

// Routing returns who is told of what, as what has been validated says.
func (c *Config) Routing() *route.Table {
	t := &route.Table{Channels: map[string]route.Channel{}}
	for _, n := range c.Notifications {
		rule := route.Rule{Services: n.Services, Environments: n.Environments, On: outcomesOf(n.On), Builds: n.Builds}
		for _, place := range n.Slack {
			rule.To = append(rule.To, route.Destination{Sink: route.SinkSlack, Target: place})
		}
		for _, name := range n.Webhook {
			rule.To = append(rule.To, route.Destination{Sink: route.SinkWebhook, Target: name})
		}
		t.Rules = append(t.Rules, rule)
	}
	for name, settings := range c.Channels {
		t.Channels[name] = route.Channel{
			Quiet: settings.Quiet.hours(), Digest: settings.Digest.times(), Thread: settings.Thread, Burst: settings.Burst,
		}
	}
	for _, pattern := range sortedNames(c.Owners) {
		t.Owners = append(t.Owners, route.Owner{Services: []string{pattern}, Slack: c.Owners[pattern].Slack})
	}
	return t
}

// hours returns the quiet hours, nil if there are none.
func (q *QuietHours) hours() *route.Quiet {
	if q == nil {
		return nil
	}
	quiet := &route.Quiet{From: timeOfDay(q.From), To: timeOfDay(q.To), Place: placeOf(q.Timezone), Except: outcomesOf(q.Except)}
	for _, day := range q.Days {
		quiet.Days = append(quiet.Days, days[day])
	}
	return quiet
}

// times returns when a digest is due, nil if there is none.
func (d *Digest) times() *route.Digest {
	if d == nil {
		return nil
	}
	digest := &route.Digest{At: timeOfDay(d.At), Weekly: d.Every == "week", On: time.Friday, Place: placeOf(d.Timezone)}
	if day, ok := days[d.On]; ok {
		digest.On = day
	}
	return digest
}

func outcomesOf(words []string) []v1alpha1.Outcome {
	var on []v1alpha1.Outcome
	for _, word := range words {
		if o, ok := route.OutcomeOf(word); ok {
			on = append(on, o)
		}
	}
	return on
}

func timeOfDay(text string) route.TimeOfDay {
	t, _ := route.ParseTimeOfDay(text)
	return t
}

// placeOf returns a time zone that has been validated.
func placeOf(name string) *time.Location {
	place, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return place
}
