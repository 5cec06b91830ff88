package slackfake_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

func TestAuthTest(t *testing.T) {
	w := newWorld(t)
	r := w.must("auth.test")
	for name, want := range map[string]string{
		"url": "https://acme.slack.com/", "team_id": "T01", "user": "kargo-bot", "user_id": "U0BOT", "bot_id": "B01",
	} {
		if got := r.string(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestTokens(t *testing.T) {
	w := newWorld(t)
	form, jsonType := "application/x-www-form-urlencoded", "application/json; charset=utf-8"
	bearer := "Bearer " + slackfake.DefaultBotToken
	for name, test := range map[string]struct{ contentType, body, header, want string }{
		"in the form":          {form, "token=" + slackfake.DefaultBotToken, "", ""},
		"in the header":        {form, "", bearer, ""},
		"in the header, JSON":  {jsonType, "{}", bearer, ""},
		"in a JSON body":       {jsonType, `{"token":"` + slackfake.DefaultBotToken + `"}`, "", "not_authed"},
		"none":                 {form, "", "", "not_authed"},
		"another":              {form, "token=xoxb-another", "", "invalid_auth"},
		"another scheme":       {form, "", "Basic " + slackfake.DefaultBotToken, "invalid_auth"},
		"JSON that is broken":  {jsonType, `{"a":`, bearer, "invalid_json"},
		"JSON of another kind": {jsonType, `[]`, bearer, "json_not_object"},
		"no content type":      {"", "a=b", bearer, "missing_post_type"},
		"another content type": {"text/csv", "a,b", bearer, "invalid_post_type"},
		"another charset":      {form + "; charset=utf-16", "a=b", bearer, "invalid_charset"},
		"form that is broken":  {form, "a=%zz", bearer, "invalid_form_data"},
		"array in a form":      {form, "a[]=b", bearer, "invalid_array_arg"},
		"odd argument name":    {form, "a-b=c", bearer, "invalid_arg_name"},
		"argument twice":       {form, "a=b&a=c", bearer, "invalid_arguments"},
		"body without an end":  {form, "a=" + strings.Repeat("b", 2<<20), bearer, "invalid_arguments"},
	} {
		t.Run(name, func(t *testing.T) {
			request := w.post("auth.test", test.contentType, test.body)
			if test.header != "" {
				request.Header.Set("Authorization", test.header)
			}
			if got := w.send(request).code(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	request, _ := http.NewRequestWithContext(w.context(), http.MethodGet, w.APIURL()+"auth.test?token="+slackfake.DefaultBotToken, nil)
	if got := w.send(request).code(); got != "invalid_auth" {
		t.Errorf("token in a query string: got %q", got)
	}
}

func TestUnknownMethod(t *testing.T) {
	w := newWorld(t)
	r := w.refused("unknown_method", "views.open", "trigger_id", "x")
	if r.string("req_method") != "views.open" {
		t.Errorf("got %s", r.raw)
	}
	if n := w.Calls()["views.open"]; n != 1 {
		t.Errorf("counted %d calls, want 1", n)
	}
	refusals := w.Refused()
	if len(refusals) != 1 || refusals[0].Method != "views.open" || refusals[0].Code != "unknown_method" || refusals[0].Injected {
		t.Errorf("refusals: %+v", refusals)
	}
}

func TestScopes(t *testing.T) {
	w := newWorld(t, func(c *slackfake.Config) { c.App.Scopes = []string{"commands", "channels:history", "channels:read"} })
	for method, needed := range map[string]string{
		"chat.postMessage":    "chat:write",
		"chat.postEphemeral":  "chat:write",
		"chat.update":         "chat:write",
		"chat.delete":         "chat:write",
		"conversations.open":  "im:write",
		"reactions.add":       "reactions:write",
		"team.info":           "team:read",
		"usergroups.list":     "usergroups:read",
		"users.info":          "users:read",
		"users.lookupByEmail": "users:read.email",
	} {
		r := w.refused("missing_scope", method)
		if r.string("needed") != needed || r.string("provided") != "commands,channels:history,channels:read" {
			t.Errorf("%s: got %s", method, r.raw)
		}
	}
	w.must("conversations.history", "channel", "C7")
	if err := w.Invite("G1"); err != nil {
		t.Fatal(err)
	}
	if r := w.refused("missing_scope", "conversations.history", "channel", "G1"); r.string("needed") != "groups:history" {
		t.Errorf("private channel: got %s", r.raw)
	}
	if r := w.refused("missing_scope", "conversations.info", "channel", "G1"); r.string("needed") != "groups:read" {
		t.Errorf("private channel: got %s", r.raw)
	}
}

func TestJSONArguments(t *testing.T) {
	w := newWorld(t)
	send := func(method, body string) result {
		request := w.post(method, "application/json", body)
		request.Header.Set("Authorization", "Bearer "+slackfake.DefaultBotToken)
		return w.send(request)
	}
	if r := send("chat.postMessage", `{"channel":"C7","text":null,"blocks":[{"type":"divider"}],"unfurl_links":false}`); r.body["ok"] != true {
		t.Errorf("chat.postMessage: %s", r.raw)
	}
	// users.info reads no JSON, so the argument isn't there.
	if r := send("users.info", `{"user":"U42"}`); r.code() != "user_not_found" {
		t.Errorf("users.info: %s", r.raw)
	}
}

func TestNoSuchPath(t *testing.T) {
	w := newWorld(t)
	if r := w.send(w.post("x/y", "", "")); r.status != http.StatusNotFound {
		t.Errorf("got %d, want 404", r.status)
	}
	w.Close()
	if r := w.send(w.post("auth.test", "", "")); r.status != http.StatusServiceUnavailable {
		t.Errorf("after Close: got %d, want 503", r.status)
	}
}
