package blockkit_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/slackfake/blockkit"
)

const card = `[
 {"type":"header","text":{"type":"plain_text","text":"Promote red to production"}},
 {"type":"section","text":{"type":"mrkdwn","text":"*3.1.0* → *3.2.0*  asked by <@U42> in <#C7>\n<https://github.com/acme/red/compare/a...b|4 commits> &amp; 1 _breaking_"},
  "accessory":{"type":"button","action_id":"diff","text":{"type":"plain_text","text":"Show diff"}}},
 {"type":"section","fields":[{"type":"mrkdwn","text":"*Freight*\nrafting-starfish"},{"type":"mrkdwn","text":"*Step*\n3 of 5"},{"type":"mrkdwn","text":"*Took*\n0:42"}]},
 {"type":"divider"},
 {"type":"context","elements":[{"type":"image","image_url":"https://example.com/x.png","alt_text":"kargo"},{"type":"mrkdwn","text":"~old~ snake_case 2*3*4 ` + "`a_b_c`" + `"}]},
 {"type":"actions","elements":[
  {"type":"button","action_id":"promote","value":"red","style":"primary","text":{"type":"plain_text","text":"Promote"}},
  {"type":"static_select","placeholder":{"type":"plain_text","text":"Other freight"},"options":[{"text":{"type":"plain_text","text":"3.1.0"},"value":"x"}]}]},
 {"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"Ask "},{"type":"usergroup","usergroup_id":"S1"}]},
  {"type":"rich_text_list","style":"ordered","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"first"}]}]}]},
 {"type":"table","rows":[[{"type":"raw_text","text":"red"},{"type":"raw_text","text":"3.2.0"}]]},
 {"type":"markdown","text":"**done**"}
]`

func names(kind byte, id string) (string, bool) {
	name, ok := map[string]string{"@U42": "octocat", "#C7": "deploys", "!S1": "platform"}[string(kind)+id]
	return name, ok
}

func TestPlainText(t *testing.T) {
	want := strings.Join([]string{
		"Promote red to production",
		"3.1.0 → 3.2.0  asked by @octocat in #deploys",
		"4 commits & 1 breaking  [Show diff]",
		"Freight rafting-starfish   Step 3 of 5",
		"Took 0:42",
		"---",
		"[kargo]  old snake_case 2*3*4 `a_b_c`",
		"[Promote]  [Other freight v]",
		"Ask @platform",
		"1. first",
		"red | 3.2.0",
		"**done**",
	}, "\n")
	if got := blockkit.PlainText(json.RawMessage(card), names); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if err := blockkit.Validate([]byte(card)); err != nil {
		t.Errorf("the card itself: %v", err)
	}
}

func TestMrkdwn(t *testing.T) {
	for in, want := range map[string]string{
		"<https://example.com>":         "https://example.com",
		"*<https://example.com|the x>*": "the x",
		"<https://example.com|the *x*>": "the *x*", // no styles in a link's text
		"<mailto:a@example.com>":        "a@example.com",
		"<@U42> <@U43> <@U44|hubot>":    "@octocat @U43 @hubot",
		"<#C7|> <#C8|ops>":              "#deploys #ops",
		"<!here> <!subteam^S1>":         "@here @platform",
		"<!date^0^{date}|1 January>":    "1 January",
		"a < b":                         "a < b",
		"&lt;b&gt; &amp;lt;":            "<b> &lt;",
		"*a* *b* _c_":                   "a b c",
		"`*a*` and ```_b_```":           "`*a*` and ```_b_```",
		"*bold with _it_ inside*":       "bold with it inside",
	} {
		if got := blockkit.Mrkdwn(in, names); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

func TestStoredNamesWhatHasNoName(t *testing.T) {
	n := 0
	stored, err := blockkit.Stored([]byte(card), func() string { n++; return "gen" + strconv.Itoa(n) })
	if err != nil {
		t.Fatal(err)
	}
	want := []blockkit.Button{
		{BlockID: "gen2", ActionID: "diff", Text: "Show diff"},
		{BlockID: "gen6", ActionID: "promote", Text: "Promote", Value: "red", Style: "primary"},
	}
	if got := blockkit.Buttons(stored); !slices.Equal(got, want) {
		t.Errorf("buttons: got %+v, want %+v", got, want)
	}
	again, err := blockkit.Stored(stored, func() string { t.Error("a second id"); return "" })
	if err != nil || string(again) != string(stored) {
		t.Errorf("stored blocks change when they are stored again: %v", err)
	}
	if blockkit.PlainText(stored, names) != blockkit.PlainText(json.RawMessage(card), names) {
		t.Error("stored blocks read differently")
	}
}
