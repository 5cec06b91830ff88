package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

func TestFlagsAreToldFromTheWordsOfACommand(t *testing.T) {
	for args, want := range map[string][2]string{
		"--config f status":                                    {"--config f", "status"},
		"status --config f":                                    {"--config f", "status"},
		"--config=f --wait promote red production":             {"--config=f --wait", "promote red production"},
		"promote red production --dry-run --wait --partial":    {"--wait", "promote red production --dry-run --partial"},
		"--wait=false status -o json":                          {"--wait=false -o json", "status"},
		"status -ojson -v":                                     {"-ojson -v", "status"},
		"promote red --reason --wait":                          {"--wait", "promote red --reason"},
		"--config f -- promote red --wait --config g":          {"--config f", "promote red --wait --config g"},
		"status --output":                                      {"--output", "status"},
		"-h":                                                   {"-h", ""},
		"promote red production —dry-run - -x --x --waiting":   {"", "promote red production —dry-run - -x --x --waiting"},
		"/promote red 3.2.0 --through production --timeout 1h": {"--timeout 1h", "/promote red 3.2.0 --through production"},
	} {
		flags, words := separate(newRun().Flags(), strings.Fields(args))
		got := [2]string{strings.Join(flags, " "), strings.Join(words, " ")}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", args, diff)
		}
	}
}

func TestACommandLineIsUnderstoodAsTheShellUnderstoodIt(t *testing.T) {
	for _, reason := range []string{
		"hotfix", "weekly release", `it's "red"`, `"quoted"`, "it's", "two\nlines", "«à»", "it's “red”", "--dry-run", "--dry run",
	} {
		for _, words := range [][]string{
			{"promote", "red", "production", "--reason=" + reason},
			{"promote", "red", "production", "--reason", reason},
			{"/promote red production", "--reason=" + reason},
		} {
			if words[len(words)-1] == "--dry-run" {
				continue // an option, not a reason: the shell can't quote it for us
			}
			command, problem := chatops.Parse(commandLine(words))
			promote, ok := command.(chatops.Promote)
			if problem != nil || !ok || promote.Reason != reason || promote.DryRun || !slices.Equal(promote.Services, []string{"red"}) {
				t.Errorf("%q becomes %q and is understood as %+v, %v", words, commandLine(words), command, problem)
			}
		}
	}
	if got, want := commandLine([]string{`promote red production --reason "weekly release"`}), `promote red production --reason "weekly release"`; got != want {
		t.Errorf("a whole line becomes %s", got)
	}
}
