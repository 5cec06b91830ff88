package slack

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// kept is a record that outlives the bot.
type kept struct {
	report *v1alpha1.Report
}

// Load implements notify.Record.
func (k *kept) Load() *v1alpha1.Report { return k.report }

// Save implements notify.Record.
func (k *kept) Save(_ context.Context, r v1alpha1.Report) error {
	k.report = &r
	return nil
}

// TestAnnouncementsInTrouble has a fifth of all calls fail, the bot die now and then, and Slack take one message a
// second: every message is there once, says the last word, and Slack never had to slow the bot down.
func TestAnnouncementsInTrouble(t *testing.T) {
	const messages, replies, deaths = 12, 6, 10
	const lastWord, end = time.Minute, 2 * time.Minute
	const stride = 100 * time.Millisecond
	w := newAnnounceWorld(t, strict)
	w.slack.SetFault(slackfake.RandomTrouble(7, 20))
	random := rand.New(rand.NewPCG(7, 7))
	records := make([]kept, messages+replies)
	due := make([]time.Time, messages+replies)
	deliverer := func() *notify.Deliverer {
		w.restart(t)
		return notify.NewDeliverer("slack-channel", w.channels, w.clock.Now, notify.NewMetrics(prometheus.NewRegistry()))
	}
	since := w.clock.Now()
	message := func(i int) notify.Message {
		m := w.release("#deploys")
		m.Since = since
		if i >= messages {
			m = alert(m, records[i-messages].report.ID)
		}
		m.Marker = fmt.Sprint("m", i)
		m.Card.Status = fmt.Sprint("word ", w.clock.Now().Sub(since)/(20*time.Second))
		if w.clock.Now().Sub(since) > lastWord {
			m.Card.Status = "the last word"
		}
		return m
	}
	d := deliverer()
	for step := range int(end / stride) {
		if random.IntN(int(end/stride)) < deaths {
			d = deliverer()
		}
		for _, i := range random.Perm(len(records)) {
			if i >= messages && (records[i-messages].report == nil || records[i-messages].report.ID == "") || w.clock.Now().Before(due[i]) {
				continue
			}
			again, err := d.Deliver(t.Context(), message(i), &records[i])
			if err != nil {
				again = time.Second
			}
			due[i] = w.clock.Now().Add(max(again, stride))
		}
		if w.clock.step(stride); t.Failed() {
			t.Fatalf("after %d steps", step)
		}
	}

	said := w.slack.Marked(inChannel, markerKey)
	for i := range records {
		switch all := said[fmt.Sprint("m", i)]; {
		case len(all) != 1:
			t.Errorf("message %d is there %d times", i, len(all))
		case records[i].report.Hash != message(i).Hash():
			t.Errorf("message %d says:\n%s", i, w.slack.PlainText(all[0]))
		case i >= messages && all[0].ThreadTS != said[fmt.Sprint("m", i-messages)][0].TS:
			t.Errorf("reply %d is in the thread %q", i, all[0].ThreadTS)
		}
	}
	w.noMistakes(t)
}
