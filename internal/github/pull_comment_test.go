package github_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/pullrequest"
)

const diffMarker = "kargo-bot:diff:acme-microsvcs:1"

func diffCard(title string) chatops.Card { return chatops.Card{Title: title} }

// shown returns the comments of the App that are there, with their first lines.
func shown(f forge) string {
	var lines []string
	for _, comment := range f.Comments(repository, 1) {
		if comment.App == "kargo-bot" && !comment.Deleted {
			line, _, _ := strings.Cut(comment.Body, "\n")
			lines = append(lines, strings.TrimPrefix(line, "### "))
		}
	}
	return strings.Join(lines, ", ")
}

func TestOneCommentIsKeptUpToDate(t *testing.T) {
	f := startForge(t, branches())
	say := func(title string, id int64) int64 {
		t.Helper()
		newID, err := f.source.Comment(soon(t), repository, 1, pullrequest.Remark{Marker: diffMarker, Card: diffCard(title)}, id)
		if err != nil {
			t.Fatal(err)
		}
		return newID
	}
	// What others write does not count, whatever it says.
	for _, login := range []string{"octocat", "helper[bot]"} {
		if _, _, err := f.Comment(soon(t), repository, 1, login, "x\n\n<!-- "+diffMarker+" -->"); err != nil {
			t.Fatal(err)
		}
	}
	id := say("One", 0)
	if say("Two", id) != id || shown(f) != "Two" {
		t.Errorf("shows %s", shown(f))
	}
	// After a restart its ID is not known.
	if say("Three", 0) != id || shown(f) != "Three" {
		t.Errorf("shows %s", shown(f))
	}
	edits := f.Counts()["issues/update-comment"]
	if say("Three", 0) != id || f.Counts()["issues/update-comment"] != edits {
		t.Error("was edited to what it was")
	}
	if _, err := f.source.Comment(soon(t), repository, 1, pullrequest.Remark{Marker: "kargo-bot:other", Card: diffCard("Other")}, 0); err != nil {
		t.Fatal(err)
	}
	if got := shown(f); got != "Three, Other" {
		t.Errorf("shows %s", got)
	}
}

// Two replicas may write at the same time: the older comment stays, and the younger goes.
func TestOfTwoCommentsTheOlderStays(t *testing.T) {
	f := startForge(t, branches())
	where := card(1)
	where.Marker = diffMarker
	sink := github.NewSink(f.client)
	first, err := sink.Post(soon(t), where)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := sink.Post(soon(t), where); err != nil {
			t.Fatal(err)
		}
	}
	id, err := f.source.Comment(soon(t), repository, 1, pullrequest.Remark{Marker: diffMarker, Card: diffCard("Once")}, 0)
	if err != nil || strconv.FormatInt(id, 10) != first || shown(f) != "Once" {
		t.Errorf("%d, %v: shows %s", id, err, shown(f))
	}
}

// Whoever deletes the comment does not want it: it is not written again unless that is asked for.
func TestADeletedCommentIsNotWrittenAgain(t *testing.T) {
	f := startForge(t, branches())
	id, err := f.source.Comment(soon(t), repository, 1, pullrequest.Remark{Marker: diffMarker, Card: diffCard("One")}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.DeleteComment(soon(t), id, "octocat"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.source.Comment(soon(t), repository, 1, pullrequest.Remark{Marker: diffMarker, Card: diffCard("Two")}, id); isUndeliverable(err) == nil {
		t.Errorf("error %v", err)
	}
	if shown(f) != "" {
		t.Errorf("shows %s", shown(f))
	}
	if again, err := f.source.Comment(soon(t), repository, 1, pullrequest.Remark{Marker: diffMarker, Card: diffCard("Two")}, 0); err != nil || again == id || shown(f) != "Two" {
		t.Errorf("%d, %v: shows %s", again, err, shown(f))
	}
}

func TestCommentSaysWhyItWasNotWritten(t *testing.T) {
	f := startForge(t, branches())
	comment := func(repo string, number int, marker string) error {
		_, err := f.source.Comment(soon(t), repo, number, pullrequest.Remark{Marker: marker, Card: diffCard("x")}, 0)
		return err
	}
	if err := comment("acme/nowhere", 1, diffMarker); isUndeliverable(err) == nil || !strings.Contains(isUndeliverable(err).Reason, "not installed on acme/nowhere") {
		t.Errorf("without the App: %v", err)
	}
	for _, wrong := range []error{comment("acme", 1, diffMarker), comment(repository, 0, diffMarker), comment(repository, 999, diffMarker)} {
		if isUndeliverable(wrong) == nil {
			t.Errorf("to no pull request: %v", wrong)
		}
	}
	if err := comment(repository, 1, "--> <script>"); err == nil || isUndeliverable(err) != nil {
		t.Errorf("a marker that is none: %v", err)
	}
	f.Inject("issues/create-comment", 1, githubfake.Limited(http.StatusForbidden, 90*time.Second))
	if err := comment(repository, 1, diffMarker); isDeferred(err) == nil {
		t.Errorf("at a limit: %v", err)
	}
	f.now.advance(2 * time.Minute)
	f.Inject("apps/get-repo-installation", 1, githubfake.Fail(http.StatusBadGateway))
	source := sourceOf(t, f.client)
	if _, err := source.Comment(soon(t), repository, 1, pullrequest.Remark{Marker: diffMarker, Card: diffCard("x")}, 0); err == nil || isUndeliverable(err) != nil {
		t.Errorf("in an outage: %v", err)
	}
	if shown(f) != "" {
		t.Errorf("shows %s", shown(f))
	}
}
