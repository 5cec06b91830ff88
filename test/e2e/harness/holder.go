package harness

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// holder stands before a fake and keeps answers back.
type holder struct {
	mu   sync.Mutex
	held []*Held
}

// Held is an answer that is kept back.
type Held struct {
	matches  func(*http.Request) bool
	arrived  chan struct{}
	released chan struct{}
}

// next keeps the answer to the next request that matches back.
func (h *holder) next(matches func(*http.Request) bool) *Held {
	held := &Held{matches: matches, arrived: make(chan struct{}), released: make(chan struct{})}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.held = append(h.held, held)
	return held
}

// take returns what is to become of the answer to a request, nil if it goes out at once.
func (h *holder) take(r *http.Request) *Held {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, held := range h.held {
		if held.matches(r) {
			h.held = append(h.held[:i], h.held[i+1:]...)
			return held
		}
	}
	return nil
}

func (h *holder) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		held := h.take(r)
		if held == nil {
			next.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		close(held.arrived)
		select {
		case <-held.released:
		case <-r.Context().Done(): // whoever asked is gone
			return
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

// Await returns when the request was carried out.
func (h *Held) Await(t testing.TB, within time.Duration) {
	t.Helper()
	select {
	case <-h.arrived:
	case <-time.After(within):
		t.Fatalf("the call whose answer was to be held did not come within %s", within)
	}
}

// Release lets the answer go.
func (h *Held) Release() { close(h.released) }
