package page_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/demo/page"
)

// patience bounds every wait.
const patience = 20 * time.Second

// served is a Server on a port of its own.
type served struct {
	url    string
	client *http.Client
	stop   func()
}

func serve(t *testing.T, w page.World) *served {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	server := newServer(t, w)
	go func() { done <- server.Serve(ctx, listener) }()
	transport := &http.Transport{}
	s := &served{url: "http://" + listener.Addr().String(), client: &http.Client{Transport: transport}}
	stopped := false
	s.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serving ended with %v", err)
		}
		transport.CloseIdleConnections()
	}
	t.Cleanup(s.stop)
	return s
}

// follow opens the stream and returns a function that returns the next event: its name and data. At
// the end of the stream both are empty.
func (s *served) follow(t *testing.T) func() (string, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/events", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	if kind := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || kind != "text/event-stream" {
		t.Fatalf("%d, %s", response.StatusCode, kind)
	}
	lines := bufio.NewScanner(response.Body)
	return func() (name, data string) {
		for lines.Scan() {
			if value, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				name = value
			}
			if value, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return name, value
			}
		}
		return "", ""
	}
}

func TestStream(t *testing.T) {
	w := newWorld()
	w.become(func(s *page.State) { s.Board.Environments = []string{"production"} })
	next := serve(t, w).follow(t)
	for _, want := range []string{"about", "board", "slack", "github", "repository", "shipments"} {
		name, data := next()
		if name != want || data == "" {
			t.Fatalf("%s comes where %s should: %s", name, want, data)
		}
		if name == "board" && !strings.Contains(data, `"production"`) {
			t.Errorf("the board is %s", data)
		}
	}
	w.become(func(s *page.State) { s.Slack.Messages = []page.Message{{ID: "1", Text: "line\nbreak"}} })
	if name, data := next(); name != "slack" || !strings.Contains(data, `"line\nbreak"`) {
		t.Errorf("after a message: %s %s", name, data)
	}
	// What did not change is not sent again, and of changes in quick succession only the last counts.
	w.become(func(*page.State) {})
	w.become(func(s *page.State) { s.Shipments = []page.Shipment{{Name: "one", Phase: "Promoting"}} })
	w.become(func(s *page.State) { s.Shipments = []page.Shipment{{Name: "one", Phase: "Succeeded"}} })
	for {
		name, data := next()
		if name != "shipments" {
			t.Fatalf("after a Shipment: %q %s", name, data)
		}
		if strings.Contains(data, "Succeeded") {
			break
		}
	}
}

func TestStreamsEndWithTheServer(t *testing.T) {
	s := serve(t, newWorld())
	next := s.follow(t)
	for range 6 {
		next()
	}
	s.stop()
	if name, data := next(); name != "" {
		t.Errorf("after the end: %s %s", name, data)
	}
}

func TestStreamsAreBounded(t *testing.T) {
	s := serve(t, newWorld())
	const most = 64
	for range most {
		s.follow(t)()
	}
	response, err := s.client.Get(s.url + "/api/events")
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one more: %d", response.StatusCode)
	}
}

func TestStreamWithoutState(t *testing.T) {
	w := newWorld()
	w.fail(errSecret)
	next := serve(t, w).follow(t)
	if name, _ := next(); name != "about" {
		t.Errorf("first comes %s", name)
	}
	if name, data := next(); name != "" {
		t.Errorf("then comes %s %s", name, data)
	}
}
