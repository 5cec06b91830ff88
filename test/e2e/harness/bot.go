package harness

import (
	"fmt"
	"testing"
	"time"
)

// startTimeout bounds the time from a bot's start until it is ready for requests. It takes about a
// second on an idle machine.
const startTimeout = 60 * time.Second

// Bot is a running `bot serve`.
type Bot struct {
	*Process

	// Webhooks and Admin are the base URLs of its two servers.
	Webhooks, Admin string
}

// Start starts a bot and returns when it is ready.
func (i *Installation) Start(t testing.TB) *Bot {
	t.Helper()
	b := i.Launch(t)
	entry := b.AwaitLog(t, "ready", startTimeout)
	b.Webhooks, b.Admin = fmt.Sprintf("http://%s", entry["listen"]), fmt.Sprintf("http://%s", entry["admin"])
	return b
}

// Launch starts a bot and does not wait. It is killed at the end of the test, if it still runs.
func (i *Installation) Launch(t testing.TB) *Bot {
	t.Helper()
	path, err := BotBinary()
	if err != nil {
		t.Fatal(err)
	}
	return &Bot{Process: launch(t, i.dir, path, "serve", "--config", i.ConfigFile, "--kubeconfig", i.Kubeconfig)}
}
