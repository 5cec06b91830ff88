package chatops_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

func TestParseAccepts(t *testing.T) {
	red := chatops.Promote{Services: []string{"red"}, Environment: "production"}
	because := func(reason string) chatops.Promote {
		p := red
		p.Reason = reason
		return p
	}
	pinned := func(freight string) chatops.Promote {
		p := red
		p.Freight = freight
		return p
	}
	dry := red
	dry.DryRun = true
	dryBecause := because("a test")
	dryBecause.DryRun = true
	for _, test := range []struct {
		line string
		want chatops.Command
	}{
		// The words.
		{"/promote red production", red},
		{"promote red production", red},
		{"  /promote \t red\u00a0production \n", red},
		{"/PROMOTE red production", red},
		{"/promote Red Production", chatops.Promote{Services: []string{"Red"}, Environment: "Production"}},
		{"/promote shop/red production", chatops.Promote{Services: []string{"shop/red"}, Environment: "production"}},
		{"/promote red production 3.2.0", pinned("3.2.0")},
		{"/promote red production rafting-starfish", pinned("rafting-starfish")},
		{"/promote größe 生产", chatops.Promote{Services: []string{"größe"}, Environment: "生产"}},

		// Behind the umbrella.
		{"/kargo promote red production", red},
		{"/kargo /promote red production", red},
		{"/Kargo Promote red production", red},
		{"kargo promote red production", red},

		// Options stand anywhere.
		{"/promote --dry-run red production", dry},
		{"/promote red --dry-run production", dry},
		{"/promote red production --DRY-RUN", dry},
		{`/promote --reason "a test" red production --dry-run`, dryBecause},
		{`/promote --dry-run red --reason="a test" production`, dryBecause},
		{"/promote red production --reason hotfix", because("hotfix")},
		{"/promote red production --reason=hotfix", because("hotfix")},
		{"/promote red production --reason=a=b", because("a=b")},
		{"/promote red production --reason -1", because("-1")},
		{`/promote red production --reason "--dry-run"`, because("--dry-run")},
		{`/promote red production --reason=--dry-run`, because("--dry-run")},

		// Phones and Slack turn two hyphens into a dash, but only the two in front are an option's.
		{"/promote red production —dry-run", dry},
		{"/promote red production –dry-run", dry},
		{"/promote red production —reason=now—or–never", because("now—or–never")},
		{"/promote red production --reason=now—or--never", because("now—or--never")},

		// Quotes.
		{`/promote "red" 'production'`, red},
		{`/promote red production --reason "hot fix"`, because("hot fix")},
		{`/promote red production --reason 'hot fix'`, because("hot fix")},
		{"/promote red production --reason “hot fix”", because("hot fix")},
		{"/promote red production --reason “hot fix\"", because("hot fix")},
		{"/promote red production --reason ”hot fix”", because("hot fix")},
		{"/promote red production --reason „hot fix“", because("hot fix")},
		{"/promote red production --reason ‘hot fix’", because("hot fix")},
		{"/promote red production --reason «hot fix»", because("hot fix")},
		{"/promote red production --reason=“hot fix”", because("hot fix")},
		{`/promote red production --reason "it's 'hot'"`, because("it's 'hot'")},
		{"/promote red production --reason don't", because("don't")},
		{"/promote red production --reason \"two\nlines\"", because("two\nlines")},
		{`/promote red production "--dry-run"`, pinned("--dry-run")},

		// Help.
		{"", chatops.Help{}},
		{" \n\t ", chatops.Help{}},
		{"/kargo", chatops.Help{}},
		{"/help", chatops.Help{}},
		{"/help promote", chatops.Help{Topic: "promote"}},
		{"/help /Promote", chatops.Help{Topic: "promote"}},
		{"/kargo help promote", chatops.Help{Topic: "promote"}},
	} {
		got, problem := chatops.Parse(test.line)
		if problem != nil {
			t.Errorf("Parse(%q) is refused: %v", test.line, problem)
			continue
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("Parse(%q): -want +got\n%s", test.line, diff)
		}
	}
}

func TestParseTakesAReasonOfAThousandCharactersOfAnyScript(t *testing.T) {
	reason := strings.Repeat("緊急", 500)
	got, problem := chatops.Parse("/promote red production --reason " + reason)
	if problem != nil {
		t.Fatalf("refused: %v", problem)
	}
	if got.(chatops.Promote).Reason != reason {
		t.Error("the reason is not what was typed")
	}
}

