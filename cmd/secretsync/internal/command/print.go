package command

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

func printJSON(w io.Writer, report credentials.Report) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(report) //nolint:wrapcheck // it is told in other words
}

// printText prints a report for people: a line for each Secret, and how many there are of a state. What is wrong with a
// source, or the declaration, is on standard error.
func printText(out, problems io.Writer, report credentials.Report, dryRun bool) error {
	if len(report.Secrets) > 0 {
		if err := printTable(out, report.Secrets, time.Now()); err != nil {
			return err
		}
	}
	for _, source := range report.Sources {
		if source.Message != "" {
			writeLine(problems, "source "+source.Name+": "+source.Message)
		}
	}
	for _, warning := range report.Warnings {
		writeLine(problems, "warning: "+warning)
	}
	if report.Problem != "" {
		writeLine(problems, "secretsync: "+report.Problem)
	}
	if len(report.Secrets) == 0 && report.Problem != "" {
		return nil
	}
	_, err := fmt.Fprintln(out, "\n"+summary(report.Secrets, dryRun))
	return err //nolint:wrapcheck // it is told in other words
}

func printTable(w io.Writer, secrets []credentials.Outcome, now time.Time) error {
	const gap = 2
	table := tabwriter.NewWriter(w, 0, 0, gap, ' ', 0)
	fmt.Fprintln(table, "STATE\tSECRET\tTYPE\tKEYS\tAGE\tNOTE")
	for i := range secrets {
		s := &secrets[i]
		row := []string{string(s.State), s.String(), cmp.Or(string(s.Type), "-"), keys(s), age(s, now), note(s)}
		fmt.Fprintln(table, strings.TrimRight(strings.Join(row, "\t"), "\t "))
	}
	return table.Flush() //nolint:wrapcheck // it is told in other words
}

// keys names the keys that are added, changed and removed.
func keys(s *credentials.Outcome) string {
	var all []string
	for _, kind := range []struct {
		sign string
		keys []string
	}{{"+", s.Added}, {"~", s.Changed}, {"-", s.Removed}} {
		for _, key := range kind.keys {
			all = append(all, kind.sign+key)
		}
	}
	if s.MetadataChanged && len(all) == 0 {
		all = append(all, "~labels")
	}
	return cmp.Or(strings.Join(all, " "), "-")
}

// age is how long the values have been what they are.
func age(s *credentials.Outcome, now time.Time) string {
	if s.RotatedAt == nil || s.State == credentials.StateAdded {
		return "-"
	}
	return duration.HumanDuration(max(0, now.Sub(*s.RotatedAt)))
}

func note(s *credentials.Outcome) string {
	var notes []string
	if s.Reference != "" && !strings.Contains(s.Message, s.Reference) {
		notes = append(notes, s.Reference+":")
	}
	if s.Message != "" {
		notes = append(notes, s.Message)
	}
	if s.ExpiresAt != nil {
		notes = append(notes, "Expires on "+s.ExpiresAt.UTC().Format("2006-01-02 15:04 UTC")+".")
	}
	return strings.Join(notes, " ")
}

// summary counts the Secrets of each state.
func summary(secrets []credentials.Outcome, dryRun bool) string {
	count := map[credentials.State]int{}
	for i := range secrets {
		count[secrets[i].State]++
	}
	words := []struct {
		state      credentials.State
		did, would string
	}{
		{credentials.StateAdded, "added", "to add"},
		{credentials.StateChanged, "changed", "to change"},
		{credentials.StateRestored, "restored", "to restore"},
		{credentials.StatePruned, "pruned", "to prune"},
		{credentials.StateUnchanged, "unchanged", "unchanged"},
		{credentials.StateOrphaned, "orphaned", "orphaned"},
		{credentials.StateFailed, "failed", "failed"},
		{credentials.StateConflict, "in conflict", "in conflict"},
	}
	var parts []string
	for _, word := range words {
		text := word.did
		if dryRun {
			text = word.would
		}
		if n := count[word.state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, text))
		}
	}
	head := "Done: "
	if dryRun {
		head = "Plan: "
	}
	return head + cmp.Or(strings.Join(parts, ", "), "nothing is declared") + "."
}
