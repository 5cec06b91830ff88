package githubfake

import (
	"slices"
	"strconv"
	"time"
)

// Fault is a way in which GitHub fails. Make one with the functions below.
type Fault struct {
	// answer is given in place of doing anything; nil: the call is carried out.
	answer func(*request) answer
	// late carries the call out all the same, before that is answered.
	late bool
	// cut ends the connection without an answer.
	cut bool
	// hold keeps the call waiting before anything else happens. It ends when the
	// channel is closed; a nil channel means that the call hangs for good.
	holds bool
	hold  <-chan struct{}
}

// Fail answers with a status of GitHub's own failure, like 500, 502 or 503.
func Fail(status int) Fault {
	return Fault{answer: func(r *request) answer {
		return refuse(status, r.op.docs, "Server Error")
	}}
}

// FailLate carries the call out and then answers with a status of GitHub's own failure: so does GitHub when it
// takes too long.
func FailLate(status int) Fault {
	fault := Fail(status)
	fault.late = true
	return fault
}

// Limited answers as at a secondary rate limit: 403 or 429, to try again after the
// given time, in whole seconds.
func Limited(status int, retryAfter time.Duration) Fault {
	return Fault{answer: func(*request) answer { return secondaryLimit(status, retryAfter) }}
}

// Exhausted answers as at the primary rate limit: 403 or 429, with nothing remaining
// until reset.
func Exhausted(status int, reset time.Time) Fault {
	return Fault{answer: func(*request) answer {
		return refuse(status, limitDocs, "API rate limit exceeded.").
			with("X-RateLimit-Limit", "5000").
			with("X-RateLimit-Remaining", "0").
			with("X-RateLimit-Used", "5000").
			with("X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10)).
			with("X-RateLimit-Resource", "core")
	}}
}

// Cut ends the connection before anything is done. Note that Go's transport repeats a
// GET on its own when a connection that it reused is cut.
func Cut() Fault {
	return Fault{cut: true, answer: func(*request) answer { return answer{} }}
}

// LoseAnswer carries the call out and then ends the connection in place of answering.
func LoseAnswer() Fault { return Fault{cut: true} }

// Hang answers nothing and does nothing until the client gives up.
func Hang() Fault { return Fault{holds: true} }

// HoldUntil keeps the call waiting until the channel is closed, and then carries it out.
func HoldUntil(released <-chan struct{}) Fault {
	return Fault{holds: true, hold: released}
}

// injected is a fault that waits for its calls.
type injected struct {
	operation string // "" is any
	left      int
	fault     Fault
}

// Inject makes the next n calls of an operation fail. Operations are named by GitHub's
// operation ids, like "issues/create-comment"; "" is any operation. Faults that fit the
// same call happen in the order of their injection.
func (g *GitHub) Inject(operation string, n int, fault Fault) {
	if n <= 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = append(g.faults, &injected{operation: operation, left: n, fault: fault})
}

// PendingFaults returns how many injected faults have not happened yet.
func (g *GitHub) PendingFaults() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	left := 0
	for _, waiting := range g.faults {
		left += waiting.left
	}
	return left
}

// ClearFaults forgets the injected faults that have not happened yet.
func (g *GitHub) ClearFaults() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = nil
}

// Holding returns how many calls are kept waiting by [Hang] and [HoldUntil].
func (g *GitHub) Holding() int { return int(g.holding.Load()) }

// faulty carries the call out, or lets it fail if that was injected.
func (g *GitHub) faulty(r *request) answer {
	fault := g.nextFault(r.op.id)
	if fault == nil {
		return g.do(r)
	}
	if fault.holds && !g.wait(r, fault.hold) {
		return answer{abandoned: true, reason: "held until the client gave up"}
	}
	var result answer
	if fault.late {
		g.do(r)
	}
	if fault.answer != nil {
		result = fault.answer(r)
	} else {
		result = g.do(r)
	}
	if fault.cut {
		result.abandoned = true
		result.reason = "the connection was cut"
	}
	return result
}

// wait returns true once released is closed, and false if the client gives up before.
func (g *GitHub) wait(r *request, released <-chan struct{}) bool {
	g.holding.Add(1)
	g.touch()
	defer g.holding.Add(-1)
	select {
	case <-released:
		return true
	case <-r.http.Context().Done():
	case <-g.closing:
	}
	return false
}

func (g *GitHub) nextFault(operation string) *Fault {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, waiting := range g.faults {
		if waiting.operation != "" && waiting.operation != operation {
			continue
		}
		if waiting.left--; waiting.left == 0 {
			g.faults = slices.Delete(g.faults, i, i+1)
		}
		return &waiting.fault
	}
	return g.storm.gust()
}
