package blockkit_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/slackfake/blockkit"
)

// chars returns a JSON string of n characters, of two bytes each.
func chars(n int) string { return `"` + strings.Repeat("é", n) + `"` }

func plain(n int) string { return `{"type":"plain_text","text":` + chars(n) + `}` }

func mrkdwn(n int) string { return `{"type":"mrkdwn","text":` + chars(n) + `}` }

// times returns n JSON values, numbered by %d, with commas between.
func times(n int, format string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = strings.ReplaceAll(format, "%d", fmt.Sprint(i))
	}
	return strings.Join(items, ",")
}

func actions(elements string) string { return `{"type":"actions","elements":[` + elements + `]}` }

func section(rest string) string {
	return `{"type":"section","text":{"type":"mrkdwn","text":"x"}` + rest + `}`
}

func rich(elements string) string { return `[{"type":"rich_text","elements":[` + elements + `]}]` }

// confirm returns a member with a confirmation dialog whose texts are that long.
func confirm(title, text, yes, no int) string {
	return `"confirm":{"title":` + plain(title) + `,"text":` + plain(text) + `,"confirm":` + plain(yes) + `,"deny":` + plain(no) + `}`
}

const okButton = `{"type":"button","action_id":"a%d","text":{"type":"plain_text","text":"Go"}}`

// limits are payloads that are right at a limit and one beyond it.
func limits() []struct {
	name   string
	block  func(n int) string
	most   int
	refuse string // the problem one beyond
} {
	button := func(member string) string {
		return actions(`{"type":"button","text":{"type":"plain_text","text":"Go"},` + member + `}`)
	}
	option := `{"text":{"type":"plain_text","text":"o"},"value":"v%d"}`
	return []struct {
		name   string
		block  func(n int) string
		most   int
		refuse string
	}{
		{"section text", func(n int) string { return `{"type":"section","text":` + mrkdwn(n) + `}` }, 3000,
			"must be less than 3001 characters [json-pointer:/blocks/0/text/text]"},
		{"field text", func(n int) string { return `{"type":"section","fields":[` + mrkdwn(n) + `]}` }, 2000,
			"must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]"},
		{"fields", func(n int) string { return `{"type":"section","fields":[` + times(n, mrkdwn(1)) + `]}` }, 10,
			"no more than 10 items allowed [json-pointer:/blocks/0/fields]"},
		{"header text", func(n int) string { return `{"type":"header","text":` + plain(n) + `}` }, 150,
			"must be less than 151 characters [json-pointer:/blocks/0/text/text]"},
		{"context elements", func(n int) string { return `{"type":"context","elements":[` + times(n, mrkdwn(1)) + `]}` }, 10,
			"no more than 10 items allowed [json-pointer:/blocks/0/elements]"},
		{"actions elements", func(n int) string { return actions(times(n, okButton)) }, 25,
			"no more than 25 items allowed [json-pointer:/blocks/0/elements]"},
		{"button text", func(n int) string { return actions(`{"type":"button","text":` + plain(n) + `}`) }, 75,
			"must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"},
		{"button value", func(n int) string { return button(`"value":` + chars(n)) }, 2000,
			"must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"},
		{"action_id", func(n int) string { return button(`"action_id":` + chars(n)) }, 255,
			"must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]"},
		{"block_id", func(n int) string { return `{"type":"divider","block_id":` + chars(n) + `}` }, 255,
			"must be less than 256 characters [json-pointer:/blocks/0/block_id]"},
		{"options", func(n int) string {
			return section(`,"accessory":{"type":"static_select","options":[` + times(n, option) + `]}`)
		}, 100, "no more than 100 items allowed [json-pointer:/blocks/0/accessory/options]"},
		{"option text", func(n int) string {
			return actions(`{"type":"static_select","options":[{"text":` + plain(n) + `,"value":"v"}]}`)
		}, 75, "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]"},
		{"overflow options", func(n int) string {
			return actions(`{"type":"overflow","options":[` + times(n, option) + `]}`)
		}, 5, "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]"},
		{"button url", func(n int) string {
			return button(`"url":"https://a.example/` + strings.Repeat("x", max(0, n-len("https://a.example/"))) + `"`)
		}, 3000, "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]"},
		{"accessibility label", func(n int) string { return button(`"accessibility_label":` + chars(n)) }, 75,
			"must be less than 76 characters [json-pointer:/blocks/0/elements/0/accessibility_label]"},
		{"confirm title", func(n int) string { return button(confirm(n, 300, 30, 30)) }, 100,
			"must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]"},
		{"confirm text", func(n int) string { return button(confirm(100, n, 30, 30)) }, 300,
			"must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]"},
		{"confirm label", func(n int) string { return button(confirm(100, 300, n, 30)) }, 30,
			"must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/confirm/text]"},
		{"deny label", func(n int) string { return button(confirm(100, 300, 30, n)) }, 30,
			"must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/deny/text]"},
		{"markdown text", func(n int) string { return `{"type":"markdown","text":` + chars(n) + `}` }, 12000,
			"must be less than 12001 characters [json-pointer:/blocks/0/text]"},
	}
}

