package slackfake_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// app is an app that records what it is sent and answers with a fixed body.
type app struct {
	*slackfake.Driver
	requests    []*http.Request
	bodies      []string
	status      int
	contentType string
	answer      string
}

func newApp(w *world) *app {
	w.t.Helper()
	a := &app{status: http.StatusOK, contentType: "application/json"}
	server := httptest.NewServer(a)
	w.t.Cleanup(server.Close)
	a.Driver = w.Driver(slackfake.Endpoints{
		Commands: server.URL + "/slack/commands", Interactivity: server.URL + "/slack/interactivity",
	})
	return a
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a.requests, a.bodies = append(a.requests, r), append(a.bodies, string(body))
	w.Header().Set("Content-Type", a.contentType)
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.answer)
}

func (a *app) lastForm(t *testing.T) url.Values {
	t.Helper()
	form, err := url.ParseQuery(a.bodies[len(a.bodies)-1])
	if err != nil {
		t.Fatal(err)
	}
	return form
}

var promote = slackfake.SlashCommand{User: "U42", Channel: "C7", Command: "/promote", Text: "red production"}

// signature computes what a receiver expects, from Slack's documentation.
func signature(secret string, r *http.Request, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + r.Header.Get("X-Slack-Request-Timestamp") + ":" + body))
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

func TestSlashCommandRequest(t *testing.T) {
	w := newWorld(t)
	a := newApp(w)
	if _, err := a.SlashCommand(w.context(), promote); err != nil {
		t.Fatal(err)
	}
	r, form := a.requests[0], a.lastForm(t)
	if r.URL.Path != "/slack/commands" || r.Header.Get("X-Slack-Request-Timestamp") != "1763000000" ||
		r.Header.Get("X-Slack-Signature") != signature(slackfake.DefaultSigningSecret, r, a.bodies[0]) {
		t.Errorf("%s %v", r.URL, r.Header)
	}
	for name, want := range map[string]string{
		"team_id": "T01", "team_domain": "acme", "channel_id": "C7", "channel_name": "deploys",
		"user_id": "U42", "user_name": "octocat", "command": "/promote", "text": "red production",
		"api_app_id": "A01", "is_enterprise_install": "false",
	} {
		if form.Get(name) != want {
			t.Errorf("%s: got %q, want %q", name, form.Get(name), want)
		}
	}
	for _, name := range []string{"token", "trigger_id", "response_url"} {
		if form.Get(name) == "" {
			t.Errorf("%s is missing", name)
		}
	}

	private := promote
	private.Channel = "G1"
	if _, err := a.SlashCommand(w.context(), private); err != nil || a.lastForm(t).Get("channel_name") != "privategroup" {
		t.Errorf("a private channel's name is hidden; got %v (%v)", a.lastForm(t), err)
	}
	dm, err := w.OpenDM("U42")
	if err != nil {
		t.Fatal(err)
	}
	private.Channel = dm
	if _, err := a.SlashCommand(w.context(), private); err != nil || a.lastForm(t).Get("channel_name") != "directmessage" {
		t.Errorf("a DM's name is hidden; got %v (%v)", a.lastForm(t), err)
	}
}

func TestSlashCommandOptions(t *testing.T) {
	w := newWorld(t)
	a := newApp(w)
	_, err := a.SlashCommand(w.context(), promote, slackfake.WithTimestamp(time.Unix(1, 0)),
		slackfake.WithSecret("wrong"), slackfake.WithTeam("T99"), slackfake.WithApp("A99"))
	if err != nil {
		t.Fatal(err)
	}
	r, form := a.requests[0], a.lastForm(t)
	if r.Header.Get("X-Slack-Request-Timestamp") != "1" || r.Header.Get("X-Slack-Signature") != signature("wrong", r, a.bodies[0]) ||
		form.Get("team_id") != "T99" || form.Get("api_app_id") != "A99" {
		t.Errorf("%v %v", r.Header, form)
	}
}

func TestSendAgainSendsTheSameBytes(t *testing.T) {
	w := newWorld(t)
	a := newApp(w)
	delivery, err := a.NewSlashCommand(promote)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := a.Send(w.context(), delivery); err != nil {
			t.Fatal(err)
		}
		w.clock.Add(time.Minute)
	}
	first, second := a.requests[0].Header, a.requests[1].Header
	if a.bodies[0] != a.bodies[1] || first.Get("X-Slack-Signature") != second.Get("X-Slack-Signature") {
		t.Errorf("got %q %v, then %q %v", a.bodies[0], first, a.bodies[1], second)
	}
}

