package slack

import (
	"maps"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCommandLine(t *testing.T) {
	for _, test := range []struct{ command, text, want string }{
		{"/promote", "red production", "/promote red production"},
		{"/promote", "", "/promote"},
		{"/promote", "  red production \n", "/promote red production"},
		{"/kargo", "promote red production", "/promote red production"},
		{"/kargo", "/promote red production", "/promote red production"},
		{"/Kargo", "help promote", "/help promote"},
		{"/kargo", "", "/help"},
		{"/kargo", "  ", "/help"},
		{"/promote", `red prod --reason "a &amp; b &lt;c&gt;"`, `/promote red prod --reason "a & b <c>"`},
		{"promote", "red production", ""},
		{"/", "promote", ""},
		{"", "", ""},
	} {
		if got := commandLine(test.command, test.text); got != test.want {
			t.Errorf("commandLine(%q, %q) = %q, want %q", test.command, test.text, got, test.want)
		}
	}
}

func TestUnescape(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"red production", "red production"},
		{"&lt;red&gt; &amp;amp; &quot;", "<red> &amp; &quot;"},
		{"<@U42|octocat>", "@octocat"},
		{"<@U42>", "@U42"},
		{"<#C7|deploys>", "#deploys"},
		{"<#C7|>", "#C7"},
		{"<!subteam^S1|@platform>", "@platform"},
		{"<!here>", "@here"},
		{"<http://example.com|example.com>", "example.com"},
		{"<https://example.com/a?b=1&amp;c=2>", "https://example.com/a?b=1&c=2"},
		{"<mailto:octocat@acme.dev|octocat@acme.dev>", "octocat@acme.dev"},
		{"<mailto:octocat@acme.dev>", "octocat@acme.dev"},
		{"red <http://3.2.0|3.2.0> prod", "red 3.2.0 prod"},
		{"a < b", "a < b"},
		{"<>", ""},
		{"&lt;@U42|x&gt;", "<@U42|x>"},
	} {
		if got := unescape(test.text); got != test.want {
			t.Errorf("unescape(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func TestParseCommandRefuses(t *testing.T) {
	good := url.Values{
		"team_id": {"T01"}, "channel_id": {"C7"}, "user_id": {"U42"}, "user_name": {"octocat"},
		"command": {"/promote"}, "text": {"red production"}, "trigger_id": {"1.2.abc"},
	}
	if _, err := parseCommand(good); err != nil {
		t.Fatalf("a good form is refused: %v", err)
	}
	for field, values := range map[string][]string{
		"team_id":    {"", "t01", "T", "T01/C7", "T" + strings.Repeat("0", 40)},
		"channel_id": {"", "general", "C7\n", "#deploys"},
		"user_id":    {"", "U42>", "octocat"},
		"command":    {"", "promote", "/"},
		"trigger_id": {"", "a b", "a\nb", strings.Repeat("1", 201), "é"},
	} {
		for _, value := range values {
			form := url.Values{}
			maps.Copy(form, good)
			form.Set(field, value)
			if got, err := parseCommand(form); err == nil {
				t.Errorf("%s = %q is accepted: %+v", field, value, got)
			}
		}
	}
}

// FuzzParseCommand checks that any form gives a command that is fit to be used, or none.
func FuzzParseCommand(f *testing.F) {
	f.Add("team_id=T01&channel_id=C7&user_id=U42&user_name=octocat&command=%2Fpromote&text=red+production&trigger_id=1.2.abc")
	f.Add("team_id=T01&channel_id=C7&user_id=U42&command=%2Fkargo&text=%3C%40U1%7Cx%3E+%26lt%3B&trigger_id=1")
	f.Add("team_id=%00&command=/&text=<<<>|>>&&==;%zz")
	f.Fuzz(func(t *testing.T, body string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		c, err := parseCommand(form)
		if err != nil {
			return
		}
		if !strings.HasPrefix(c.line, "/") || strings.TrimSpace(c.line) != c.line {
			t.Fatalf("line %q is no command", c.line)
		}
		for _, id := range []string{c.team, c.channel, c.user} {
			if strings.ContainsAny(id, "/<>|:\n ") || id == "" {
				t.Fatalf("%q is no ID", id)
			}
		}
		if !utf8.ValidString(c.userName) || utf8.RuneCountInString(c.userName) > nameLimit || strings.Contains(c.userName, "\n") {
			t.Fatalf("name %q is not fit to be shown", c.userName)
		}
	})
}
