package slackfake_test

import (
	"encoding/json"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

const buttons = `[{"type":"actions","block_id":"row","elements":[
 {"type":"button","action_id":"promote","value":"red","style":"primary","text":{"type":"plain_text","text":"Promote"}}]}]`

// clicked is what a test reads of a block_actions payload.
type clicked struct {
	Type        string
	APIAppID    string `json:"api_app_id"`
	ResponseURL string `json:"response_url"`
	TriggerID   string `json:"trigger_id"`
	User        struct{ ID, Username string }
	Team        struct{ ID string }
	Channel     struct{ ID, Name string }
	Container   struct {
		MessageTS   string `json:"message_ts"`
		IsEphemeral bool   `json:"is_ephemeral"`
	}
	Message *struct {
		TS       string
		Metadata slackfake.Metadata
	}
	Actions []struct {
		Type, Value string
		ActionID    string `json:"action_id"`
		BlockID     string `json:"block_id"`
	}
}

func (a *app) lastClick(t *testing.T) clicked {
	t.Helper()
	var payload clicked
	if err := json.Unmarshal([]byte(a.lastForm(t).Get("payload")), &payload); err != nil {
		t.Fatal(err)
	}
	return payload
}

func TestButtonClick(t *testing.T) {
	w := newWorld(t)
	a := newApp(w)
	ts := w.must("chat.postMessage", "channel", "C7", "text", "x", "blocks", buttons, "metadata", metadata).string("ts")
	if _, err := a.ButtonClick(w.context(), slackfake.ButtonClick{User: "U43", Channel: "C7", TS: ts, ActionID: "promote"}); err != nil {
		t.Fatal(err)
	}
	r, payload := a.requests[0], a.lastClick(t)
	if r.URL.Path != "/slack/interactivity" || r.Header.Get("X-Slack-Signature") != signature(slackfake.DefaultSigningSecret, r, a.bodies[0]) {
		t.Errorf("%s %v", r.URL, r.Header)
	}
	if payload.Type != "block_actions" || payload.APIAppID != "A01" || payload.Team.ID != "T01" || payload.TriggerID == "" ||
		payload.User.ID != "U43" || payload.User.Username != "hubot" || payload.Channel.Name != "deploys" ||
		payload.Container.MessageTS != ts || payload.Container.IsEphemeral {
		t.Errorf("got %+v", payload)
	}
	if payload.Message == nil || payload.Message.TS != ts || payload.Message.Metadata.EventPayload["shipment"] != "promote-red" {
		t.Errorf("message: %+v", payload.Message)
	}
	if action := payload.Actions[0]; action.ActionID != "promote" || action.BlockID != "row" || action.Value != "red" || action.Type != "button" {
		t.Errorf("action: %+v", action)
	}

	if r := w.respond(payload.ResponseURL, `{"text":"started","replace_original":true}`); r.body["ok"] != true {
		t.Errorf("response_url: %s", r.raw)
	}
	if messages := w.Messages("C7"); len(messages) != 1 || messages[0].Text != "started" || messages[0].Blocks != nil {
		t.Errorf("got %+v", messages)
	}
}

func TestButtonClickOnEphemeral(t *testing.T) {
	w := newWorld(t)
	a := newApp(w)
	ts := w.must("chat.postEphemeral", "channel", "C7", "user", "U42", "text", "x", "blocks", buttons).string("message_ts")
	click := slackfake.ButtonClick{User: "U42", Channel: "C7", TS: ts, ActionID: "promote"}
	if _, err := a.ButtonClick(w.context(), click); err != nil {
		t.Fatal(err)
	}
	payload := a.lastClick(t)
	if payload.Message != nil || !payload.Container.IsEphemeral {
		t.Errorf("got %+v", payload)
	}
	click.User = "U43"
	if _, err := a.ButtonClick(w.context(), click); err == nil {
		t.Error("another user clicked on it")
	}
	w.respond(payload.ResponseURL, `{"delete_original":true}`)
	if messages := w.Messages("C7"); len(messages) != 0 {
		t.Errorf("got %+v", messages)
	}
}

func TestButtonClickNeedsAButton(t *testing.T) {
	w := newWorld(t)
	a := newApp(w)
	ts := w.must("chat.postMessage", "channel", "C7", "text", "x", "blocks", buttons).string("ts")
	for _, click := range []slackfake.ButtonClick{
		{User: "U42", Channel: "C7", TS: ts, ActionID: "abort"},
		{User: "U42", Channel: "C7", TS: ts, ActionID: "promote", BlockID: "other"},
		{User: "U42", Channel: "C7", TS: "1.000001", ActionID: "promote"},
	} {
		if _, err := a.ButtonClick(w.context(), click); err == nil {
			t.Errorf("%+v was sent", click)
		}
	}
}
