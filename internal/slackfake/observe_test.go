package slackfake_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

func TestEvents(t *testing.T) {
	w := newWorld(t)
	ts := w.must("chat.postMessage", "channel", "C7", "text", "1").string("ts")
	w.must("chat.postEphemeral", "channel", "C7", "user", "U42", "text", "2")

	var kinds []string
	var wait sync.WaitGroup
	defer wait.Wait()
	ctx, cancel := context.WithCancel(w.context())
	defer cancel()
	for event := range w.Events(ctx, 0) {
		if event.Seq != len(kinds)+1 {
			t.Fatalf("event %d has Seq %d", len(kinds)+1, event.Seq)
		}
		kinds = append(kinds, string(event.Kind)+" "+event.Message.Text)
		switch event.Seq { // the rest happens while this waits
		case 2:
			wait.Go(func() { w.must("chat.update", "channel", "C7", "ts", ts, "text", "3") })
		case 3:
			w.must("reactions.add", "channel", "C7", "timestamp", ts, "name", "eyes")
			w.must("chat.delete", "channel", "C7", "ts", ts)
		case 5:
			cancel()
		}
	}
	if got := strings.Join(kinds, ", "); got != "post 1, ephemeral 2, update 3, reaction 3, delete 3" {
		t.Errorf("got %s", got)
	}
	for event := range w.Events(w.context(), 4) {
		if event.Kind != slackfake.EventDelete {
			t.Errorf("after 4: got %+v", event)
		}
		break
	}
}

func TestAwait(t *testing.T) {
	w := newWorld(t)
	var wait sync.WaitGroup
	wait.Go(func() {
		for _, text := range []string{"a", "b", "c"} {
			w.must("chat.postMessage", "channel", "C7", "text", text)
		}
	})
	messages, err := w.Await(w.context(), "C7", func(messages []slackfake.Message) bool { return len(messages) == 3 })
	if err != nil || messages[2].Text != "c" {
		t.Errorf("got %+v (%v)", messages, err)
	}
	wait.Wait()

	ctx, cancel := context.WithCancel(w.context())
	cancel()
	_, err = w.Await(ctx, "", func([]slackfake.Message) bool { return false })
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "#deploys @kargo-bot:\n  c\n") {
		t.Errorf("got %v", err)
	}
}

func TestTranscript(t *testing.T) {
	w := newWorld(t)
	root, err := w.Say("U42", "C7", "", "see <#C7>")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Say("U43", "C7", root.TS, "yes"); err != nil {
		t.Fatal(err)
	}
	w.must("chat.postEphemeral", "channel", "C7", "user", "U42", "text", "x", "blocks",
		`[{"type":"section","text":{"type":"mrkdwn","text":"*red* for <@U43>, <!subteam^S1> and <@U404>"}},`+buttons[1:])
	want := strings.Join([]string{
		"#deploys @octocat:",
		"  see #deploys",
		"#deploys @hubot (in thread " + root.TS + "):",
		"  yes",
		"#deploys @kargo-bot (only to @octocat):",
		"  red for @hubot, @platform and @U404",
		"  [Promote]",
		"",
	}, "\n")
	if got := w.Transcript(w.Messages("C7")); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Snapshots don't change under the reader's hands.
func TestSnapshots(t *testing.T) {
	w := newWorld(t)
	ts := w.must("chat.postMessage", "channel", "C7", "text", "before").string("ts")
	w.must("reactions.add", "channel", "C7", "timestamp", ts, "name", "eyes")
	before := w.Messages("C7")
	w.must("chat.update", "channel", "C7", "ts", ts, "text", "after")
	w.must("reactions.add", "channel", "C7", "timestamp", ts, "name", "rocket")
	if m := before[0]; m.Text != "before" || len(m.Versions) != 1 || len(m.Reactions) != 1 {
		t.Errorf("got %+v", m)
	}
}

func TestConcurrentUse(t *testing.T) {
	w := newWorld(t)
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			ts := w.must("chat.postMessage", "channel", "C7", "text", "x", "blocks", buttons).string("ts")
			w.must("chat.update", "channel", "C7", "ts", ts, "text", "y")
			w.must("conversations.history", "channel", "C7")
			w.Transcript(w.Messages(""))
		})
	}
	messages, err := w.Await(w.context(), "C7", func(messages []slackfake.Message) bool {
		edited := 0
		for _, m := range messages {
			edited += len(m.Versions) - 1
		}
		return edited == 20
	})
	wait.Wait()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, m := range messages {
		if seen[m.TS] {
			t.Errorf("%s twice", m.TS)
		}
		seen[m.TS] = true
	}
}

func TestConfigIsChecked(t *testing.T) {
	for name, config := range map[string]slackfake.Config{
		"user without a name":  {Users: []slackfake.User{{ID: "U1"}}},
		"email twice":          {Users: []slackfake.User{{ID: "U1", Name: "a", Email: "x@acme.dev"}, {ID: "U2", Name: "b", Email: "X@acme.dev"}}},
		"group of nobody":      {Groups: []slackfake.UserGroup{{ID: "S1", Handle: "s", Users: []string{"U404"}}}},
		"channel twice":        {Channels: []slackfake.Channel{{ID: "C1", Name: "a"}, {ID: "C2", Name: "a"}}},
		"channel of nobody":    {Channels: []slackfake.Channel{{ID: "C1", Name: "a", Members: []string{"U404"}}}},
		"interval before zero": {PerChannelInterval: -1},
	} {
		if _, err := slackfake.New(config); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
