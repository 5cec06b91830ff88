package recall

import (
	"container/list"
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	// Forever is for how long an answer is believed that can't change.
	Forever time.Duration = math.MaxInt64

	// overhead is about what an entry takes besides its key and its answer, in bytes.
	overhead = 256
	// maxTopics bounds the topics whose last invalidation is remembered one by one.
	maxTopics = 10_000
)

// Options says how much to remember.
type Options struct {
	// MaxBytes bounds what is held, by what the answers say of their size.
	MaxBytes int
	// Timeout bounds one question, however many wait for its answer.
	Timeout time.Duration
	// Now is the clock by which answers grow old.
	Now func() time.Time
}

// Memory holds answers. It is safe for concurrent use. Close it when done.
type Memory struct {
	most    int
	timeout time.Duration
	now     func() time.Time
	flights singleflight.Group
	flying  sync.WaitGroup

	mu      sync.Mutex
	held    int // bytes
	entries map[string]*list.Element
	recent  *list.List // of *entry, the most recently used first

	// epoch counts invalidations. What was asked before that of its topic is not fresh.
	epoch       uint64
	invalidated map[string]uint64 // by topic
	floor       uint64            // of all topics

	closed  bool
	cancels map[uint64]context.CancelFunc // of the questions under way
	next    uint64
}

// entry is an answer that is remembered.
type entry struct {
	key, topic string
	answer     any // an Answer of the question's type
	size       int
	asked      uint64 // the epoch
	forever    bool
	until      time.Time
}

// New returns a memory that holds nothing yet.
func New(o Options) *Memory {
	return &Memory{
		most: o.MaxBytes, timeout: o.Timeout, now: o.Now,
		entries: map[string]*list.Element{}, recent: list.New(),
		invalidated: map[string]uint64{}, cancels: map[uint64]context.CancelFunc{},
	}
}

// Invalidate makes all answers of a topic be asked for again, but for those that can't change.
func (m *Memory) Invalidate(topic string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.epoch++
	if _, isKnown := m.invalidated[topic]; !isKnown && len(m.invalidated) >= maxTopics {
		clear(m.invalidated)
		m.floor = m.epoch
		return
	}
	m.invalidated[topic] = m.epoch
}

// Forget drops the answer to a question.
func (m *Memory) Forget(q Question) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if element, ok := m.entries[q.key()]; ok {
		m.drop(element)
	}
}

// Held returns about how many bytes are held.
func (m *Memory) Held() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.held
}

// Close ends the questions under way and waits until they have ended. Nothing is answered after it.
func (m *Memory) Close() {
	m.mu.Lock()
	m.closed = true
	for _, cancel := range m.cancels {
		cancel()
	}
	m.mu.Unlock()
	m.flying.Wait()
}

// since returns the epoch from which on an answer of a topic counts. The lock is held.
func (m *Memory) since(topic string) uint64 { return max(m.floor, m.invalidated[topic]) }

// look returns what is remembered of a question, or nil, and whether it needs no asking.
func (m *Memory) look(q Question) (found any, isFresh bool, epoch uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	since := m.since(q.Topic)
	element, ok := m.entries[q.key()]
	if !ok {
		return nil, false, since
	}
	m.recent.MoveToFront(element)
	e := element.Value.(*entry)
	return e.answer, e.forever || e.asked >= since && m.now().Before(e.until), since
}

// put remembers an answer that was asked for at an epoch.
func (m *Memory) put(q Question, answer any, size int, fresh time.Duration, asked uint64) {
	key := q.key()
	e := &entry{
		key: key, topic: q.Topic, answer: answer, size: size + len(key) + len(q.Topic) + overhead,
		asked: asked, forever: fresh == Forever,
	}
	if !e.forever {
		e.until = m.now().Add(fresh)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, ok := m.entries[key]; ok {
		if old.Value.(*entry).asked > asked {
			return // a slow answer, overtaken by one that knows more
		}
		m.drop(old)
	}
	if e.size > m.most {
		return
	}
	m.entries[key] = m.recent.PushFront(e)
	m.held += e.size
	for m.held > m.most {
		m.drop(m.recent.Back())
	}
}

func (m *Memory) drop(element *list.Element) {
	e := m.recent.Remove(element).(*entry)
	delete(m.entries, e.key)
	m.held -= e.size
}
