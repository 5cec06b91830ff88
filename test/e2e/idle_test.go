package e2e_test

import (
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

const (
	// idleMemory is what an idle bot may take, in bytes. Some 31 MB of it are pages of the program itself.
	idleMemory = 75e6
	// settled is how long after its start it is looked at.
	settled = 10 * time.Second
)

func TestAnIdleBotTakesLittleMemory(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	bot := w.Start(t)
	memory := bot.AwaitMetric(t, "process_resident_memory_bytes", nil, patience, func(float64) bool {
		return time.Since(bot.Started) > settled
	})
	t.Logf("an idle bot takes %.1f MB", memory/1e6)
	if memory >= idleMemory {
		t.Errorf("an idle bot takes %.1f MB; want less than %.0f", memory/1e6, idleMemory/1e6)
	}
}
