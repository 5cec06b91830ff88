package slackfake_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// say posts messages "1" … "n", a second apart, and returns their ids.
func say(w *world, n int) []string {
	w.t.Helper()
	ts := make([]string, n)
	for i := range ts {
		ts[i] = w.must("chat.postMessage", "channel", "C7", "text", fmt.Sprint(i+1), "metadata", metadata).string("ts")
		w.clock.Add(time.Second)
	}
	return ts
}

func TestHistory(t *testing.T) {
	w := newWorld(t)
	ts := say(w, 5)
	w.must("chat.postMessage", "channel", "C7", "text", "reply", "thread_ts", ts[0])
	w.must("chat.postMessage", "channel", "C7", "text", "shown", "thread_ts", ts[0], "reply_broadcast", "true")
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"all, newest first": {nil, "shown 5 4 3 2 1"},
		"oldest":            {[]string{"oldest", ts[3]}, "shown 5"},
		"oldest, inclusive": {[]string{"oldest", ts[3], "inclusive", "1"}, "shown 5 4"},
		"latest":            {[]string{"latest", ts[1]}, "1"},
		"latest, inclusive": {[]string{"latest", ts[1], "inclusive", "true"}, "2 1"},
		"between":           {[]string{"oldest", "1763000001", "latest", "1763000003.5"}, "4 3 2"},
	} {
		if got := w.must("conversations.history", append(test.args, "channel", "C7")...).texts(); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
	w.refused("invalid_ts_oldest", "conversations.history", "channel", "C7", "oldest", "yesterday")
	w.refused("invalid_arguments", "conversations.history", "channel", "C7", "limit", "many")
	w.refused("invalid_cursor", "conversations.history", "channel", "C7", "cursor", "x")
	w.refused("not_in_channel", "conversations.history", "channel", "C1")
	w.refused("channel_not_found", "conversations.history", "channel", "G1")
}

func TestHistoryInPages(t *testing.T) {
	w := newWorld(t)
	say(w, 5)
	var pages []string
	for cursor := ""; ; {
		r := w.must("conversations.history", "channel", "C7", "limit", "2", "cursor", cursor)
		pages = append(pages, r.texts())
		cursor = r.nextCursor()
		if more := r.body["has_more"]; more != (cursor != "") {
			t.Fatalf("has_more is %v with cursor %q", more, cursor)
		}
		if cursor == "" {
			break
		}
	}
	if got := strings.Join(pages, "|"); got != "5 4|3 2|1" {
		t.Errorf("got %s", got)
	}
}

func TestMetadataOnlyWhenAskedFor(t *testing.T) {
	w := newWorld(t)
	ts := say(w, 1)[0]
	for _, method := range []string{"conversations.history", "conversations.replies"} {
		plain := w.must(method, "channel", "C7", "ts", ts).messages()[0]["metadata"].(map[string]any)
		if plain["event_type"] != "kargo_bot_shipment" || plain["event_payload"] != nil {
			t.Errorf("%s: got %v, want the event_type alone", method, plain)
		}
		full := w.must(method, "channel", "C7", "ts", ts, "include_all_metadata", "1").messages()[0]["metadata"].(map[string]any)
		if payload := full["event_payload"].(map[string]any); payload["shipment"] != "promote-red" {
			t.Errorf("%s: got %v", method, full)
		}
	}
}

func TestReplies(t *testing.T) {
	w := newWorld(t)
	root := say(w, 2)[0]
	var last string
	for _, text := range []string{"a", "b", "c"} {
		last = w.must("chat.postMessage", "channel", "C7", "text", text, "thread_ts", root).string("ts")
		w.clock.Add(time.Second)
	}
	first := w.must("conversations.replies", "channel", "C7", "ts", root, "limit", "2")
	if first.texts() != "1 a b" {
		t.Errorf("first page: %s", first.raw)
	}
	if second := w.must("conversations.replies", "channel", "C7", "ts", root, "cursor", first.nextCursor()); second.texts() != "1 c" {
		t.Errorf("second page: %s", second.raw)
	}
	parent := first.messages()[0]
	if parent["reply_count"] != 3.0 || parent["latest_reply"] != last || parent["thread_ts"] != root {
		t.Errorf("parent: %v", parent)
	}
	if got := w.must("conversations.replies", "channel", "C7", "ts", last).texts(); got != "c" {
		t.Errorf("of a reply: got %q", got)
	}
	w.refused("thread_not_found", "conversations.replies", "channel", "C7", "ts", "1763000000.999999")
}

