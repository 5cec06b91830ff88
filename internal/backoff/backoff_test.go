package backoff_test

import (
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/backoff"
)

func TestWaitsGrowUpToABound(t *testing.T) {
	limiter := backoff.New[string](100*time.Millisecond, time.Second)
	for i, milliseconds := range []int{100, 200, 400, 800, 1000, 1000} {
		most := time.Duration(milliseconds) * time.Millisecond
		if wait := limiter.When("a"); wait < most/2 || wait > most {
			t.Errorf("try %d: waits %s, want %s to %s", i, wait, most/2, most)
		}
	}
	if wait := limiter.When("b"); wait > 100*time.Millisecond {
		t.Errorf("another item waits %s", wait)
	}
	limiter.Forget("a")
	if wait := limiter.When("a"); wait > 100*time.Millisecond {
		t.Errorf("after it went well, it waits %s", wait)
	}
}
