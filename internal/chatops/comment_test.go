package chatops_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

const command = "/promote red production"

func TestCommandLines(t *testing.T) {
	one := []string{command}
	for _, test := range []struct {
		name, comment string
		want          []string
	}{
		{"alone", command, one},
		{"among words", "Looks good.\n" + command + "\nThanks!", one},
		{"several", command + "\n/promote blue production", []string{command, "/promote blue production"}},
		{"Windows line ends", "Go\r\n" + command + "\r\n\r\n/help\r\n", []string{command, "/help"}},
		{"tabs between words", "/promote\tred\tproduction\t", []string{"/promote\tred\tproduction"}},
		{"somebody else's command", "/lgtm", []string{"/lgtm"}},
		{"below a list", "- one\n- two\n" + command, one},
		{"none", "Nothing here.", nil},
		{"empty", "", nil},
		{"a path", "see\n//server/share\n/1\n/\n/ promote red production", nil},
		{"inside a line", "please " + command, nil},
		{"escaped", `\` + command, nil},

		{"indented by one space", " " + command, nil},
		{"indented code", "    " + command, nil},
		{"indented by a tab", "\t" + command, nil},
		{"in a list", "- " + command, nil},
		{"in code within a line", "`" + command + "`", nil},

		{"fence of backticks", "```\n" + command + "\n```", nil},
		{"fence of tildes", "~~~\n" + command + "\n~~~", nil},
		{"fence with a language", "```sh\n" + command + "\n```", nil},
		{"tildes with backticks in the language", "~~~ `sh`\n" + command + "\n~~~", nil},
		{"fence indented by three", "   ```\n" + command + "\n  ```\n" + command, one},
		{"indented by four is no fence", "    ```\n" + command, one},
		{"after a fence", "```\ncode\n```\n" + command, one},
		{"after a fence with trailing space", "```\ncode\n``` \t\n" + command, one},
		{"a fence is not closed by a shorter one", "````\n```\n" + command + "\n````", nil},
		{"a fence is closed by a longer one", "```\ncode\n`````\n" + command, one},
		{"a fence is not closed by the other kind", "```\n~~~\n" + command + "\n```", nil},
		{"a fence is not closed by one with a language", "```\n```sh\n" + command + "\n```", nil},
		{"a fence is not closed by an indented one", "```\n    ```\n" + command + "\n```", nil},
		{"a fence that is never closed", "```\n" + command, nil},
		{"two backticks are no fence", "``\n" + command, one},
		{"code within a line is no fence", "```code```\n" + command, one},

		{"quote", "> " + command, nil},
		{"quote without a space", ">" + command, nil},
		{"the line right below a quote belongs to it", "> somebody said\n" + command, nil},
		{"several lines below a quote", "> somebody said\nand more\n" + command, nil},
		{"after a quote and a blank line", "> somebody said\n\n" + command, one},
		{"after a quote and a line of spaces", "> somebody said\n \t\n" + command, one},
		{"indented quote", "  > somebody said\n" + command, nil},
		{"quote with a fence", "> ```\n> " + command + "\n> ```\n\n" + command, one},
		{"quote, then a fence", "> said\n```\n" + command + "\n```\n" + command, one},

		{"HTML comment", "<!-- " + command + " -->", nil},
		{"HTML comment of several lines", "<!--\n" + command + "\n-->", nil},
		{"HTML comment without a space", "<!--hidden\n" + command + "\n-->", nil},
		{"after an HTML comment", "<!--\nhidden\n-->\n" + command, one},
		{"after an HTML comment of one line", "<!-- hidden -->\n" + command, one},
		{"second HTML comment of a line", "<!-- a --> <!-- b\n" + command + "\n-->", nil},
		{"HTML comment opened again where it ended", "<!--\n--> <!--\n" + command + "\n-->", nil},
		{"HTML comment that is never closed", "<!--\n" + command, nil},
		{"HTML comment with a fence", "<!--\n```\n-->\n" + command, one},
		{"HTML comment within a paragraph", "well <!--\n" + command + "\n-->", nil},
		{"what looks like an HTML comment in code", "write `<!--` there\n" + command, one},
		{"fence with an HTML comment", "```\n<!--\n```\n" + command, one},

		{"pre", "<pre>\n" + command + "\n</pre>", nil},
		{"pre with an attribute", "<PRE lang=sh>\n" + command + "\n</PRE>", nil},
		{"pre behind another word", "<prefix> <pre>\n" + command + "\n</pre>", nil},
		{"after pre", "<pre>\ncode\n</pre>\n" + command, one},
		{"another tag", "<prefix> <codec> <details>\n" + command, one},
		{"pre in code", "use ``<pre>``\n" + command, one},
		{"code tag", "<code>\n" + command + "\n</code>", nil},
		{"quote tag", "<blockquote>\n\n" + command + "\n\n</blockquote>", nil},
		{"script", "<script>\n" + command + "\n</script>", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, chatops.CommandLines(test.comment)); diff != "" {
				t.Errorf("CommandLines(%q): -want +got\n%s", test.comment, diff)
			}
		})
	}
}

func TestKnownTellsOurCommandsFromOthers(t *testing.T) {
	for line, want := range map[string]bool{
		"/promote":                 true,
		"/Promote red production":  true,
		"/promote --no-such thing": true,
		"/kargo nonsense":          true,
		"/help":                    true,
		"/lgtm":                    false,
		"/promoted":                false,
		"":                         false,
		"/":                        false,
		"\xff":                     false,
		"/promote " + strings.Repeat("é", chatops.MaxLine):   true,
		strings.Repeat("é", chatops.MaxLine) + " /promote x": false,
	} {
		if got := chatops.Known(line); got != want {
			t.Errorf("Known(%.40q) = %v", line, got)
		}
	}
}
