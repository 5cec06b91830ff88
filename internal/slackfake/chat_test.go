package slackfake_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

const (
	section  = `[{"type":"section","text":{"type":"mrkdwn","text":"*red* 3.2.0"}}]`
	metadata = `{"event_type":"kargo_bot_shipment","event_payload":{"shipment":"promote-red","tries":1}}`
)

func TestPostAndUpdate(t *testing.T) {
	w := newWorld(t)
	posted := w.must("chat.postMessage", "channel", "C7", "text", "red", "blocks", section, "metadata", metadata)
	ts := posted.string("ts")
	if posted.string("channel") != "C7" || ts != "1763000000.000100" {
		t.Errorf("got %s", posted.raw)
	}
	w.clock.Add(time.Second)
	w.must("chat.update", "channel", "C7", "ts", ts, "text", "red is live", "blocks", `[{"type":"divider","block_id":"d"}]`)

	messages := w.Messages("C7")
	if len(messages) != 1 {
		t.Fatalf("got %d messages, want 1", len(messages))
	}
	m := messages[0]
	if m.TS != ts || m.User != "U0BOT" || m.Text != "red is live" || string(m.Blocks) != `[{"block_id":"d","type":"divider"}]` {
		t.Errorf("got %+v", m)
	}
	if m.Metadata == nil || m.Metadata.EventType != "kargo_bot_shipment" || m.Metadata.EventPayload["tries"] != 1.0 {
		t.Errorf("an update without metadata keeps it; got %+v", m.Metadata)
	}
	if len(m.Versions) != 2 || m.Versions[0].Text != "red" || m.Versions[1].At.Sub(m.Versions[0].At) != time.Second {
		t.Errorf("versions: %+v", m.Versions)
	}
	if !strings.Contains(string(m.Versions[0].Blocks), `"block_id":"gen1"`) {
		t.Errorf("a block without id gets one: %s", m.Versions[0].Blocks)
	}
}

func TestTimestampsAreUniqueAndGrow(t *testing.T) {
	w := newWorld(t)
	last := ""
	for i := range 20_000 {
		if i == 10_000 {
			w.clock.Add(-time.Hour)
		}
		m, err := w.Say("U42", "C7", "", "x")
		if err != nil {
			t.Fatal(err)
		}
		if m.TS <= last {
			t.Fatalf("message %d: %s after %s", i, m.TS, last)
		}
		last = m.TS
	}
}

func TestUpdateKeepsAndDrops(t *testing.T) {
	w := newWorld(t)
	ts := w.must("chat.postMessage", "channel", "C7", "text", "red", "blocks", section, "metadata", metadata).string("ts")
	current := func() slackfake.Message { return w.Messages("C7")[0] }

	w.must("chat.update", "channel", "C7", "ts", ts, "metadata", "{}")
	if m := current(); m.Metadata != nil || m.Blocks == nil || m.Text != "red" {
		t.Errorf("empty metadata removes only metadata; got %+v", m)
	}
	w.must("chat.update", "channel", "C7", "ts", ts, "text", "plain")
	if m := current(); m.Blocks != nil || m.Text != "plain" {
		t.Errorf("text without blocks replaces blocks; got %+v", m)
	}
	w.must("chat.update", "channel", "C7", "ts", ts, "blocks", section)
	if m := current(); m.Blocks == nil || m.Text != "plain" {
		t.Errorf("blocks without text keep the text; got %+v", m)
	}
	w.must("chat.update", "channel", "C7", "ts", ts, "blocks", "[]")
	if m := current(); m.Blocks != nil {
		t.Errorf("an empty array removes blocks; got %+v", m)
	}
	w.refused("no_text", "chat.update", "channel", "C7", "ts", ts, "text", "")
}

