package release

import (
	"context"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// code answers as it is told, and notes what it was asked.
type code struct {
	// compared and ranged are what was asked: versions of Freight, and commits.
	compared, ranged []string
	answer           answers.CodeChange
	located          freightdiff.Located
}

func (c *code) Changes(_ context.Context, _, _ string, changes []answers.ArtifactChange) []answers.CodeChange {
	for _, change := range changes {
		c.compared = append(c.compared, change.From.Version+"→"+change.To.Version)
	}
	return []answers.CodeChange{c.answer}
}

func (c *code) Commit(_ context.Context, _, _, _ string, _ []kargoapi.FreightReference) freightdiff.Located {
	return c.located
}

func (c *code) Range(_ context.Context, _, _, _, from, to string) answers.CodeChange {
	c.ranged = append(c.ranged, from+"→"+to)
	return c.answer
}

// described is a world in which 3.1.0 runs in production, with what looks at it.
func described(t *testing.T, r *v1alpha1.Release) (*world, *Controller, *describer, *code) {
	t.Helper()
	old := freight("old", "3.1.0", -100)
	w := newWorld(t, old, runs(stage("staging", "red-releases"), old), runs(stage("production", "red-releases", "red-staging"), old), r)
	c := &code{
		answer:  answers.CodeChange{Artifacts: []string{"red"}, Relation: "ahead", Added: answers.Commits{Total: 4, PullRequests: 3}},
		located: freightdiff.Located{Commit: "aaaa"},
	}
	w.options.Code = c
	w.forge.tags = map[string]*freightdiff.Tagged{"red/3.2.0": {Commit: "bbbb", Author: "hubot", URL: "https://github.com/acme/microsvcs/releases/tag/x"}}
	return w, w.controller(), newDescriber(w.options, w.server), c
}

func TestWhatWasReleasedIsFoundOut(t *testing.T) {
	w, controller, d, code := described(t, released("3.2.0"))
	w.look(t, d)
	w.look(t, controller)
	r, _ := w.look(t, d)
	s := r.Status
	if s.Commit != "bbbb" || s.Repo != "acme/microsvcs" || s.Author != "hubot" || s.URL == "" {
		t.Errorf("it is %+v", s)
	}
	// Before there is an image, the commits tell.
	if s.Contents == nil || s.Contents.Added == nil || s.Contents.Added.Commits != 4 || strings.Join(code.ranged, " ") != "aaaa→bbbb" {
		t.Errorf("contents %+v by %q", s.Contents, code.ranged)
	}
	w.look(t, d)
	if len(w.forge.asked) != 1 || len(code.ranged) != 1 || len(code.compared) != 0 {
		t.Errorf("asked for %q, %q and %q", w.forge.asked, code.ranged, code.compared)
	}
}

func TestNotesThatAreWrittenLaterAreRead(t *testing.T) {
	w, controller, d, _ := described(t, released("3.2.0"))
	w.look(t, controller)
	_, again := w.look(t, d)
	if again != readAgain[0] {
		t.Errorf("read again in %s", again)
	}
	notes := func(text string) {
		w.forge.tags["red/3.2.0"] = &freightdiff.Tagged{Commit: "bbbb", Author: "octocat", Notes: text, Published: true, PublishedAt: noon}
	}
	notes("first")
	w.clock = w.clock.Add(again)
	r, again := w.look(t, d)
	if r.Status.Notes != "first" || r.Status.Author != "octocat" || again != 0 {
		t.Errorf("notes %q by %s; read again in %s", r.Status.Notes, r.Status.Author, again)
	}
	// They are edited: a webhook says so.
	notes(strings.Repeat("é", 20_000))
	if r, _ := w.look(t, d); r.Status.Notes != "first" {
		t.Error("they were read before anybody said so")
	}
	w.hear(t, newTags(w.maker()), "red/3.2.0")
	r, _ = w.look(t, d)
	if n := len([]rune(r.Status.Notes)); n != maxNotes {
		t.Errorf("%d characters of notes", n)
	}
	asked := len(w.forge.asked)
	w.look(t, d)
	// A new process looks once more, since it is not long ago.
	w.look(t, newDescriber(w.options, w.server))
	if len(w.forge.asked) != asked+1 {
		t.Errorf("asked %d times more", len(w.forge.asked)-asked)
	}
	// They are taken away.
	notes("")
	w.clock = w.clock.Add(time.Second)
	w.hear(t, newTags(w.maker()), "red/3.2.0")
	if r, _ := w.look(t, d); r.Status.Notes != "" {
		t.Errorf("notes %q", r.Status.Notes)
	}
}

func TestAForgeThatCanNotBeAskedIsAskedWhenItSays(t *testing.T) {
	w, controller, d, _ := described(t, released("3.2.0"))
	w.forge.err = &freightdiff.Unavailable{Reason: "limit", After: 7 * time.Minute}
	w.look(t, controller)
	_, again := w.look(t, d)
	if again != 7*time.Minute {
		t.Errorf("asked again in %s", again)
	}
	w.clock = w.clock.Add(time.Minute)
	if _, again := w.look(t, d); again != 6*time.Minute || len(w.forge.asked) != 1 {
		t.Errorf("asked %d times, again in %s", len(w.forge.asked), again)
	}
	w.forge.err = nil
	w.clock = w.clock.Add(6 * time.Minute)
	if r, _ := w.look(t, d); r.Status.Commit != "bbbb" {
		t.Errorf("it is %+v", r.Status)
	}
}

func TestWhatShipsIsToldOfFreight(t *testing.T) {
	r := released("3.2.0")
	r.Spec.Source = nil
	w, controller, d, code := described(t, r)
	w.forge.tags = nil
	if err := w.server.Create(t.Context(), freight("ours", "3.2.0", 1)); err != nil {
		t.Fatal(err)
	}
	w.look(t, controller)
	got, _ := w.look(t, d)
	if got.Status.Contents == nil || strings.Join(code.compared, " ") != "3.1.0→3.2.0" || len(code.ranged) != 0 {
		t.Errorf("contents %+v by %q", got.Status.Contents, code.compared)
	}
	// No tag tells the commit, but the image does.
	if got.Status.Commit != "aaaa" || got.Status.Repo != "acme/microsvcs" {
		t.Errorf("it is %+v", got.Status)
	}
}

func TestWhatShipsIsAskedForAgain(t *testing.T) {
	w, controller, d, code := described(t, released("3.2.0"))
	good := code.answer
	code.answer = answers.CodeChange{Artifacts: []string{"red"}, Unknown: "GitHub has not told in time.", Transient: true}
	w.look(t, controller)
	r, again := w.look(t, d)
	if r.Status.Contents == nil || r.Status.Contents.Unknown == "" || again != readAgain[0] {
		t.Errorf("contents %+v, again in %s", r.Status.Contents, again)
	}
	code.answer = good
	w.clock = w.clock.Add(compareAgain)
	if r, _ := w.look(t, d); r.Status.Contents.Unknown != "" || r.Status.Contents.Added == nil {
		t.Errorf("contents %+v", r.Status.Contents)
	}
}

func TestWhatShipsIsGivenUpAtLast(t *testing.T) {
	w, controller, d, code := described(t, released("3.2.0"))
	code.answer = answers.CodeChange{Artifacts: []string{"red"}, Unknown: "GitHub has not told in time.", Transient: true}
	w.look(t, controller)
	var r *v1alpha1.Release
	for range 2 * maxCompared {
		r, _ = w.look(t, d)
		w.clock = w.clock.Add(compareAgain)
	}
	if r.Status.Contents.Transient || !strings.HasPrefix(r.Status.Contents.Unknown, "What it ships could not be found out") || len(code.ranged) != maxCompared {
		t.Errorf("contents %+v after %d times", r.Status.Contents, len(code.ranged))
	}
}

// Whatever becomes of the last environment, once it is there nothing is compared.
func TestWhatShipsIsKeptOnceItIsThere(t *testing.T) {
	w, controller, d, code := described(t, released("3.2.0"))
	w.look(t, controller)
	w.look(t, d)
	before, _ := w.look(t, d)
	ours := freight("ours", "3.2.0", 1)
	if err := w.server.Create(t.Context(), ours); err != nil {
		t.Fatal(err)
	}
	production := runs(stage("production", "red-releases", "red-staging"), ours, freight("old", "3.1.0", -100))
	var live kargoapi.Stage
	if err := w.server.Get(t.Context(), client.ObjectKeyFromObject(production), &live); err != nil {
		t.Fatal(err)
	}
	live.Status = production.Status
	if err := w.server.Status().Update(t.Context(), &live); err != nil {
		t.Fatal(err)
	}
	w.look(t, controller)
	after, _ := w.look(t, d)
	if len(code.ranged) != 1 || len(code.compared) != 0 || !after.Status.Contents.At.Equal(&before.Status.Contents.At) {
		t.Errorf("compared %q %q", code.ranged, code.compared)
	}
}

func TestWithoutAForgeNothingIsFoundOut(t *testing.T) {
	w, controller, d, _ := described(t, released("3.2.0"))
	w.look(t, controller)
	d.Forge, d.Code = nil, nil
	if r, again := w.look(t, d); r.Status.Commit != "" || r.Status.Contents != nil || again != 0 {
		t.Errorf("it is %+v, looked at again in %s", r.Status, again)
	}
}
