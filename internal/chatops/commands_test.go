package chatops_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/golden"
)

func because(reason string) chatops.Mutation { return chatops.Mutation{Reason: reason} }

func dry() chatops.Mutation { return chatops.Mutation{DryRun: true} }

func names(names ...string) []string { return names }

func TestEveryFormOfEveryCommandIsUnderstood(t *testing.T) {
	for line, want := range map[string]chatops.Command{
		"/promote red,blue production":       chatops.Promote{Services: names("red", "blue"), Environment: "production"},
		"/promote red, blue production":      chatops.Promote{Services: names("red", "blue"), Environment: "production"},
		"/promote red ,blue production":      chatops.Promote{Services: names("red", "blue"), Environment: "production"},
		"/promote red , blue production 3.2": chatops.Promote{Services: names("red", "blue"), Environment: "production", Freight: "3.2"},
		"/promote red,RED,blue production":   chatops.Promote{Services: names("red", "blue"), Environment: "production"},
		"/promote all production":            chatops.Promote{Services: names("all"), Environment: "production"},
		"/promote all production --partial":  chatops.Promote{Services: names("all"), Environment: "production", Partial: true},
		"/promote shop/all production":       chatops.Promote{Services: names("shop/all"), Environment: "production"},
		"/promote red 3.2.0 --through production": chatops.Promote{
			Services: names("red"), Environment: "production", Freight: "3.2.0", Through: true,
		},
		"/promote red --through=production 3.2.0": chatops.Promote{
			Services: names("red"), Environment: "production", Freight: "3.2.0", Through: true,
		},
		"/promote red --through production --dry-run": chatops.Promote{
			Services: names("red"), Environment: "production", Through: true, Mutation: dry(),
		},
		"/promote --reason hotfix red production": chatops.Promote{
			Services: names("red"), Environment: "production", Mutation: because("hotfix"),
		},
		"/promote red production --reason hotfix --dry-run": chatops.Promote{
			Services: names("red"), Environment: "production", Mutation: chatops.Mutation{Reason: "hotfix", DryRun: true},
		},
		"/promote --help":                              chatops.Help{Topic: "promote"},
		"/kargo rollback help":                         chatops.Help{Topic: "rollback"},
		"/rollback red production":                     chatops.Rollback{Services: names("red"), Environment: "production"},
		"/rollback red,blue production 3.1.0":          chatops.Rollback{Services: names("red", "blue"), Environment: "production", Freight: "3.1.0"},
		`/rollback red production --reason "too slow"`: chatops.Rollback{Services: names("red"), Environment: "production", Mutation: because("too slow")},
		"/rollback all production --partial":           chatops.Rollback{Services: names("all"), Environment: "production", Partial: true},
		"/abort red production":                        chatops.Abort{Services: names("red"), Environment: "production"},
		"/abort all production --dry-run":              chatops.Abort{Services: names("all"), Environment: "production", Mutation: dry()},
		"/diff red production":                         chatops.Diff{Service: "red", Environment: "production"},
		"/diff red production 3.2.0":                   chatops.Diff{Service: "red", Environment: "production", With: "3.2.0"},
		"/diff red staging production":                 chatops.Diff{Service: "red", Environment: "staging", With: "production"},
		"/status":                                      chatops.Status{Page: 1},
		"/subscribe":                                   chatops.Subscribe{},
		"/subscribe red,blue production --mine":        chatops.Subscribe{Services: names("red", "blue"), Environment: "production", Mine: true},
		"/subscribe --on failed,FAILED,rolled-back":    chatops.Subscribe{On: names("failed", "rolledBack")},
		`/subscribe red --on "failed, succeeded"`:      chatops.Subscribe{Services: names("red"), On: names("failed", "succeeded")},
		"/unsubscribe":                                 chatops.Unsubscribe{},
		"/subscriptions":                               chatops.Subscriptions{},
		"/status red":                                  chatops.Status{Services: names("red"), Page: 1},
		"/status red,blue":                             chatops.Status{Services: names("red", "blue"), Page: 1},
		"/status red production":                       chatops.Status{Services: names("red"), Environment: "production", Page: 1},
		"/status --page 3":                             chatops.Status{Page: 3},
		"/freight red":                                 chatops.Freight{Service: "red", Page: 1},
		"/freight red production --page=2":             chatops.Freight{Service: "red", Environment: "production", Page: 2},
		"/history red production":                      chatops.History{Service: "red", Environment: "production", Page: 1},
		"/verify red staging":                          chatops.Verify{Service: "red", Environment: "staging"},
		"/verify red staging --dry-run":                chatops.Verify{Service: "red", Environment: "staging", Mutation: dry()},
		"/refresh red":                                 chatops.Refresh{Service: "red"},
		"/refresh red --reason impatience":             chatops.Refresh{Service: "red", Mutation: because("impatience")},
		"/resume red staging":                          chatops.Resume{Service: "red", Environment: "staging"},
		"/approve-freight red 3.2.1 production": chatops.ApproveFreight{
			Service: "red", Freight: "3.2.1", Environment: "production",
		},
		"/doctor":                         chatops.Doctor{},
		"/doctor red":                     chatops.Doctor{Service: "red"},
		"/whoami":                         chatops.WhoAmI{},
		"/kargo whoami":                   chatops.WhoAmI{},
		"/kargo status":                   chatops.Status{Page: 1},
		"/help rollback":                  chatops.Help{Topic: "rollback"},
		"/kargo /rollback red production": chatops.Rollback{Services: names("red"), Environment: "production"},
	} {
		got, problem := chatops.Parse(line)
		if problem != nil {
			t.Errorf("Parse(%q) is refused: %v", line, problem)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Parse(%q): -want +got\n%s", line, diff)
		}
	}
}