func TestUpdateIsRefused(t *testing.T) {
	w := newWorld(t, func(c *slackfake.Config) { c.EditWindow = time.Minute })
	own := w.must("chat.postMessage", "channel", "C7", "text", "red").string("ts")
	person, err := w.Say("U42", "C7", "", "hello")
	if err != nil {
		t.Fatal(err)
	}
	ephemeral := w.must("chat.postEphemeral", "channel", "C7", "user", "U42", "text", "psst").string("message_ts")

	w.refused("cant_update_message", "chat.update", "channel", "C7", "ts", person.TS, "text", "x")
	w.refused("cant_delete_message", "chat.delete", "channel", "C7", "ts", person.TS)
	w.refused("message_not_found", "chat.update", "channel", "C7", "ts", "1763000000.999999", "text", "x")
	w.refused("message_not_found", "chat.update", "channel", "C7", "ts", ephemeral, "text", "x")
	w.refused("channel_not_found", "chat.update", "channel", "#deploys", "ts", own, "text", "x")
	w.refused("invalid_arguments", "chat.update", "channel", "C7", "text", "x")
	w.clock.Add(2 * time.Minute)
	w.refused("edit_window_closed", "chat.update", "channel", "C7", "ts", own, "text", "x")
	if err := w.Archive("C7"); err != nil {
		t.Fatal(err)
	}
	w.refused("is_inactive", "chat.update", "channel", "C7", "ts", own, "text", "x")
}

func TestDelete(t *testing.T) {
	w := newWorld(t)
	ts := w.must("chat.postMessage", "channel", "C7", "text", "red").string("ts")
	w.must("chat.delete", "channel", "C7", "ts", ts)
	if messages := w.Messages("C7"); len(messages) != 0 {
		t.Errorf("still there: %+v", messages)
	}
	w.refused("message_not_found", "chat.delete", "channel", "C7", "ts", ts)
}

func TestWhereTheAppMayPost(t *testing.T) {
	w := newWorld(t)
	w.must("chat.postMessage", "channel", "#deploys", "text", "by name")
	w.refused("not_in_channel", "chat.postMessage", "channel", "C1", "text", "x")
	w.refused("channel_not_found", "chat.postMessage", "channel", "G1", "text", "x")
	w.refused("channel_not_found", "chat.postMessage", "channel", "C404", "text", "x")
	w.refused("is_archived", "chat.postMessage", "channel", "C9", "text", "x")
	w.refused("invalid_arguments", "chat.postMessage", "text", "x")
	if err := w.Invite("C1"); err != nil {
		t.Fatal(err)
	}
	w.must("chat.postMessage", "channel", "C1", "text", "invited")
	if err := w.Kick("C1"); err != nil {
		t.Fatal(err)
	}
	w.refused("not_in_channel", "chat.postMessage", "channel", "C1", "text", "x")

	public := newWorld(t, func(c *slackfake.Config) { c.App.Scopes = []string{"chat:write", "chat:write.public"} })
	public.must("chat.postMessage", "channel", "C1", "text", "uninvited")
	public.refused("missing_scope", "chat.postMessage", "channel", "C1", "text", "x", "username", "somebody else")
}

func TestDirectMessages(t *testing.T) {
	w := newWorld(t)
	channel := w.must("chat.postMessage", "channel", "U42", "text", "hello").string("channel")
	if !strings.HasPrefix(channel, "D") || len(w.Messages(channel)) != 1 {
		t.Errorf("DM is %q with %d messages", channel, len(w.Messages(channel)))
	}
	opened := w.must("conversations.open", "users", "U42", "return_im", "true")
	if dm := opened.body["channel"].(map[string]any); dm["id"] != channel || dm["user"] != "U42" || opened.body["already_open"] != true {
		t.Errorf("got %s", opened.raw)
	}
	w.refused("channel_not_found", "chat.postMessage", "channel", "U44", "text", "x")
	w.refused("user_disabled", "conversations.open", "users", "U44")
	w.refused("cannot_dm_bot", "conversations.open", "users", "U0BOT")
	w.refused("user_not_found", "conversations.open", "users", "U404")
	w.refused("users_list_not_supplied", "conversations.open")
}

func TestThreads(t *testing.T) {
	w := newWorld(t)
	root := w.must("chat.postMessage", "channel", "C7", "text", "root").string("ts")
	reply := w.must("chat.postMessage", "channel", "C7", "text", "reply", "thread_ts", root).string("ts")
	w.refused("thread_not_found", "chat.postMessage", "channel", "C7", "text", "x", "thread_ts", "1763000000.999999")
	w.refused("cannot_reply_to_message", "chat.postMessage", "channel", "C7", "text", "x", "thread_ts", reply)
	r := w.refused("invalid_thread_ts", "chat.postMessage", "channel", "C7", "text", "x", "thread_ts", "0")
	if !strings.Contains(r.raw, `"[ERROR] 0 is not a valid thread_ts"`) {
		t.Errorf("got %s", r.raw)
	}
	if m := w.Messages("C7")[1]; m.ThreadTS != root {
		t.Errorf("got %+v", m)
	}
}

