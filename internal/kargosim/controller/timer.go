package controller

import (
	"sync"
	"time"
)

// timers know when things began more exactly than the status does, which has whole seconds. They are
// forgotten when the process ends; then what runs begins anew. The zero value is ready.
type timers struct {
	mu    sync.Mutex
	begun map[string]timer
}

// timer says when the last part of a thing began.
type timer struct {
	part  int
	begun time.Time
}

// since returns how long a part of the thing has been running, which is 0 if it was not known to be.
func (t *timers) since(thing string, part int, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	known, ok := t.begun[thing]
	if !ok || known.part != part {
		if t.begun == nil {
			t.begun = make(map[string]timer)
		}
		known = timer{part: part, begun: now}
		t.begun[thing] = known
	}
	return now.Sub(known.begun)
}

func (t *timers) forget(thing string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.begun, thing)
}
