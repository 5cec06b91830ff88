package slackfake_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// clock is a clock that stands until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a workspace that is served over HTTP, with a client for its Web API.
type world struct {
	*slackfake.Slack
	t      *testing.T
	clock  *clock
	client *http.Client
}

// newWorld serves a workspace: #deploys (C7) with the app, #general (C1) and the private
// #secret (G1) without it, #old (C9) archived; octocat (U42), hubot (U43) and the
// deactivated ghost (U44).
func newWorld(t *testing.T, change ...func(*slackfake.Config)) *world {
	t.Helper()
	clock := &clock{now: time.Unix(1763000000, 0)}
	config := slackfake.Config{
		Now: clock.Now,
		Users: []slackfake.User{
			{ID: "U42", Name: "octocat", Email: "octocat@acme.dev"},
			{ID: "U43", Name: "hubot", Email: "hubot@acme.dev", EmailUnconfirmed: true},
			{ID: "U44", Name: "ghost", Email: "ghost@acme.dev", Deleted: true},
		},
		Groups: []slackfake.UserGroup{
			{ID: "S1", Handle: "platform", Users: []string{"U42"}},
			{ID: "S2", Handle: "gone", Disabled: true},
		},
		Channels: []slackfake.Channel{
			{ID: "C7", Name: "deploys", BotIn: true},
			{ID: "C1", Name: "general"},
			{ID: "G1", Name: "secret", Private: true, Members: []string{"U42"}},
			{ID: "C9", Name: "old", BotIn: true, Archived: true},
		},
	}
	for _, apply := range change {
		apply(&config)
	}
	slack, err := slackfake.New(config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.StripPrefix("/mounted", slack))
	t.Cleanup(func() {
		slack.Close()
		server.Close()
	})
	slack.SetURL(server.URL + "/mounted/")
	return &world{Slack: slack, t: t, clock: clock, client: server.Client()}
}

// context ends with the test or long before its timeout.
func (w *world) context() context.Context {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Second)
	w.t.Cleanup(cancel)
	return ctx
}

// result is an answer of the Web API.
type result struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

func (r result) code() string {
	code, _ := r.body["error"].(string)
	return code
}

func (r result) string(name string) string {
	value, _ := r.body[name].(string)
	return value
}

// messages returns the "messages" of a history.
func (r result) messages() []map[string]any {
	list, _ := r.body["messages"].([]any)
	messages := make([]map[string]any, len(list))
	for i := range list {
		messages[i], _ = list[i].(map[string]any)
	}
	return messages
}

// texts returns the texts of a history's messages.
func (r result) texts() string {
	var texts []string
	for _, m := range r.messages() {
		texts = append(texts, m["text"].(string))
	}
	return strings.Join(texts, " ")
}

// nextCursor is where the next page begins, or empty.
func (r result) nextCursor() string {
	metadata, _ := r.body["response_metadata"].(map[string]any)
	cursor, _ := metadata["next_cursor"].(string)
	return cursor
}

// call posts a form with the app's token: name, value, and so on.
func (w *world) call(method string, args ...string) result {
	w.t.Helper()
	form := url.Values{"token": {slackfake.DefaultBotToken}}
	for i := 0; i < len(args); i += 2 {
		form.Set(args[i], args[i+1])
	}
	return w.send(w.post(method, "application/x-www-form-urlencoded", form.Encode()))
}

// must is a call that has to succeed.
func (w *world) must(method string, args ...string) result {
	w.t.Helper()
	r := w.call(method, args...)
	if r.body["ok"] != true {
		w.t.Errorf("%s %v: %s", method, args, r.raw) // not Fatal: other goroutines call too
	}
	return r
}

// refused is a call that has to fail with an error code.
func (w *world) refused(code, method string, args ...string) result {
	w.t.Helper()
	r := w.call(method, args...)
	if r.status != http.StatusOK || r.body["ok"] != false || r.code() != code {
		w.t.Errorf("%s %v: got %d %s, want %s", method, args, r.status, r.raw, code)
	}
	return r
}

func (w *world) post(method, contentType, body string) *http.Request {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.context(), http.MethodPost, w.APIURL()+method, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	return request
}

func (w *world) send(request *http.Request) result {
	w.t.Helper()
	response, err := w.client.Do(request)
	if err != nil {
		w.t.Error(err)
		return result{}
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Error(err)
	}
	r := result{status: response.StatusCode, header: response.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &r.body) // not all answers are JSON; then body stays empty
	return r
}
