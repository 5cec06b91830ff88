package bot_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// code knows what changes when it is told, or says that it can't wait.
type code struct {
	known chan struct{}
	asked []answers.ArtifactChange
}

func (c *code) Changes(ctx context.Context, project, service string, changes []answers.ArtifactChange) []answers.CodeChange {
	c.asked = changes
	if project != "microsvcs" || service != "red" {
		return nil
	}
	change := answers.CodeChange{Artifacts: []string{"quay.io/acme/red"}, Relation: "ahead"}
	select {
	case <-c.known:
		change.Added = answers.Commits{Total: 2, List: []answers.Commit{{SHA: "a", Title: "drop /v1"}, {SHA: "b", Title: "retry"}}}
	case <-ctx.Done():
		change.Unknown, change.Transient = "GitHub has not told in time.", true
	}
	return []answers.CodeChange{change}
}

// rendered says of every diff which environment it is rendered for.
type rendered struct{}

func (rendered) Of(_ context.Context, d answers.Diff) *answers.Manifests {
	return &answers.Manifests{Path: d.Environment + "/" + d.Service, Commit: "c", Unchanged: 1}
}

func sections(card chatops.Card) string {
	var titles []string
	for _, s := range card.Sections {
		titles = append(titles, s.Title)
	}
	return strings.Join(titles, "; ")
}

func diffing(t *testing.T) (*library, *code) {
	t.Helper()
	l := newLibrary(t)
	c := &code{known: make(chan struct{})}
	l.Code, l.Manifests, l.Log, l.Metrics = c, rendered{}, slog.New(slog.NewTextHandler(t.Output(), nil)), bot.NewMetrics(prometheus.NewRegistry())
	return l, c
}

func asked(l *library, source chatops.Source, line string) bot.Answer {
	return l.Handle(context.Background(), bot.Request{Actor: chatops.Actor{Source: source, ID: "x"}, Line: line})
}

func TestDiffSaysWhatIsBehindTheArtifacts(t *testing.T) {
	l, c := diffing(t)
	close(c.known)
	for line, want := range map[string]string{
		"/diff red production 3.2.0":    "2 commits; Manifests: nothing changes",
		"/diff red production staging":  "2 commits",
		"/diff red 3.1.0 3.2.0":         "2 commits",
		"/diff microsvcs/red 3.1 3.2.0": "",
		"/diff red prodction 3.2.0":     "",
	} {
		answer := asked(l, chatops.SourceSlack, line)
		if got := sections(answer.Card); got != want || answer.More != nil || (answer.Problem != nil) != (want == "") {
			t.Errorf("%s: %q, want %q: %s", line, got, want, answer.Card.Title)
		}
	}
	if answer := asked(l, chatops.SourceSlack, "/diff red prodction 3.2.0"); !strings.Contains(answer.Card.Title, "Did you mean production?") {
		t.Errorf("of a mistyped environment: %s", answer.Card.Title)
	}
	if answer := asked(l, chatops.SourceSlack, "/diff red 3.1.0 9.9.9"); !strings.Contains(answer.Card.Title, `No Freight "9.9.9"`) {
		t.Errorf("of no Freight: %s", answer.Card.Title)
	}
}

// Slack waits for three seconds: what takes longer follows.
func TestDiffThatTakesLongComesInParts(t *testing.T) {
	l, c := diffing(t)
	start := time.Now()
	answer := asked(l, chatops.SourceSlack, "/diff red production 3.2.0")
	if took := time.Since(start); took > 2*time.Second || answer.More == nil {
		t.Fatalf("answered after %s, more: %t", took, answer.More != nil)
	}
	if last := answer.Card.Body[len(answer.Card.Body)-1].String(); !strings.Contains(last, "follows in a moment") {
		t.Errorf("the first part ends with %q", last)
	}
	close(c.known)
	if got := sections(answer.More(t.Context()).Card); got != "2 commits; Manifests: nothing changes" {
		t.Errorf("the rest: %q", got)
	}
}