func TestWhoMayTypeCommands(t *testing.T) {
	w := newWorld(t)
	a := newApp(w)
	for _, command := range []slackfake.SlashCommand{
		{User: "U44", Channel: "C7", Command: "/promote"},
		{User: "U43", Channel: "G1", Command: "/promote"},
		{User: "U42", Channel: "C9", Command: "/promote"},
		{User: "U42", Channel: "C404", Command: "/promote"},
		{User: "U42", Channel: "C7", Command: "promote"},
	} {
		if _, err := a.SlashCommand(w.context(), command); err == nil {
			t.Errorf("%+v was sent", command)
		}
	}
}

func TestAnswersAreShown(t *testing.T) {
	for name, test := range map[string]struct {
		contentType, answer string
		want                slackfake.Reply
		readers             string // EphemeralTo of the message; "none" for no message
	}{
		"nothing":           {"application/json", "", slackfake.Reply{}, "none"},
		"nothing to show":   {"application/json", "{}", slackfake.Reply{}, "none"},
		"plain text":        {"text/plain", "on it", slackfake.Reply{ResponseType: "ephemeral", Text: "on it"}, "U42"},
		"JSON, ephemeral":   {"application/json; charset=utf-8", `{"text":"on it"}`, slackfake.Reply{ResponseType: "ephemeral", Text: "on it"}, "U42"},
		"JSON, for all":     {"application/json", `{"text":"on it","response_type":"in_channel"}`, slackfake.Reply{ResponseType: "in_channel", Text: "on it"}, ""},
		"JSON sent as text": {"text/plain", `{}`, slackfake.Reply{ResponseType: "ephemeral", Text: "{}"}, "U42"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := newApp(w)
			a.contentType, a.answer = test.contentType, test.answer
			reply, err := a.SlashCommand(w.context(), promote)
			if err != nil {
				t.Fatal(err)
			}
			if reply.Status != 200 || reply.ResponseType != test.want.ResponseType || reply.Text != test.want.Text {
				t.Errorf("got %+v", reply)
			}
			messages := w.Messages("C7")
			switch {
			case test.readers == "none" && len(messages) != 0:
				t.Errorf("shown: %+v", messages)
			case test.readers != "none" && (len(messages) != 1 || messages[0].EphemeralTo != test.readers || messages[0].Text != test.want.Text):
				t.Errorf("shown: %+v", messages)
			}
		})
	}
}

func TestAnswersThatSlackWouldNotTake(t *testing.T) {
	for name, answer := range map[string]string{
		"no JSON":       `{`,
		"response_type": `{"text":"x","response_type":"loud"}`,
		"blocks":        `{"blocks":[{"type":"sections"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := newApp(w)
			a.answer = answer
			if _, err := a.SlashCommand(w.context(), promote); err == nil {
				t.Error("no error")
			}
			if refusals := w.Refused(); len(refusals) != 1 || refusals[0].Method != slackfake.MethodReply {
				t.Errorf("refusals: %+v", refusals)
			}
		})
	}
}

func TestFailedCommandsAreToldToTheUser(t *testing.T) {
	w := newWorld(t)
	a := newApp(w)
	a.status, a.answer = http.StatusUnauthorized, "no"
	reply, err := a.SlashCommand(w.context(), promote)
	if err != nil || reply.Status != http.StatusUnauthorized || string(reply.Body) != "no" {
		t.Errorf("got %+v (%v)", reply, err)
	}
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer slow.Close()
	defer close(release)
	late := w.Driver(slackfake.Endpoints{Commands: slow.URL, Timeout: 20 * time.Millisecond})
	if _, err := late.SlashCommand(w.context(), promote); err == nil {
		t.Error("no timeout")
	}
	gone, cancel := context.WithCancel(w.context())
	cancel()
	if _, err := late.SlashCommand(gone, promote); err == nil {
		t.Error("sent without a context")
	}
	want := []string{
		`/promote failed with the error "dispatch_failed"`,
		`/promote failed with the error "operation_timeout"`,
		`/promote failed with the error "dispatch_failed"`,
	}
	for i, m := range w.Messages("C7") {
		if m.User != slackfake.SlackbotID || m.EphemeralTo != "U42" || m.Text != want[i] {
			t.Errorf("message %d: %+v, want %s", i, m, want[i])
		}
	}
}

func TestLargeAnswersAreCutOff(t *testing.T) {
	w := newWorld(t)
	a := newApp(w)
	a.answer = strings.Repeat("x", 2<<20)
	if _, err := a.SlashCommand(w.context(), promote); err == nil {
		t.Error("2 MB were read")
	}
}
