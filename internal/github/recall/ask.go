package recall

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// ErrClosed is what is answered after Close.
var ErrClosed = errors.New("the memory is closed")

// Question is what is asked.
type Question struct {
	// Topic is what is invalidated together.
	Topic string
	// Text tells the question from all others of the topic.
	Text string
}

func (q Question) key() string { return q.Topic + "\x00" + q.Text }

// Answer is what was found out.
type Answer[V any] struct {
	// Value is shared by all who ask: nobody may change it.
	Value V
	// Err says, in place of the value, that there is no such thing. It is remembered as a value is.
	Err error
	// Size is about how many bytes the value takes.
	Size int
	// Fresh is for how long the answer is believed; Forever if it can't change.
	Fresh time.Duration
	// Validator is by what to ask whether it still holds, once it is no longer fresh. The answer is kept
	// for that as long as there is room.
	Validator string
}

// Ask finds an answer out. It is given the last one, if that is still held. An error means that nothing
// was found out; it is not remembered.
type Ask[V any] func(ctx context.Context, last *Answer[V]) (Answer[V], error)

// Fresh returns the answer that needs no asking, if there is one. One question must always be of the same
// type.
func Fresh[V any](m *Memory, q Question) (answer Answer[V], ok bool) {
	found, isFresh, _ := m.look(q)
	if !isFresh {
		return answer, false
	}
	return found.(Answer[V]), true
}

// Find answers a question from memory, or by asking once for all who want to know. Who gives up
// waiting does not end it for the others.
func Find[V any](ctx context.Context, m *Memory, q Question, ask Ask[V]) (V, error) {
	var none V
	found, isFresh, epoch := m.look(q)
	if isFresh {
		answer := found.(Answer[V])
		return answer.Value, answer.Err
	}
	// What is asked from now on must not be answered by who asked before the last invalidation.
	key := strconv.FormatUint(epoch, 10) + "\x00" + q.key()
	flight := m.flights.DoChan(key, func() (any, error) {
		ctx, end, err := m.begin(ctx)
		if err != nil {
			return none, err
		}
		defer end()
		last, isFresh, _ := m.look(q)
		if isFresh {
			return last, nil // another flight landed since the memory was looked at
		}
		var known *Answer[V]
		if answer, ok := last.(Answer[V]); ok {
			known = &answer
		}
		answer, err := ask(ctx, known)
		if err != nil {
			return none, err
		}
		m.put(q, answer, answer.Size, answer.Fresh, epoch)
		return answer, nil
	})
	select {
	case <-ctx.Done():
		return none, context.Cause(ctx)
	case landed := <-flight:
		if landed.Err != nil {
			return none, landed.Err
		}
		answer := landed.Val.(Answer[V])
		return answer.Value, answer.Err
	}
}

// begin returns the context of a question: it outlives whoever asks, but not the memory.
func (m *Memory) begin(ctx context.Context) (context.Context, func(), error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, nil, ErrClosed
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.timeout)
	id := m.next
	m.next++
	m.cancels[id] = cancel
	m.flying.Add(1)
	return ctx, func() {
		cancel()
		m.mu.Lock()
		delete(m.cancels, id)
		m.mu.Unlock()
		m.flying.Done()
	}, nil
}
