package github_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/golden"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// check is a message for a check run on what was released.
func (f forge) check(t *testing.T) notify.Message {
	t.Helper()
	return notify.Message{
		Target: notify.Target{Check: &notify.Check{Repo: repository, Commit: f.sha(t, "m"), Name: "red 3.4.1"}},
		Marker: "kargo-bot:release:7f3c9a:check", Card: liveCard(),
	}
}

func TestACheckFollowsARelease(t *testing.T) {
	f := releasing(t)
	sink, message := github.NewCheckSink(f.source), f.check(t)
	if address := sink.Address(message); address != "acme/microsvcs@"+f.sha(t, "m")+" red 3.4.1" {
		t.Errorf("address %q", address)
	}
	message.Card.State, message.Card.Title = chatops.StateRunning, "red 3.4.1 released"
	id, err := sink.Post(soon(t), message)
	if err != nil {
		t.Fatal(err)
	}
	run := f.CheckRuns(repository)[0]
	if strconv.FormatInt(run.ID, 10) != id || run.Name != "kargo-bot / red 3.4.1" || run.SHA != f.sha(t, "m") || run.ExternalID != message.Marker ||
		run.Status != "in_progress" || run.Title != "red 3.4.1 released · 1:57 · healthy" || run.DetailsURL != kargoURL {
		t.Errorf("%+v", run)
	}
	message.Card = liveCard()
	if err := sink.Update(soon(t), id, message); err != nil {
		t.Fatal(err)
	}
	run = f.CheckRuns(repository)[0]
	if run.Status != "completed" || run.Conclusion != "success" || len(f.CheckRuns(repository)) != 1 {
		t.Errorf("%+v", run)
	}
	golden.Compare(t, "deployed/check.md", run.Title+"\n\n"+run.Summary+"\n")
	// It may begin anew: somebody rolls back.
	message.Card.State = chatops.StateRunning
	if err := sink.Update(soon(t), id, message); err != nil {
		t.Fatal(err)
	}
	if run = f.CheckRuns(repository)[0]; run.Status != "in_progress" || run.Conclusion != "" {
		t.Errorf("%+v", run)
	}
}

func TestConclusionsOfChecks(t *testing.T) {
	f := releasing(t)
	for state, want := range map[chatops.State]string{
		chatops.StatePending: "queued ", chatops.StateRunning: "in_progress ", chatops.StateSucceeded: "completed success",
		chatops.StateFailed: "completed failure", chatops.StateAborted: "completed cancelled",
		chatops.StateRefused: "completed neutral", chatops.StateInfo: "completed neutral",
	} {
		message := f.check(t)
		message.Card.State = state
		if _, err := github.NewCheckSink(f.source).Post(soon(t), message); err != nil {
			t.Fatal(err)
		}
		all := f.CheckRuns(repository)
		if last := all[len(all)-1]; last.Status+" "+last.Conclusion != want {
			t.Errorf("%s: %s %s", state, last.Status, last.Conclusion)
		}
	}
}

func TestACheckIsMadeOnce(t *testing.T) {
	f := releasing(t)
	sink, message := github.NewCheckSink(f.source), f.check(t)
	if found, err := sink.Find(soon(t), message); err != nil || found != "" {
		t.Errorf("found %q, %v before it was made", found, err)
	}
	f.Inject("checks/create", 1, githubfake.LoseAnswer())
	if _, err := sink.Post(soon(t), message); err == nil || isDeferred(err) != nil || isUndeliverable(err) != nil {
		t.Errorf("%v says more than is known", err)
	}
	// Others of the same name, such as one that another replica made, are younger.
	for _, marker := range []string{message.Marker, "kargo-bot:release:other"} {
		other := f.check(t)
		other.Marker = marker
		if _, err := sink.Post(soon(t), other); err != nil {
			t.Fatal(err)
		}
	}
	found, err := sink.Find(soon(t), message)
	if first := f.CheckRuns(repository)[0]; err != nil || found != strconv.FormatInt(first.ID, 10) {
		t.Errorf("found %q, %v, not %d", found, err, first.ID)
	}
}

func TestAChecksSummaryFits(t *testing.T) {
	f := releasing(t)
	message := f.check(t)
	message.Target.Check.Name = strings.Repeat("red ", 200)
	message.Card.Title = strings.Repeat("é", 1000)
	message.Card.Body = []chatops.Text{chatops.Line(chatops.Plain(strings.Repeat("日本語", 50_000)))}
	if _, err := github.NewCheckSink(f.source).Post(soon(t), message); err != nil {
		t.Fatal(err)
	}
	run := f.CheckRuns(repository)[0]
	if len(run.Summary) > 65_535 || len(run.Summary) < 60_000 || !strings.Contains(run.Summary, "more characters)") || len([]rune(run.Title)) > 200 {
		t.Errorf("%d bytes under %s", len(run.Summary), run.Title)
	}
	message.Card = chatops.Card{}
	if _, err := github.NewCheckSink(f.source).Post(soon(t), message); err != nil {
		t.Errorf("without a word: %v", err)
	}
}

func TestWhyThereIsNoCheck(t *testing.T) {
	for name, test := range map[string]struct {
		world  []func(*githubfake.Config)
		change func(*notify.Message)
		id     string
		want   string
	}{
		"not permitted":    {world: []func(*githubfake.Config){without("checks")}, want: "Checks: read and write"},
		"no such commit":   {change: func(m *notify.Message) { m.Target.Check.Commit = strings.Repeat("a", 40) }, want: "may not be in acme/microsvcs"},
		"no commit":        {change: func(m *notify.Message) { m.Target.Check.Commit = "main" }, want: "no commit"},
		"no name":          {change: func(m *notify.Message) { m.Target.Check.Name = " " }, want: "no commit"},
		"for another sink": {change: func(m *notify.Message) { m.Target.Check = nil }, want: "no commit"},
		"deleted":          {id: "404", want: "deleted"},
		"no ID":            {id: "x", want: "not known"},
	} {
		f := releasing(t, test.world...)
		sink, message := github.NewCheckSink(f.source), f.check(t)
		if test.change != nil {
			test.change(&message)
		}
		var err error
		if test.id != "" {
			err = sink.Update(soon(t), test.id, message)
		} else {
			_, err = sink.Post(soon(t), message)
		}
		if never := wantUndeliverable(t, name, err); !strings.Contains(never.Reason, test.want) {
			t.Errorf("%s: %s", name, never.Reason)
		}
	}
	f := releasing(t)
	f.Inject("checks/create", 1, githubfake.Fail(http.StatusServiceUnavailable))
	if _, err := github.NewCheckSink(f.source).Post(soon(t), f.check(t)); err == nil || isUndeliverable(err) != nil {
		t.Errorf("in an outage: %v", err)
	}
}
