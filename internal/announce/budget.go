package announce

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// budget bounds how many new messages a destination gets. What is over it is summed up.
type budget struct {
	now func() time.Time

	mu       sync.Mutex
	limiters map[string]*rate.Limiter
}

func newBudget(now func() time.Time) *budget {
	return &budget{now: now, limiters: map[string]*rate.Limiter{}}
}

// take reports whether a destination may have another new message, of so many a minute.
func (b *budget) take(destination string, perMinute int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.limiters[destination]
	if l == nil {
		l = rate.NewLimiter(rate.Every(time.Minute/time.Duration(perMinute)), perMinute)
		b.limiters[destination] = l
	}
	return l.AllowN(b.now(), 1)
}
