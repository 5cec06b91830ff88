package githubfake

import (
	"slices"
	"time"
)

// window counts costs over the last hour. The zero value is empty.
type window struct{ costs []cost }

type cost struct {
	at     time.Time
	amount int
}

// exceeds returns how long to wait until amount more fits under limit within span, or 0
// if it fits now. A limit of 0 is none.
func (w *window) exceeds(now time.Time, span time.Duration, amount, limit int) time.Duration {
	if limit == 0 {
		return 0
	}
	sum := amount
	for _, cost := range slices.Backward(w.costs) {
		age := now.Sub(cost.at)
		if age >= span {
			break
		}
		if sum += cost.amount; sum > limit {
			return span - age
		}
	}
	return 0
}

func (w *window) add(now time.Time, amount int) {
	old := 0
	for old < len(w.costs) && now.Sub(w.costs[old].at) >= time.Hour {
		old++
	}
	w.costs = append(w.costs[old:], cost{at: now, amount: amount})
}
