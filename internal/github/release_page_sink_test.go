package github_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/golden"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

const (
	deployedOpen  = "<!-- kargo-bot:deployed red -->"
	deployedClose = "<!-- /kargo-bot:deployed red -->"
	editRelease   = "repos/update-release"
)

// page is a message for the page of the release of red.
func page(card chatops.Card) notify.Message {
	return notify.Message{
		Target: notify.Target{ReleasePage: &notify.ReleasePage{Repo: repository, Tag: "red/3.4.1", Service: "red"}},
		Marker: "kargo-bot:release:7f3c9a:page", Card: card,
	}
}

// notes returns what the page says.
func (f forge) notes(t *testing.T) string {
	t.Helper()
	release, ok := f.Release(repository, "red/3.4.1")
	if !ok {
		t.Fatal("no release")
	}
	return release.Notes
}

// edit is a person writing the release's notes.
func (f forge) edit(t *testing.T, notes string) {
	t.Helper()
	if _, err := f.EditRelease(soon(t), repository, "red/3.4.1", "octocat", "red 3.4.1", notes); err != nil {
		t.Fatal(err)
	}
}

func TestAReleasePageSaysWhereItIs(t *testing.T) {
	f := releasing(t)
	written := f.notes(t)
	sink := github.NewReleasePageSink(f.source)
	if address := sink.Address(page(liveCard())); address != "acme/microsvcs red/3.4.1 red" {
		t.Errorf("address %q", address)
	}
	id, err := sink.Post(soon(t), page(liveCard()))
	if err != nil || id == "" {
		t.Fatal(id, err)
	}
	golden.Compare(t, "deployed/release.md", strings.ReplaceAll(f.notes(t), "\r\n", "\n")+"\n")
	if !strings.HasPrefix(f.notes(t), written) {
		t.Errorf("what was there became %q", f.notes(t))
	}
	// What it says already is not written, nor after a browser has changed the ends of its lines.
	f.edit(t, strings.ReplaceAll(f.notes(t), "\n", "\r\n"))
	if err := sink.Update(soon(t), id, page(liveCard())); err != nil {
		t.Fatal(err)
	}
	if n := f.Counts()[editRelease]; n != 1 {
		t.Errorf("%d edits", n)
	}
	card := liveCard()
	card.Table.Rows = card.Table.Rows[:1]
	if err := sink.Update(soon(t), id, page(card)); err != nil {
		t.Fatal(err)
	}
	if got := f.notes(t); strings.Contains(got, "production") && strings.Contains(got, "12:31") || strings.Count(got, deployedOpen) != 1 || f.Counts()[editRelease] != 2 {
		t.Errorf("says %q", got)
	}
}

// What people write stays as it is, byte for byte, wherever they write it.
func TestAReleasePageIsOtherwiseLeftAlone(t *testing.T) {
	section := deployedOpen + "\n\nold\n\n" + deployedClose
	for name, test := range map[string]struct{ notes, before, behind string }{
		"empty":           {"", "", ""},
		"blank":           {" \n", " \n", ""},
		"notes":           {"## What's new\r\n\r\n* it\t\u00a0 \n\n\n", "## What's new\r\n\r\n* it\t\u00a0 \n\n\n\n\n", ""},
		"text behind":     {"before  " + section + "\n\nbehind ", "before  ", "\n\nbehind "},
		"copied section":  {section + "\ncopy: " + section, section + "\ncopy: ", ""},
		"without its end": {"a " + deployedOpen + " b", "a " + deployedOpen + " b\n\n", ""},
		"its end alone":   {"a " + deployedClose + " b", "a " + deployedClose + " b\n\n", ""},
		"HTML":            {"<details>\n<b>&amp; \\u003c", "<details>\n<b>&amp; \\u003c\n\n", ""},
	} {
		f := releasing(t)
		f.edit(t, test.notes)
		sink := github.NewReleasePageSink(f.source)
		for range 2 {
			if _, err := sink.Post(soon(t), page(liveCard())); err != nil {
				t.Fatal(err)
			}
		}
		got := f.notes(t)
		rest, isBefore := strings.CutPrefix(got, test.before+deployedOpen)
		rest, isBehind := strings.CutSuffix(rest, deployedClose+test.behind)
		if !isBefore || !isBehind || !strings.Contains(rest, "### red is deployed to") || strings.Contains(rest, "old") {
			t.Errorf("%s: %q", name, got)
		}
		if n := f.Counts()[editRelease]; n != 1 {
			t.Errorf("%s: %d edits", name, n)
		}
	}
}

