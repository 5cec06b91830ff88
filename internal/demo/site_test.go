package demo_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/demo"
	"github.com/davidaparicio/kargo-bot/internal/demo/page"
)

// site is a served demo.
type site struct {
	url    string
	client *http.Client
	// printed is what Serve says.
	printed *strings.Builder
}

func serve(t *testing.T, o demo.Options) *site {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	listener, _, err := demo.Listen(t.Context(), "127.0.0.1:0", true)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{url: "http://" + listener.Addr().String(), client: &http.Client{Transport: &http.Transport{}}, printed: &strings.Builder{}}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- demo.Serve(ctx, o, nil, listener, s.printed) }()
	t.Cleanup(func() {
		s.client.CloseIdleConnections()
		stop()
		if err := <-done; err != nil {
			t.Errorf("the demo ended with %v", err)
		}
	})
	return s
}

func (s *site) post(t *testing.T, path, body string) {
	t.Helper()
	response, err := s.client.Post(s.url+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if text, err := io.ReadAll(response.Body); err != nil || response.StatusCode != http.StatusNoContent {
		t.Fatalf("%s %s: %d %s %v", path, body, response.StatusCode, text, err)
	}
}

// await follows the stream of events until what it has shown fulfils a condition.
func (s *site) await(t *testing.T, what string, condition func(page.State) bool) page.State {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), patience, errors.New("waited for "+what))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/events", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var state page.State
	// A member is replaced as a whole, not decoded into what was there.
	members := map[string]func([]byte) error{
		"slack":  func(data []byte) error { state.Slack = page.Channel{}; return json.Unmarshal(data, &state.Slack) },
		"github": func(data []byte) error { state.GitHub = nil; return json.Unmarshal(data, &state.GitHub) },
		"repository": func(data []byte) error {
			state.Repository = page.Repository{}
			return json.Unmarshal(data, &state.Repository)
		},
		"board":     func(data []byte) error { state.Board = page.Board{}; return json.Unmarshal(data, &state.Board) },
		"shipments": func(data []byte) error { state.Shipments = nil; return json.Unmarshal(data, &state.Shipments) },
	}
	name, seen := "", map[string]bool{}
	for lines := bufio.NewReader(response.Body); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("%v: %v; last: %+v", context.Cause(ctx), err, state)
		}
		if event, ok := strings.CutPrefix(strings.TrimSpace(line), "event: "); ok {
			name = event
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok || members[name] == nil {
			continue
		}
		if err := members[name]([]byte(data)); err != nil {
			t.Fatal(err)
		}
		if seen[name] = true; len(seen) == len(members) && condition(state) {
			return state
		}
	}
}

// inProduction returns what the board shows of a service in production.
func inProduction(s page.State, service string) page.Cell {
	i := slices.IndexFunc(s.Board.Services, func(row page.Service) bool { return row.Name == service })
	return s.Board.Services[i].Cells[2]
}

func lastMessage(s page.State) page.Message {
	if len(s.Slack.Messages) == 0 {
		return page.Message{}
	}
	return s.Slack.Messages[len(s.Slack.Messages)-1]
}
