package slack

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// goodPayload returns the payload of a click, changed.
func goodPayload(t testing.TB, change func(map[string]any)) string {
	t.Helper()
	value, ok := buttonValue{Command: "/abort red production", Plan: "7f3a"}.encode()
	if !ok {
		t.Fatal("the button can't be made")
	}
	payload := map[string]any{
		"type": "block_actions", "api_app_id": "A01",
		"team": map[string]any{"id": "T01"}, "user": map[string]any{"id": "U42", "username": "octocat"},
		"channel":      map[string]any{"id": "C7"},
		"container":    map[string]any{"type": "message", "message_ts": "1763812800.000100", "channel_id": "C7", "is_ephemeral": false},
		"response_url": "https://hooks.slack.com/actions/T01/1/abc",
		"actions":      []any{map[string]any{"type": "button", "action_id": "kargo-bot:0", "value": value}},
	}
	if change != nil {
		change(payload)
	}
	encoded, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// set replaces a member of a payload, or of an object in it.
func set(value any, path ...string) func(map[string]any) {
	return func(payload map[string]any) {
		for _, name := range path[:len(path)-1] {
			payload = payload[name].(map[string]any)
		}
		payload[path[len(path)-1]] = value
	}
}

// button replaces what was clicked.
func button(kind, id, value string) func(map[string]any) {
	return set([]any{map[string]any{"type": kind, "action_id": id, "value": value}}, "actions")
}

func parseClick(payload string) (click, outcome) {
	in, refused := parseInteraction(payload)
	if refused != "" {
		return click{}, refused
	}
	return in.click()
}

func TestParseInteraction(t *testing.T) {
	const good = `{"c":"/abort red production"}`
	for name, test := range map[string]struct {
		change func(map[string]any)
		want   outcome
	}{
		"a click":             {nil, ""},
		"without a plan":      {button("button", "kargo-bot:3", good), ""},
		"a form":              {set("view_submission", "type"), outcomeIgnored},
		"a shortcut":          {set("shortcut", "type"), outcomeIgnored},
		"an old attachment":   {set("interactive_message", "type"), outcomeIgnored},
		"no type":             {set("", "type"), outcomeForm},
		"another's button":    {button("button", "approve", good), outcomeIgnored},
		"a menu":              {button("static_select", "kargo-bot:0", good), outcomeIgnored},
		"nothing clicked":     {set([]any{}, "actions"), outcomeIgnored},
		"no team":             {set("", "team", "id"), outcomeForm},
		"no user":             {set("", "user", "id"), outcomeForm},
		"a user that is none": {set("octocat", "user", "id"), outcomeForm},
		"no channel":          {set("", "channel", "id"), outcomeForm},
		"another channel":     {set("C8", "container", "channel_id"), outcomeForm},
		"no message":          {set("", "container", "message_ts"), outcomeForm},
		"message of nowhere":  {set("1/2", "container", "message_ts"), outcomeForm},
		"thread of nowhere":   {set("1/2", "container", "thread_ts"), outcomeForm},
		"thread too long":     {set(strings.Repeat("1", 33), "container", "thread_ts"), outcomeForm},
		"a view":              {set("view", "container", "type"), outcomeForm},
		"wrong types":         {set(7, "user"), outcomeForm},
		"no value":            {button("button", "kargo-bot:0", ""), outcomeForm},
		"no JSON":             {button("button", "kargo-bot:0", "/abort red production"), outcomeForm},
		"no command":          {button("button", "kargo-bot:0", `{"c":""}`), outcomeForm},
		"not a command":       {button("button", "kargo-bot:0", `{"c":"rm -rf"}`), outcomeForm},
		"two lines":           {button("button", "kargo-bot:0", `{"c":"/abort red\n/promote red production"}`), outcomeForm},
		"more than a value":   {button("button", "kargo-bot:0", `{"c":"/abort red production","x":1}`), outcomeForm},
		"two values":          {button("button", "kargo-bot:0", good+good), outcomeForm},
		"written otherwise":   {button("button", "kargo-bot:0", `{ "C": "/abort red production" }`), outcomeForm},
		"too long":            {button("button", "kargo-bot:0", `{"c":"/abort `+strings.Repeat("x", maxButtonValue)+`"}`), outcomeForm},
	} {
		t.Run(name, func(t *testing.T) {
			if c, got := parseClick(goodPayload(t, test.change)); got != test.want {
				t.Errorf("outcome = %q, want %q; click %+v", got, test.want, c)
			}
		})
	}
	for _, payload := range []string{"", "null", "[]", "{", `"block_actions"`, strings.Repeat("[", 100_000)} {
		if _, got := parseClick(payload); got != outcomeForm {
			t.Errorf("%.20q: outcome = %q", payload, got)
		}
	}
}

func TestKeyOfAClick(t *testing.T) {
	key := func(change func(map[string]any)) string {
		c, refused := parseClick(goodPayload(t, change))
		if refused != "" {
			t.Fatal(refused)
		}
		return c.key
	}
	first := key(nil)
	if again := key(func(p map[string]any) {
		p["trigger_id"], p["response_url"] = "another", "https://hooks.slack.com/actions/T01/2/def"
	}); again != first {
		t.Errorf("the same button clicked again has the key %q, the first click %q", again, first)
	}
	for name, change := range map[string]func(map[string]any){
		"message": set("1763812800.000200", "container", "message_ts"),
		"user":    set("U43", "user", "id"),
		"team":    set("T02", "team", "id"),
		"command": button("button", "kargo-bot:0", `{"c":"/abort blue production","p":"7f3a"}`),
		"attempt": button("button", "kargo-bot:0", `{"c":"/abort red production","p":"7f3a","a":"red-production.01kq.e72fb09"}`),
		"plan":    button("button", "kargo-bot:0", `{"c":"/abort red production","p":"7f3b"}`),
		"channel": func(p map[string]any) {
			set("C8", "channel", "id")(p)
			set("C8", "container", "channel_id")(p)
		},
	} {
		if key(change) == first {
			t.Errorf("another %s has the same key", name)
		}
	}
}

// TestThreadOfAClick has buttons of messages in a channel, in a thread, and for one person.
func TestThreadOfAClick(t *testing.T) {
	const in, off = `{"c":"/promote red production","t":true}`, `{"c":"/promote red production"}`
	for name, test := range map[string]struct {
		value  string
		change func(map[string]any)
		want   string
	}{
		"message":              {in, func(map[string]any) {}, "1763812800.000100"},
		"reply":                {in, set("1763812700.000100", "container", "thread_ts"), "1763812700.000100"},
		"reply in its message": {in, set(map[string]any{"thread_ts": "1763812700.000100"}, "message"), "1763812700.000100"},
		"for one person":       {in, set(true, "container", "is_ephemeral"), ""},
		"another button":       {off, set("1763812700.000100", "container", "thread_ts"), ""},
	} {
		c, refused := parseClick(goodPayload(t, func(p map[string]any) {
			button("button", "kargo-bot:0", test.value)(p)
			test.change(p)
		}))
		if refused != "" || c.origin.Thread != test.want {
			t.Errorf("%s: thread %q (%s), want %q", name, c.origin.Thread, refused, test.want)
		}
	}
}

func TestButtonValue(t *testing.T) {
	for _, v := range []buttonValue{
		{Command: "/promote red,blue production --partial", Plan: "sha256:7f3a"},
		{Command: `/promote red prod --reason "a & b <c> \ é 🚀"`},
		{Command: "/x"}, {Command: "/x", Plan: "7f3a", InThread: true, Attempt: "red-production.01kq.e72fb09"},
	} {
		encoded, ok := v.encode()
		if !ok || strings.ContainsAny(encoded, "&<>") {
			t.Errorf("%+v is encoded as %q, %v", v, encoded, ok)
		}
		if got, err := decodeButton(encoded); err != nil || got != v {
			t.Errorf("%q is decoded as %+v, %v", encoded, got, err)
		}
	}
	for _, v := range []buttonValue{
		{}, {Command: "/"}, {Command: "promote red production"}, {Command: "/a\nb"}, {Command: "/a "}, {Command: "/a\u202eb"},
		{Command: "/a\xff"}, {Command: "/a", Plan: "x\x00"}, {Command: "/a", Attempt: "a\nb"}, {Command: "/" + strings.Repeat("a", maxButtonValue)},
	} {
		if encoded, ok := v.encode(); ok {
			t.Errorf("%.40q is encoded as %.40q", v.Command, encoded)
		}
	}
}

// FuzzInteraction checks that any payload gives a click that is fit to be carried out, or none.
func FuzzInteraction(f *testing.F) {
	f.Add(goodPayload(f, nil))
	f.Add(goodPayload(f, set("view_submission", "type")))
	f.Add(goodPayload(f, button("button", "kargo-bot:0", `{"c":"/promote red production","t":true}`)))
	f.Add(goodPayload(f, button("button", "kargo-bot:0", `{"c":"/promote <!channel> \u202e","p":"\u0000"}`)))
	f.Add(`{"type":"block_actions","actions":[{"type":"button","action_id":"kargo-bot:","value":"{\"c\":\"/x\"}"}],"team":null,"user":{"id":"U1"}}`)
	f.Add(`{"type":"block_actions","Type":"shortcut"}`)
	f.Add(`[[[[`)
	f.Fuzz(func(t *testing.T, payload string) {
		c, refused := parseClick(payload)
		if refused != "" {
			if refused != outcomeForm && refused != outcomeIgnored {
				t.Fatalf("outcome %q", refused)
			}
			return
		}
		if _, ok := parseAddress(c.origin.Channel + ":" + c.origin.Thread); !ok && c.origin.Thread != "" {
			t.Fatalf("%q is no thread", c.origin.Thread)
		}
		for _, id := range []string{c.origin.Team, c.origin.Channel, c.origin.User} {
			if !isID(id) {
				t.Fatalf("%q is no ID", id)
			}
		}
		if !strings.HasPrefix(c.value.Command, "/") || cleanLine(c.value.Command) != c.value.Command || utf8.RuneCountInString(c.value.Command) > maxButtonValue {
			t.Fatalf("%q is no command", c.value.Command)
		}
		if len(c.key) > 250 || !strings.HasPrefix(c.key, "click/"+c.origin.Team+"/") {
			t.Fatalf("key %q", c.key)
		}
		if utf8.RuneCountInString(c.userName) > nameLimit || strings.Contains(c.userName, "\n") {
			t.Fatalf("name %q is not fit to be shown", c.userName)
		}
	})
}