func TestEphemeral(t *testing.T) {
	w := newWorld(t)
	w.must("chat.postEphemeral", "channel", "C7", "user", "U42", "text", "only you")
	if m := w.Messages("C7")[0]; m.EphemeralTo != "U42" {
		t.Errorf("got %+v", m)
	}
	w.refused("user_not_in_channel", "chat.postEphemeral", "channel", "C7", "user", "U404", "text", "x")
	if got := w.must("conversations.history", "channel", "C7").texts(); got != "" {
		t.Errorf("the history shows an ephemeral message: %s", got)
	}
}

func TestContentIsRefused(t *testing.T) {
	w := newWorld(t)
	long := `[` + strings.Repeat(`{"type":"section","text":{"type":"mrkdwn","text":"`+strings.Repeat("x", 2900)+`"}},`, 4) +
		`{"type":"section","text":{"type":"mrkdwn","text":"` + strings.Repeat("x", 2900) + `"}}]`
	payload := func(value string) string { return `{"event_type":"a","event_payload":{"k":` + value + `}}` }
	for _, test := range [][3]string{
		{"no_text", "text", " "},
		{"no_text", "blocks", "[]"},
		{"msg_too_long", "text", strings.Repeat("x", 40_001)},
		{"invalid_blocks_format", "blocks", "{"},
		{"invalid_blocks", "blocks", `[{"type":"sections"}]`},
		{"msg_blocks_too_long", "blocks", long},
		{"invalid_attachments", "attachments", "{"},
		{"invalid_attachments", "attachments", `[{"blocks":[{"type":"sections"}]}]`},
		{"no_text", "attachments", `[{"color":"#fff"}]`},
		{"too_many_attachments", "attachments", "[" + strings.Repeat(`{"text":"x"},`, 100) + `{"text":"x"}]`},
		{"invalid_metadata_format", "metadata", "{"},
		{"invalid_metadata_schema", "metadata", `{"event_type":"a"}`},
		{"invalid_metadata_schema", "metadata", `{"event_type":"a","event_payload":[]}`},
		{"invalid_metadata_schema", "metadata", `{"event_type":"a.b","event_payload":{}}`},
		{"invalid_metadata_schema", "metadata", `{"event_type":"` + strings.Repeat("a", 256) + `","event_payload":{}}`},
		{"invalid_metadata_schema", "metadata", `{"event_type":"a","event_payload":{},"more":1}`},
		{"invalid_metadata_schema", "metadata", payload("null")},
		{"invalid_metadata_schema", "metadata", payload(`[[["x"]]]`)},
		{"metadata_too_large", "metadata", payload(`"` + strings.Repeat("x", 8000) + `"`)},
	} {
		args := []string{"channel", "C7", test[1], test[2]}
		if test[1] == "metadata" {
			args = append(args, "text", "x")
		}
		w.refused(test[0], "chat.postMessage", args...)
	}
	r := w.refused("invalid_blocks", "chat.postMessage", "channel", "C7", "blocks", `[{"type":"header","text":{"type":"plain_text","text":""}}]`)
	problem := "must be more than 0 characters [json-pointer:/blocks/0/text/text]"
	if !strings.Contains(r.raw, `"errors":["`+problem+`"]`) || !strings.Contains(r.raw, `"messages":["[ERROR] `+problem+`"]`) {
		t.Errorf("got %s", r.raw)
	}
	if messages := w.Messages(""); len(messages) != 0 {
		t.Errorf("refused, but posted: %+v", messages)
	}
}

func TestAttachments(t *testing.T) {
	w := newWorld(t)
	w.must("chat.postMessage", "channel", "C7", "attachments", `[{"color":"#2eb886","blocks":`+section+`}]`)
	var got []map[string]any
	if err := json.Unmarshal(w.Messages("C7")[0].Attachments, &got); err != nil || got[0]["id"] != 1.0 || got[0]["color"] != "#2eb886" {
		t.Errorf("got %v (%v)", got, err)
	}
}