const (
	usage        = "/promote <services> <environment> [freight] [--reason why] [--dry-run] [--partial]"
	usageThrough = "/promote <services> [freight] --through <environment> [--reason why] [--dry-run] [--partial]"
)

func TestParseRefuses(t *testing.T) {
	for _, test := range []struct {
		line  string
		code  chatops.ProblemCode
		title string
		usage string
	}{
		{"/promote", chatops.CodeUsage, "/promote needs services.", usage},
		{"/promote red", chatops.CodeUsage, "/promote needs an environment.", usage},
		{"/kargo promote red", chatops.CodeUsage, "/promote needs an environment.", usage},
		{"/promote red production 3.2.0 now", chatops.CodeUsage, `"now" is one word too many.`, usage},
		{"/promote red production 3.2.0 " + strings.Repeat("x", 100), chatops.CodeUsage, `"` + strings.Repeat("x", 60) + `…" is one word too many.`, usage},
		{`/promote "" production`, chatops.CodeUsage, "A name is missing.", usage},
		{`/promote red production " "`, chatops.CodeUsage, "The freight is empty.", usage},
		{"/help promote now", chatops.CodeUsage, `"now" is one word too many.`, "/help [command]"},

		{"/promote red production --dryrun", chatops.CodeUsage, "There is no option --dryrun here. Did you mean --dry-run?", usage},
		{"/promote red production --raeson x", chatops.CodeUsage, "There is no option --raeson here. Did you mean --reason?", usage},
		{"/promote red production --force", chatops.CodeUsage, "There is no option --force here.", usage},
		{"/promote red production --", chatops.CodeUsage, "There is no option -- here.", usage},
		{"/promote red production —", chatops.CodeUsage, "There is no option -- here.", usage},
		{"/help --dry-run", chatops.CodeUsage, "There is no option --dry-run here.", "/help [command]"},
		{"/promote red production --reason", chatops.CodeUsage, "--reason needs a value.", usage},
		{"/promote red production --reason=", chatops.CodeUsage, "--reason needs a value.", usage},
		{`/promote red production --reason " "`, chatops.CodeUsage, "--reason needs a value.", usage},
		{"/promote red production --reason --dry-run", chatops.CodeUsage, "--reason needs a value.", usage},
		{"/promote red production --reason —dry-run", chatops.CodeUsage, "--reason needs a value.", usage},
		{"/promote red production --reason a --reason b", chatops.CodeUsage, "--reason is given twice.", usage},
		{"/promote red production --dry-run=false", chatops.CodeUsage, "--dry-run takes no value.", usage},

		{`/promote red production --reason "hot fix`, chatops.CodeUsage, "A quotation mark is not closed.", usage},
		{"/promote red production --reason “hot fix", chatops.CodeUsage, "A quotation mark is not closed.", usage},

		{"/promte red production", chatops.CodeUnknownCommand, `There is no command "promte". Did you mean /promote?`, usage},
		{"/kargo promot red production", chatops.CodeUnknownCommand, `There is no command "promot". Did you mean /promote?`, usage},
		{"/lgtm", chatops.CodeUnknownCommand, `There is no command "lgtm".`, ""},
		{"/", chatops.CodeUnknownCommand, `There is no command "".`, ""},
		{"/kargo kargo promote red production", chatops.CodeUnknownCommand, `There is no command "kargo".`, ""},
		{`/lgtm "`, chatops.CodeUnknownCommand, `There is no command "lgtm".`, ""},

		{"/promote red " + strings.Repeat("é", chatops.MaxLine), chatops.CodeUsage, "That command is too long: 2000 characters at most.", ""},
		{strings.Repeat("/", 1<<20), chatops.CodeUsage, "That command is too long: 2000 characters at most.", ""},
		{"/promote red \xff", chatops.CodeUsage, "That command is not valid text.", ""},
	} {
		command, problem := chatops.Parse(test.line)
		if problem == nil {
			t.Errorf("Parse(%q) is accepted: %+v", test.line, command)
			continue
		}
		if command != nil {
			t.Errorf("Parse(%q) gives both a command and a problem", test.line)
		}
		if problem.Code != test.code || problem.Title != test.title || problem.Usage != test.usage {
			t.Errorf("Parse(%q) = %s %q, usage %q\nwant %s %q, usage %q", test.line,
				problem.Code, problem.Title, problem.Usage, test.code, test.title, test.usage)
		}
	}
}
