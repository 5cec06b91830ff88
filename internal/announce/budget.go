package announce

import (
	"sync"
	"time"
)

// budget bounds how many new messages a destination gets. What is over it is summed up.
type budget struct {
	now func() time.Time

	mu sync.Mutex
	// sent are the times of the last messages, the oldest first.
	sent map[string][]time.Time
}

func newBudget(now func() time.Time) *budget {
	return &budget{now: now, sent: map[string][]time.Time{}}
}

// take reports whether a destination may have another new message, of so many in a minute.
func (b *budget) take(destination string, perMinute int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	sent := b.sent[destination]
	for len(sent) > 0 && now.Sub(sent[0]) >= time.Minute {
		sent = sent[1:]
	}
	fits := len(sent) < perMinute
	if fits {
		sent = append(sent, now)
	}
	b.sent[destination] = sent
	return fits
}