func TestConversations(t *testing.T) {
	w := newWorld(t)
	info := w.must("conversations.info", "channel", "C1", "include_num_members", "true").body["channel"].(map[string]any)
	if info["name"] != "general" || info["is_member"] != false || info["is_private"] != false || info["num_members"] != 4.0 {
		t.Errorf("got %v", info)
	}
	w.refused("channel_not_found", "conversations.info", "channel", "G1")
	w.refused("channel_not_found", "conversations.info", "channel", "#general")

	list := func(args ...string) (names []string, cursor string) {
		r := w.must("conversations.list", args...)
		for _, c := range r.body["channels"].([]any) {
			names = append(names, c.(map[string]any)["name"].(string))
		}
		return names, r.nextCursor()
	}
	if names, _ := list("exclude_archived", "true"); fmt.Sprint(names) != "[general deploys]" {
		t.Errorf("got %v", names)
	}
	names, cursor := list("limit", "1")
	rest, end := list("cursor", cursor)
	if fmt.Sprint(names, rest) != "[general] [deploys old]" || end != "" {
		t.Errorf("in pages: %v %v %q", names, rest, end)
	}
	if names, _ := list("types", "private_channel"); len(names) != 0 {
		t.Errorf("the app sees a private channel from outside: %v", names)
	}
	w.refused("invalid_types", "conversations.list", "types", "public")
	w.refused("missing_scope", "conversations.list", "types", "public_channel,mpim")
}

func TestPeople(t *testing.T) {
	w := newWorld(t)
	user := func(r result) map[string]any { return r.body["user"].(map[string]any) }
	octocat := user(w.must("users.lookupByEmail", "email", "Octocat@acme.dev"))
	if octocat["id"] != "U42" || octocat["is_email_confirmed"] != true || octocat["profile"].(map[string]any)["email"] != "octocat@acme.dev" {
		t.Errorf("got %v", octocat)
	}
	if hubot := user(w.must("users.info", "user", "U43")); hubot["is_email_confirmed"] != false {
		t.Errorf("got %v", hubot)
	}
	if ghost := user(w.must("users.info", "user", "U44")); ghost["deleted"] != true {
		t.Errorf("got %v", ghost)
	}
	w.refused("users_not_found", "users.lookupByEmail", "email", "ghost@acme.dev")
	w.refused("users_not_found", "users.lookupByEmail")
	w.refused("user_not_found", "users.info", "user", "U404")

	groups := w.must("usergroups.list", "include_users", "true").body["usergroups"].([]any)
	if len(groups) != 1 || fmt.Sprint(groups[0].(map[string]any)["users"]) != "[U42]" {
		t.Errorf("got %v", groups)
	}

	nameless := newWorld(t, func(c *slackfake.Config) { c.App.Scopes = []string{"users:read"} })
	if profile := user(nameless.must("users.info", "user", "U42"))["profile"].(map[string]any); profile["email"] != nil {
		t.Errorf("email without users:read.email: %v", profile)
	}
}

func TestReactions(t *testing.T) {
	w := newWorld(t)
	ts := say(w, 1)[0]
	w.must("reactions.add", "channel", "C7", "timestamp", ts, "name", "eyes")
	w.refused("already_reacted", "reactions.add", "channel", "C7", "timestamp", ts, "name", "eyes")
	w.refused("invalid_name", "reactions.add", "channel", "C7", "timestamp", ts, "name", ":eyes:")
	w.refused("bad_timestamp", "reactions.add", "channel", "C7", "timestamp", "0", "name", "eyes")
	w.refused("no_item_specified", "reactions.add", "channel", "C7", "name", "eyes")
	w.refused("message_not_found", "reactions.add", "channel", "C7", "timestamp", "1.000001", "name", "eyes")
	if got := w.Messages("C7")[0].Reactions; len(got) != 1 || got[0].Name != "eyes" || got[0].Users[0] != "U0BOT" {
		t.Errorf("got %+v", got)
	}
}
