package chatops_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// mostSaid is more than any answer to a line that can't be understood needs, in bytes.
const mostSaid = 2000

func FuzzParse(f *testing.F) {
	for _, line := range []string{
		"", "/", "/promote red production", "/promote red prod 3.2.0 --reason \"hot fix\" --dry-run",
		"/kargo promote red,blue production", "/promote all production —reason=“it’s friday”",
		"/rollback red production", "/help promote", "/promote red 3.2.0 --through production", "/promote red,,blue , production",
		"/status", "/status red,blue prod --page 2", "/history red production --page=99999999999999999999", "/diff red staging production",
		"/approve-freight red 3.2.1 production", "/abort all production --reason incident 42", "/whoami now", "/subscribe red production --on failed,,x --mine", "/promote a, b ,c --through=prod", "kargo", "/promote red production --reason='", "--", "\"", "“\"", "=\"",
		"/promote red production --reason=\"a\"b c", "/promte red production", "/promote \xff\xfe", "/promote red\x00 production",
		"/promote red production --ｒeason x", "/İ", "/promote " + strings.Repeat("a", 3000),
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		command, problem := chatops.Parse(line)
		again, problemAgain := chatops.Parse(line)
		if diff := cmp.Diff(command, again); diff != "" {
			t.Fatalf("the same line gives two commands: %s", diff)
		}
		if (problem == nil) != (problemAgain == nil) || problem != nil && problem.Title != problemAgain.Title {
			t.Fatalf("the same line gives two problems: %v, %v", problem, problemAgain)
		}
		if (command == nil) == (problem == nil) {
			t.Fatalf("command %v, problem %v: want exactly one", command, problem)
		}
		if problem != nil {
			if problem.Title == "" || problem.Code == "" || !utf8.ValidString(problem.Title) {
				t.Fatalf("problem says nothing: %+v", problem)
			}
			if said := plain(problem.Card()); len(said) > mostSaid {
				t.Fatalf("the answer has %d bytes", len(said))
			}
			return
		}
		if chatops.Usage(command.Name()) == "" || !slices.Contains(chatops.Names(), command.Name()) {
			t.Fatalf("command %q is not in the help", command.Name())
		}
		if p, ok := command.(chatops.Promote); ok {
			if len(p.Services) == 0 || len(p.Services) > chatops.MaxServices {
				t.Fatalf("%d services", len(p.Services))
			}
			for _, word := range append([]string{p.Environment}, p.Services...) {
				if strings.TrimSpace(word) == "" {
					t.Fatalf("a word is empty: %+v", p)
				}
			}
		}
	})
}

func FuzzCommandLines(f *testing.F) {
	for _, comment := range []string{
		"/promote red production", "LGTM!\r\n\r\n/promote red production\r\n", "```sh\n/promote red production\n```\n",
		"> /promote red production\n\nOn it.\n/promote red production 3.2.0 --reason \"the one from Tuesday\"",
		"<!-- kargo-bot:where:1 -->\n| | staging |\n|---|---|\n| **red** | 3.2.0 |\n\n<details><summary>More</summary>\n\n/help\n</details>",
		// What people and other bots write under issues.
		"You are totally right! I'll get this fixed right away.", "/lgtm\n/approve\n\n/hold cancel\n", "@dependabot rebase",
		"atlantis plan -d . -- -target=module.red", "/cherry-pick release-1.2\r\n/retest-required", "/assign @octocat\n/cc @hubot",
		"Looks good 👍\n\n/promote red production\n\nThanks @octocat!", "/shrug ¯\\_(ツ)_/¯", "- [ ] /promote red production\n1. /help",
		"On Mon, 4 May 2026, octocat wrote:\n> /promote red production\n>> /rollback red production\n/status red",
		"Coverage | Δ\n:--- | ---:\n/home/runner/work | 80%\n", "/usr/bin/env: 'bash': No such file or directory",
		"~~~~\n~~~\n/help\n~~~~\n/help", "<!--\n-->/help\n/help", "`` ` ``\n/help", "<pre\n/help\n</pre>", "\ufeff/help", "a\r/help", "/help\x00",
	} {
		f.Add(comment)
	}
	f.Fuzz(func(t *testing.T, comment string) {
		lines := chatops.CommandLines(comment)
		if diff := cmp.Diff(lines, chatops.CommandLines(comment)); diff != "" {
			t.Fatalf("the same comment gives two answers: %s", diff)
		}
		total := 0
		for _, line := range lines {
			total += len(line)
			if len(line) < 2 || line[0] != '/' || strings.ContainsRune(line, '\n') {
				t.Fatalf("%q is no command line", line)
			}
			if !strings.HasPrefix(comment, line) && !strings.Contains(comment, "\n"+line) {
				t.Fatalf("%q does not stand at the beginning of a line", line)
			}
			if chatops.Known(line) && utf8.ValidString(line) {
				// What is recognised as ours is then understood, or refused in words.
				if command, problem := chatops.Parse(line); command == nil && problem == nil {
					t.Fatalf("no answer to %q", line)
				}
			}
		}
		if total > len(comment) {
			t.Fatalf("%d bytes of commands in a comment of %d", total, len(comment))
		}
		if fenced := chatops.CommandLines("~~~" + strings.Repeat("~", len(comment)) + "\n" + comment); len(fenced) > 0 {
			t.Fatalf("commands in a code block: %q", fenced)
		}
	})
}