func TestFormsThatNobodyCanMeanAreRefused(t *testing.T) {
	for line, want := range map[string]struct{ title, usage string }{
		"/promote red, production":                        {"/promote needs an environment.", usage},
		"/promote red,,blue production":                   {`A name is missing in "red,,blue".`, usage},
		"/promote red production -dry-run":                {"Write --dry-run.", usage},
		"/promote red production -x":                      {"There is no option --x here.", usage},
		"/verify all staging":                             {"/verify takes one service.", "/verify <service> <environment> [--reason why] [--dry-run]"},
		"/resume red,blue staging":                        {"/resume takes one service.", "/resume <service> <environment> [--reason why] [--dry-run]"},
		"/approve-freight shop/all 3.2.1 production":      {"/approve-freight takes one service.", "/approve-freight <service> <freight> <environment> [--reason why] [--dry-run]"},
		"/promote , production":                           {`A name is missing in ",production".`, usage},
		"/promote red 3.2.0 now --through production":     {`"now" is one word too many.`, usageThrough},
		"/promote --through production":                   {"/promote needs services.", usageThrough},
		"/promote red production --through":               {"--through needs a value.", usageThrough},
		"/promote red production --reason revert 3.1.0":   {"A reason of several words needs quotation marks around it.", usage},
		"/promote red production --reason weekly release": {"A reason of several words needs quotation marks around it.", usage},
		"/rollback red":                                   {"/rollback needs an environment.", "/rollback <services> <environment> [freight] [--reason why] [--dry-run] [--partial]"},
		"/rollback red --through production":              {"There is no option --through here.", "/rollback <services> <environment> [freight] [--reason why] [--dry-run] [--partial]"},
		"/abort":                                          {"/abort needs services.", "/abort <services> <environment> [--reason why] [--dry-run]"},
		"/abort red production 3.2.0":                     {`"3.2.0" is one word too many.`, "/abort <services> <environment> [--reason why] [--dry-run]"},
		"/diff red":                                       {"/diff needs an environment.", "/diff <service> <environment> [freight or environment]"},
		"/diff red production --dry-run":                  {"There is no option --dry-run here.", "/diff <service> <environment> [freight or environment]"},
		"/status red production now":                      {`"now" is one word too many.`, "/status [services] [environment] [--page number]"},
		"/status --page":                                  {"--page needs a value.", "/status [services] [environment] [--page number]"},
		"/status --page 0":                                {`"0" is no page: write a number from 1.`, "/status [services] [environment] [--page number]"},
		"/status --page two":                              {`"two" is no page: write a number from 1.`, "/status [services] [environment] [--page number]"},
		"/status --page 99999999999999999999":             {`"99999999999999999999" is no page: write a number from 1.`, "/status [services] [environment] [--page number]"},
		"/freight":                                        {"/freight needs a service.", "/freight <service> [environment] [--page number]"},
		"/history red":                                    {"/history needs an environment.", "/history <service> <environment> [--page number]"},
		"/verify red":                                     {"/verify needs an environment.", "/verify <service> <environment> [--reason why] [--dry-run]"},
		"/refresh":                                        {"/refresh needs a service.", "/refresh <service> [--reason why] [--dry-run]"},
		"/refresh red production":                         {`"production" is one word too many.`, "/refresh <service> [--reason why] [--dry-run]"},
		"/resume red":                                     {"/resume needs an environment.", "/resume <service> <environment> [--reason why] [--dry-run]"},
		"/approve-freight red 3.2.1":                      {"/approve-freight needs an environment.", "/approve-freight <service> <freight> <environment> [--reason why] [--dry-run]"},
		"/doctor red now":                                 {`"now" is one word too many.`, "/doctor [service]"},
		"/subscribe --on":                                 {"--on needs a value.", "/subscribe [services] [environment] [--on outcomes] [--mine]"},
		"/subscribe --on failed, succeeded":               {"An outcome is missing: write them with commas and no spaces between them.", ""},
		"/subscribe --on fialed":                          {`There is no outcome "fialed". Did you mean failed?`, ""},
		"/subscribe --on everything":                      {`There is no outcome "everything".`, ""},
		"/subscribe red production now":                   {`"now" is one word too many.`, ""},
		"/unsubscribe red":                                {`"red" is one word too many.`, "/unsubscribe"},
		"/whoami octocat":                                 {`"octocat" is one word too many.`, "/whoami"},
		"/promote red production --override":              {"There is no option --override here.", usage},
		"/lock red production":                            {`There is no command "lock".`, ""},
		"/unlock red production":                          {`There is no command "unlock".`, ""},
		"/locks":                                          {`There is no command "locks".`, ""},
		"/approve":                                        {`There is no command "approve".`, ""},
		"/reject":                                         {`There is no command "reject".`, ""},
	} {
		command, problem := chatops.Parse(line)
		if problem == nil {
			t.Errorf("Parse(%q) is accepted: %+v", line, command)
			continue
		}
		title := problem.Title
		if problem.Code == chatops.CodeUnknownCommand {
			title, _, _ = strings.Cut(title, " Did you mean")
		}
		if title != want.title || want.usage != "" && problem.Usage != want.usage {
			t.Errorf("Parse(%q) = %q, usage %q\nwant %q, usage %q", line, problem.Title, problem.Usage, want.title, want.usage)
		}
	}
}

