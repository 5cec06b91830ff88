package demo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/demo"
	"github.com/davidaparicio/kargo-bot/internal/demo/page"
)

// form is a line that somebody types, how that ends, and what the answer says.
type form struct {
	line string
	want demo.Outcome
	says string
}

// forms are every command in every form, in an order in which each makes sense: with what is accepted and
// what is not.
func forms() []form {
	return []form{
		{"/help", demo.Answered, "What you can ask"},
		{"/help rollback", demo.Answered, "Go back to the Freight that ran before"},
		{"/help frobnicate", demo.Refused, `There is no command "frobnicate".`},

		{"/status", demo.Answered, "4 services"},
		{"/status red", demo.Answered, "3.1.0"},
		{"/status production", demo.Answered, "3.3.2"},
		{"/status red,blue production", demo.Answered, "3.2.0 waits"},
		{"/status red prod", demo.Answered, "3.2.0 is newer, and can go there."},
		{"/status --page 9", demo.Answered, "There is no page 9: all fits on one."},
		{"/status purple", demo.Refused, `"purple"`},
		{"/status prodution", demo.Refused, "Did you mean production?"},
		{"/freight red", demo.Answered, "sha-4f2c1aa"},
		{"/freight red production", demo.Answered, "can go"},
		{"/freight", demo.Refused, "freight needs a service."},
		{"/history red production", demo.Answered, "succeeded"},
		{"/history red", demo.Refused, "history needs an environment."},
		{"/diff red production", demo.Answered, "7 commits · 7 pull requests · 1 breaking"},
		{"/diff yellow production", demo.Answered, "Which commit yellow 1.9.0 was built from is not known"},
		{"/diff blue staging 3.3.2", demo.Answered, "Takes away 3 commits"},
		{"/diff red production 3.2.0", demo.Answered, "It can go there."},
		{"/diff red staging production", demo.Answered, "staging and production"},
		{"/diff red production 9.9.9", demo.Refused, `No Freight "9.9.9"`},
		{"/whoami", demo.Answered, "you may promote to every Stage"},
		{"/whoami octocat", demo.Refused, "one word too many"},
		{"/doctor", demo.Answered, "Not looked at"},
		{"/doctor red", demo.Answered, "nothing is wrong, as far as was looked"},
		{"/doctor purple", demo.Refused, `No service "purple"`},

		{"/promote red production --dry-run", demo.Answered, "Dry run: red 3.2.0 would go to production"},
		{"/promote red,blue production --dry-run", demo.Answered, "Dry run: 2 services would go to production"},
		{"/promote red --through production --dry-run", demo.Answered, "red-staging"},
		{"/promote red,purple production", demo.Refused, `No service "purple"`},
		{"/promote all moon", demo.Refused, `No environment "moon"`},
		{"/promote red production --reason weekly release", demo.Refused, "needs quotation marks"},
		{"/promote red prod 3.2.0 --reason \"weekly release\"", demo.Succeeded, "red 3.2.0 is live in production"},
		{"/promote red production", demo.Refused, "production already runs red 3.2.0"},
		{"/promote blue, green production", demo.Succeeded, "2 services are live in production"},
		{"/promote all production", demo.Succeeded, "yellow 2.0.0 is live in production"},
		{"/promote all production", demo.Refused, "There is nothing to do for any of the 4 services."},

		{"/rollback red production --dry-run", demo.Answered, "Dry run: red would go back to 3.1.0 in production"},
		{"/rollback red production", demo.Succeeded, "red 3.1.0 is live again in production"},
		{"/promote red 3.2.0 --through production", demo.Succeeded, "red 3.2.0 is live in production"},
		{"/rollback red,blue production --reason \"errors at checkout\"", demo.Succeeded, "2 services are live again in production"},
		{"/rollback red production 3.1.0", demo.Refused, "production already runs red 3.1.0"},
		{"/rollback red staging 3.1.0", demo.Succeeded, "Auto-promotion of red to staging is on hold now"},

		{"/resume red staging --dry-run", demo.Answered, "Dry run: auto-promotion of red to staging would go on"},
		{"/resume red staging", demo.Succeeded, "Auto-promotion of red to staging goes on"},
		{"/resume red staging", demo.Refused, "Auto-promotion of red in staging is not on hold."},
		{"/resume red production", demo.Refused, "Kargo does not promote red in production by itself."},

		{"/verify red staging --dry-run", demo.Answered, "Dry run: red 3.2.0 would be verified again in staging"},
		{"/verify red staging", demo.Succeeded, "red 3.2.0 is verified in staging"},
		{"/refresh red --dry-run", demo.Answered, "Dry run: new artifacts of red would be looked for"},
		{"/refresh red --reason impatience", demo.Succeeded, "nothing new"},
		{"/refresh red production", demo.Refused, "one word too many"},
		{"/approve-freight red 3.2.0 production", demo.Refused, "can go to production without that"},
		{"/approve-freight red 9.9.9 production", demo.Refused, `No Freight "9.9.9"`},
		{"/abort red production", demo.Refused, "Nothing of red is being promoted to production"},
		{"/abort all production", demo.Refused, "There is nothing to do for any of the 4 services."},
	}
}

// Every row of the grammar is tried on both surfaces, by the way that requests take in earnest.
func TestEveryFormOnBothSurfaces(t *testing.T) {
	t.Parallel()
	for _, on := range []string{page.OnSlack, page.OnGitHub} {
		t.Run(on, func(t *testing.T) {
			t.Parallel()
			d := start(t, demo.Options{StepTime: 10 * time.Millisecond, EditInterval: edits})
			for _, f := range forms() {
				line := f.line
				if registered := strings.HasPrefix(line, "/promote") || strings.HasPrefix(line, "/rollback"); on == page.OnSlack && !registered {
					line = "/kargo " + strings.TrimPrefix(line, "/")
				}
				outcome, seen := carryOut(t, d, demo.Command{On: on, As: "octocat", Text: line}, f.want)
				if outcome != f.want || !strings.Contains(seen, f.says) {
					t.Errorf("%s is %s, want %s that says %q:\n%s", line, outcome, f.want, f.says, seen)
				}
			}
		})
	}
}

// What belongs to other bots on GitHub, and what comes with later versions, is nobody's here.
func TestForeignCommandsAreLeftAlone(t *testing.T) {
	t.Parallel()
	d := start(t, demo.Options{StepTime: time.Millisecond})
	for _, line := range []string{"/lgtm", "/approve", "/reject", "/lock red production", "/unlock red production", "/locks", "/retest"} {
		if outcome, seen := do(t, d, demo.Command{On: page.OnGitHub, As: "octocat", Text: line}); outcome != demo.Ignored {
			t.Errorf("%s is %s:\n%s", line, outcome, seen)
		}
		if line == "/lgtm" || line == "/retest" {
			continue
		}
		outcome, seen := do(t, d, demo.Command{On: page.OnSlack, As: "octocat", Text: "/kargo " + line[1:]})
		if outcome != demo.Refused || !strings.Contains(seen, "There is no command") {
			t.Errorf("/kargo %s is %s:\n%s", line[1:], outcome, seen)
		}
	}
}