func TestValidateLimits(t *testing.T) {
	for _, limit := range limits() {
		t.Run(limit.name, func(t *testing.T) {
			if err := blockkit.Validate([]byte("[" + limit.block(limit.most) + "]")); err != nil {
				t.Errorf("at the limit of %d: %v", limit.most, err)
			}
			assertProblem(t, "["+limit.block(limit.most+1)+"]", limit.refuse)
		})
	}
}

func TestValidateNumberOfBlocks(t *testing.T) {
	if err := blockkit.Validate([]byte("[" + times(50, `{"type":"divider"}`) + "]")); err != nil {
		t.Errorf("50 blocks: %v", err)
	}
	assertProblem(t, "["+times(51, `{"type":"divider"}`)+"]", "no more than 50 items allowed [json-pointer:/blocks]")
}

func TestValidateRefuses(t *testing.T) {
	for name, test := range map[string]struct{ blocks, problem string }{
		"unknown block":         {`[{"type":"sections"}]`, "unsupported type: sections [json-pointer:/blocks/0/type]"},
		"no type":               {`[{"text":"x"}]`, "missing required field: type [json-pointer:/blocks/0]"},
		"no object":             {`["x"]`, "must provide an object [json-pointer:/blocks/0]"},
		"unknown element":       {"[" + actions(`{"type":"knob"}`) + "]", "unsupported element: knob [json-pointer:/blocks/0/elements/0/type]"},
		"several in actions":    {"[" + actions(`{"type":"multi_users_select"}`) + "]", "unsupported element: multi_users_select [json-pointer:/blocks/0/elements/0/type]"},
		"button in context":     {`[{"type":"context","elements":[{"type":"button"}]}]`, "unsupported element: button [json-pointer:/blocks/0/elements/0/type]"},
		"no actions":            {"[" + actions("") + "]", "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"},
		"header in mrkdwn":      {`[{"type":"header","text":` + mrkdwn(1) + `}]`, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"},
		"button in mrkdwn":      {"[" + actions(`{"type":"button","text":`+mrkdwn(1)+`}`) + "]", "unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/text/type]"},
		"empty text":            {`[{"type":"section","text":` + mrkdwn(0) + `}]`, "must be more than 0 characters [json-pointer:/blocks/0/text/text]"},
		"text as a string":      {`[{"type":"section","text":"x"}]`, "must provide an object [json-pointer:/blocks/0/text]"},
		"bare section":          {`[{"type":"section"}]`, "missing required field: text [json-pointer:/blocks/0]"},
		"emoji in mrkdwn":       {`[{"type":"section","text":{"type":"mrkdwn","text":"x","emoji":true}}]`, "invalid additional property: emoji [json-pointer:/blocks/0/text]"},
		"unknown property":      {`[{"type":"divider","text":"x"}]`, "invalid additional property: text [json-pointer:/blocks/0]"},
		"no button text":        {"[" + actions(`{"type":"button"}`) + "]", "missing required field: text [json-pointer:/blocks/0/elements/0]"},
		"unknown style":         {"[" + actions(`{"type":"button","text":`+plain(1)+`,"style":"loud"}`) + "]", "must be one of [primary danger] [json-pointer:/blocks/0/elements/0/style]"},
		"relative url":          {"[" + actions(`{"type":"button","text":`+plain(1)+`,"url":"/x"}`) + "]", "must be a valid url [json-pointer:/blocks/0/elements/0/url]"},
		"confirm without deny":  {"[" + actions(`{"type":"button","text":`+plain(1)+`,"confirm":{"title":`+plain(1)+`,"text":`+plain(1)+`,"confirm":`+plain(1)+`}}`) + "]", "missing required field: deny [json-pointer:/blocks/0/elements/0/confirm]"},
		"confirm without text":  {"[" + actions(`{"type":"button","text":`+plain(1)+`,"confirm":{"title":`+plain(1)+`,"confirm":`+plain(1)+`,"deny":`+plain(1)+`}}`) + "]", "missing required field: text [json-pointer:/blocks/0/elements/0/confirm]"},
		"confirm in mrkdwn":     {"[" + actions(`{"type":"button","text":`+plain(1)+`,"confirm":{"title":`+mrkdwn(1)+`,"text":`+plain(1)+`,"confirm":`+plain(1)+`,"deny":`+plain(1)+`}}`) + "]", "unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/confirm/title/type]"},
		"confirm of no style":   {"[" + actions(`{"type":"button","text":`+plain(1)+`,`+strings.TrimSuffix(confirm(1, 1, 1, 1), "}")+`,"style":"loud"}}`) + "]", "must be one of [primary danger] [json-pointer:/blocks/0/elements/0/confirm/style]"},
		"confirm with more":     {"[" + actions(`{"type":"button","text":`+plain(1)+`,`+strings.TrimSuffix(confirm(1, 1, 1, 1), "}")+`,"value":"x"}}`) + "]", "invalid additional property: value [json-pointer:/blocks/0/elements/0/confirm]"},
		"empty button text":     {"[" + actions(`{"type":"button","text":`+plain(0)+`}`) + "]", "must be more than 0 characters [json-pointer:/blocks/0/elements/0/text/text]"},
		"empty button value":    {"[" + actions(`{"type":"button","text":`+plain(1)+`,"value":""}`) + "]", "must be more than 0 characters [json-pointer:/blocks/0/elements/0/value]"},
		"value of an object":    {"[" + actions(`{"type":"button","text":`+plain(1)+`,"value":{}}`) + "]", "must provide a string [json-pointer:/blocks/0/elements/0/value]"},
		"image without alt":     {`[{"type":"image","image_url":"https://example.com/x.png"}]`, "missing required field: alt_text [json-pointer:/blocks/0]"},
		"two kinds of options":  {"[" + actions(`{"type":"static_select","options":[{"text":`+plain(1)+`,"value":"v"}],"option_groups":[{"label":`+plain(1)+`,"options":[{"text":`+plain(1)+`,"value":"w"}]}]}`) + "]", "must not have both options and option_groups [json-pointer:/blocks/0/elements/0]"},
		"impossible date":       {"[" + actions(`{"type":"datepicker","initial_date":"2026-02-30"}`) + "]", "must be a date: YYYY-MM-DD [json-pointer:/blocks/0/elements/0/initial_date]"},
		"action_id twice":       {"[" + actions(`{"type":"button","action_id":"a","text":`+plain(1)+`},{"type":"button","action_id":"a","text":`+plain(1)+`}`) + "]", "action_id must be unique in its block: a [json-pointer:/blocks/0]"},
		"block_id twice":        {`[{"type":"divider","block_id":"b"},{"type":"divider","block_id":"b"}]`, "block_id must be unique: b [json-pointer:/blocks/1/block_id]"},
		"two tables":            {"[" + times(2, `{"type":"table","rows":[[{"type":"raw_text","text":"x"}]]}`) + "]", "only one table allowed [json-pointer:/blocks/1]"},
		"too much Markdown":     {"[" + times(2, `{"type":"markdown","text":`+chars(6001)+`}`) + "]", "markdown text must be less than 12001 characters in all [json-pointer:/blocks]"},
		"list with a bad style": {`[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"x","elements":[{"type":"rich_text_section","elements":[]}]}]}]`, "must be one of [bullet ordered] [json-pointer:/blocks/0/elements/0/style]"},
		"list without items":    {rich(`{"type":"rich_text_list","style":"bullet","elements":[]}`), "no fewer than 1 items allowed [json-pointer:/blocks/0/elements/0/elements]"},
		"list of texts":         {rich(`{"type":"rich_text_list","style":"bullet","elements":[{"type":"text","text":"x"}]}`), "unsupported type: text [json-pointer:/blocks/0/elements/0/elements/0/type]"},
		"list in a list":        {rich(`{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_list","style":"bullet","elements":[]}]}`), "unsupported type: rich_text_list [json-pointer:/blocks/0/elements/0/elements/0/type]"},
		"list too deep":         {rich(`{"type":"rich_text_list","style":"bullet","indent":9,"elements":[{"type":"rich_text_section","elements":[]}]}`), "must be an integer from 0 to 8 [json-pointer:/blocks/0/elements/0/indent]"},
		"border of 3":           {rich(`{"type":"rich_text_preformatted","border":3,"elements":[{"type":"text","text":"x"}]}`), "must be an integer from 0 to 1 [json-pointer:/blocks/0/elements/0/border]"},
		"user in code":          {rich(`{"type":"rich_text_preformatted","elements":[{"type":"user","user_id":"U42"}]}`), "unsupported type: user [json-pointer:/blocks/0/elements/0/elements/0/type]"},
		"section in code":       {rich(`{"type":"rich_text_preformatted","elements":[{"type":"rich_text_section","elements":[]}]}`), "unsupported type: rich_text_section [json-pointer:/blocks/0/elements/0/elements/0/type]"},
		"no text in code":       {rich(`{"type":"rich_text_preformatted","elements":[{"type":"text","text":""}]}`), "must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]"},
		"user as code":          {rich(`{"type":"rich_text_section","elements":[{"type":"user","user_id":"U42","style":{"code":true}}]}`), "invalid additional property: code [json-pointer:/blocks/0/elements/0/elements/0/style]"},
	} {
		t.Run(name, func(t *testing.T) { assertProblem(t, test.blocks, test.problem) })
	}
}

func TestValidateAccepts(t *testing.T) {
	for name, blocks := range map[string]string{
		"nothing":                    `[]`,
		"same action_id, two blocks": "[" + actions(`{"type":"button","action_id":"a","text":`+plain(1)+`}`) + "," + actions(`{"type":"button","action_id":"a","text":`+plain(1)+`}`) + "]",
		"url button with confirm": "[" + actions(`{"type":"button","action_id":"open","style":"danger","url":"https://kargo.example.com/x","text":`+plain(4)+
			`,"confirm":{"title":`+plain(4)+`,"text":`+mrkdwn(4)+`,"confirm":`+plain(4)+`,"deny":`+plain(4)+`,"style":"danger"}}`) + "]",
		"several as accessory": "[" + section(`,"accessory":{"type":"multi_static_select","placeholder":`+plain(4)+`,"max_selected_items":2,"options":[{"text":`+plain(1)+`,"value":"v"}]}`) + "]",
		"input":                `[{"type":"input","label":` + plain(4) + `,"element":{"type":"plain_text_input","multiline":true,"max_length":200}}]`,
		"radio buttons":        "[" + actions(`{"type":"radio_buttons","options":[{"text":`+mrkdwn(3)+`,"value":"v","description":`+plain(3)+`}]}`) + "]",
		"rich text":            `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"x","style":{"bold":true}},{"type":"link","url":"https://example.com"},{"type":"user","user_id":"U42"}]}]}]`,
		"list":                 rich(`{"type":"rich_text_list","style":"ordered","indent":8,"offset":2,"border":1,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"x","style":{"code":true}}]}]}`),
		"preformatted":         rich(`{"type":"rich_text_preformatted","border":0,"language":"json","elements":[{"type":"text","text":"x\n\ty"},{"type":"link","url":"https://example.com","text":"z"}]}`),
		"table":                `[{"type":"table","column_settings":[{"align":"right"}],"rows":[[{"type":"raw_text","text":"x"},{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[]}]}]]}]`,
		"context with image":   `[{"type":"context","elements":[{"type":"image","image_url":"https://example.com/x.png","alt_text":"x"},` + mrkdwn(5) + `]}]`,
	} {
		t.Run(name, func(t *testing.T) {
			if err := blockkit.Validate([]byte(blocks)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestValidateWholeMessage(t *testing.T) {
	tooLong := "[" + times(5, `{"type":"section","text":`+mrkdwn(2900)+`}`) + "]"
	if err := blockkit.Validate([]byte(tooLong)); err == nil || err.Code != blockkit.CodeTooLong {
		t.Errorf("14,500 characters: got %v, want %s", err, blockkit.CodeTooLong)
	}
	fits := "[" + times(4, `{"type":"section","text":`+mrkdwn(3000)+`}`) + "]"
	if err := blockkit.Validate([]byte(fits)); err != nil {
		t.Errorf("12,000 characters: %v", err)
	}
	escaped := "[" + times(2, `{"type":"section","text":{"type":"mrkdwn","text":"`+strings.Repeat(`\u003c`, 3000)+`"}}`) + "]"
	if err := blockkit.Validate([]byte(escaped)); err != nil {
		t.Errorf("6,000 characters that were escaped on the way: %v", err)
	}
}

func TestValidateFormat(t *testing.T) {
	for _, raw := range []string{``, `{`, `{}`, `"[]"`, `null`, `[] []`, `[{"type":"divider"}`} {
		if err := blockkit.Validate([]byte(raw)); err == nil || err.Code != blockkit.CodeInvalidFormat {
			t.Errorf("%s: got %v, want %s", raw, err, blockkit.CodeInvalidFormat)
		}
	}
}

func TestValidateBoundsItsReport(t *testing.T) {
	err := blockkit.Validate([]byte("[" + times(50, `{"type":"section"}`) + "]"))
	if err == nil || len(err.Problems) != 20 {
		t.Errorf("got %v, want 20 problems", err)
	}
}

func assertProblem(t *testing.T, blocks, want string) {
	t.Helper()
	err := blockkit.Validate([]byte(blocks))
	if err == nil {
		t.Fatalf("accepted; want %s", want)
	}
	if err.Code != blockkit.CodeInvalid || err.Problems[0].String() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