func TestOneCommandNamesSoManyServicesAtMost(t *testing.T) {
	var all []string
	for i := range chatops.MaxServices {
		all = append(all, fmt.Sprintf("s%d", i))
	}
	command, problem := chatops.Parse("/promote " + strings.Join(all, ",") + " production")
	if problem != nil {
		t.Fatalf("as many as are allowed: %v", problem)
	}
	if got := command.(chatops.Promote).Services; len(got) != len(all) {
		t.Errorf("%d services; want %d", len(got), len(all))
	}
	_, problem = chatops.Parse("/promote " + strings.Join(append(all, "one-more"), ",") + " production")
	if problem == nil || !strings.Contains(problem.Title, "100 services at most") {
		t.Errorf("one more is answered with %v", problem)
	}
}

// Input is bounded, and what is made of it must be, too: a comment may be parsed on behalf of anybody.
func TestParsingAllocatesInProportionToTheLine(t *testing.T) {
	const most = 600_000 // bytes, for a line of at most 8,000
	for _, line := range []string{
		"/promote " + strings.Repeat("a,", 990) + "a production",
		"/promote " + strings.Repeat("a ", 990),
		"/promote " + strings.Repeat(", ", 990),
		"/promote " + strings.Repeat("--x ", 490),
		"/" + strings.Repeat("x", 1990),
		"/promote red production --reason=" + strings.Repeat("“", 1900),
		strings.Repeat("/", 1<<20),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		chatops.Parse(line)
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > most {
			t.Errorf("%d bytes are allocated for %.40q…", got, line)
		}
	}
}

func TestReferenceIsUpToDate(t *testing.T) {
	golden.Compare(t, "../../../docs/commands.md", chatops.Reference())
}