// Foreign text can't end the section, and is as short as it has to be.
func TestAReleasePageBearsHostileCards(t *testing.T) {
	f := releasing(t)
	sink := github.NewReleasePageSink(f.source)
	card := liveCard()
	card.Body = []chatops.Text{chatops.Line(chatops.Plain(strings.Repeat(deployedClose+" @octocat ", 10_000)))}
	if _, err := sink.Post(soon(t), page(card)); err != nil {
		t.Fatal(err)
	}
	if got := f.notes(t); strings.Count(got, deployedClose) != 1 || strings.Contains(got, " @octocat ") || len(got) > 20_000 {
		t.Errorf("%d bytes: %.300s", len(got), got)
	}
	f.edit(t, strings.Repeat("é", 124_500))
	if _, err := sink.Post(soon(t), page(card)); err != nil {
		t.Error(err)
	}
	f.edit(t, strings.Repeat("é", 124_900))
	_, err := sink.Post(soon(t), page(card))
	if never := wantUndeliverable(t, "full", err); !strings.Contains(never.Reason, "so full") {
		t.Error(never.Reason)
	}
}

func TestWhyAReleasePageIsNotWrittenTo(t *testing.T) {
	for name, test := range map[string]struct {
		world  []func(*githubfake.Config)
		change func(*notify.Message)
		inject func(forge)
		want   string
	}{
		"not permitted":    {world: []func(*githubfake.Config){without("contents")}, want: "Contents: read and write"},
		"a tag alone":      {change: func(m *notify.Message) { m.Target.ReleasePage.Tag = "red/3.4.0" }, want: "no release of the tag red/3.4.0"},
		"no tag":           {change: func(m *notify.Message) { m.Target.ReleasePage.Tag = "../x" }, want: "no release"},
		"for another sink": {change: func(m *notify.Message) { m.Target.ReleasePage = nil }, want: "no release"},
		"deleted":          {inject: func(f forge) { f.Inject(editRelease, 1, githubfake.Fail(http.StatusNotFound)) }, want: "no release of the tag"},
	} {
		f := releasing(t, test.world...)
		message := page(liveCard())
		if test.change != nil {
			test.change(&message)
		}
		if test.inject != nil {
			test.inject(f)
		}
		_, err := github.NewReleasePageSink(f.source).Post(soon(t), message)
		if never := wantUndeliverable(t, name, err); !strings.Contains(never.Reason, test.want) {
			t.Errorf("%s: %s", name, never.Reason)
		}
	}
}

// The notes that people read elsewhere are those that people wrote.
func TestReleaseNotesAreWithoutTheSection(t *testing.T) {
	f := releasing(t)
	if _, err := github.NewReleasePageSink(f.source).Post(soon(t), page(liveCard())); err != nil {
		t.Fatal(err)
	}
	releases, err := f.source.Releases(soon(t), repository)
	if err != nil || len(releases) != 1 || releases[0].Notes != "## What's new\r\n\r\n- three, by @octocat" {
		t.Errorf("%+v, %v", releases, err)
	}
	tagged, err := f.source.Tagged(soon(t), repository, "red/3.4.1")
	if err != nil || tagged.Notes != "## What's new\r\n\r\n- three, by @octocat" {
		t.Errorf("%+v, %v", tagged, err)
	}
}

// One tag may release several services.
func TestAReleasePageHasASectionForEachService(t *testing.T) {
	f := releasing(t)
	sink := github.NewReleasePageSink(f.source)
	for _, service := range []string{"red", "blue", "red"} {
		m := page(liveCard())
		m.Target.ReleasePage.Service = service
		if _, err := sink.Post(soon(t), m); err != nil {
			t.Fatal(err)
		}
	}
	got := f.notes(t)
	for _, service := range []string{"red", "blue"} {
		if n := strings.Count(got, service+" is deployed to"); n != 1 {
			t.Errorf("%s has %d sections:\n%s", service, n, got)
		}
	}
	tagged, err := f.source.Tagged(soon(t), repository, "red/3.4.1")
	if err != nil || strings.Contains(tagged.Notes, "deployed") {
		t.Errorf("notes %+v, %v", tagged, err)
	}
}
