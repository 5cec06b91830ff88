package page_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/demo/page"
)

// world is a page.World that notes what it is asked to do and shows what it is told to.
type world struct {
	mu     sync.Mutex
	state  page.State
	fault  error
	asked  []string
	change chan struct{}
}

func newWorld() *world { return &world{change: make(chan struct{})} }

// become changes the state.
func (w *world) become(change func(*page.State)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(&w.state)
	close(w.change)
	w.change = make(chan struct{})
}

func (w *world) note(format string, args ...any) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, fmt.Sprintf(format, args...))
	return w.fault
}

// did returns what it was asked to do.
func (w *world) did() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.asked, "; ")
}

func (w *world) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = err
}

// About implements page.World.
func (w *world) About() page.About { return page.About{Run: "first", Channel: "deploys"} }

// State implements page.World.
func (w *world) State(context.Context) (page.State, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state, w.fault
}

// Changed implements page.World.
func (w *world) Changed() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.change
}

// Type implements page.World.
func (w *world) Type(_ context.Context, person, text string) error {
	return w.note("%s types %s", person, text)
}

// Click implements page.World.
func (w *world) Click(_ context.Context, person, message, action string) error {
	return w.note("%s clicks %s of %s", person, action, message)
}

// Comment implements page.World.
func (w *world) Comment(_ context.Context, person string, number int, text string) error {
	return w.note("%s comments on %d %s", person, number, text)
}

// Arrange implements page.World.
func (w *world) Arrange(_ context.Context, service, mishap string) error {
	return w.note("%s %s", service, mishap)
}

// Merge implements page.World.
func (w *world) Merge(_ context.Context, person string, number int) error {
	return w.note("%s merges %d", person, number)
}

// Release implements page.World.
func (w *world) Release(_ context.Context, service string) error {
	return w.note("release %s", service)
}

// Promote implements page.World.
func (w *world) Promote(_ context.Context, stage string) error { return w.note("promote %s", stage) }

// SetHealth implements page.World.
func (w *world) SetHealth(_ context.Context, stage string, healthy bool) error {
	return w.note("health of %s: %t", stage, healthy)
}

// SetCredential implements page.World.
func (w *world) SetCredential(_ context.Context, works bool) error {
	return w.note("credential works: %t", works)
}

// Abort implements page.World.
func (w *world) Abort(_ context.Context, stage string) error { return w.note("abort %s", stage) }

// Object implements page.World.
func (w *world) Object(_ context.Context, kind, name string) (string, error) {
	return "kind: " + kind + "\nname: " + name + "\n", w.note("show %s %s", kind, name)
}

// errSecret is an error that nobody at the page should read.
var errSecret = errors.New("dial tcp 10.0.0.1: secret detail")

func newServer(t *testing.T, w page.World) *page.Server {
	t.Helper()
	s, err := page.New(w, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask sends a request as the page itself would, changed by change.
func ask(t *testing.T, s http.Handler, method, path, body string, change func(*http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Host = "127.0.0.1:7878"
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", "http://127.0.0.1:7878")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}
