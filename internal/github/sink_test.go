package github_test

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// card is a message about a promotion, for an issue.
func card(issue int) notify.Message {
	return notify.Message{
		Target: notify.Target{Origin: v1alpha1.Origin{GitHub: &v1alpha1.GitHubOrigin{
			Installation: installation, Repo: repository, Issue: issue, Comment: 99,
		}}},
		Part:   v1alpha1.PartCard,
		Marker: "kargo-bot:shipment:7f3c9a:Card",
		Card:   chatops.Card{Title: "Promote red to production", State: chatops.StateRunning, Status: "3 of 5"},
	}
}

func TestSinkKeepsOneCommentUpToDate(t *testing.T) {
	g := start(t)
	sink := github.NewSink(newClient(t, g.URL()))
	message := card(1)
	if address := sink.Address(message); address != "acme/microsvcs#1" {
		t.Errorf("address %q", address)
	}
	id, err := sink.Post(soon(t), message)
	if err != nil {
		t.Fatal(err)
	}
	message.Card.State, message.Card.Title = chatops.StateSucceeded, "red 3.2.0 is live in production"
	if err := sink.Update(soon(t), id, message); err != nil {
		t.Fatal(err)
	}
	own := ownComments(g)
	if len(own) != 1 || strconv.FormatInt(own[0].ID, 10) != id || len(own[0].Edits) != 1 {
		t.Fatalf("comments %+v", own)
	}
	if !strings.Contains(own[0].Edits[0].Before, "Promote red to production") || !strings.Contains(own[0].Body, "is live in production") {
		t.Errorf("it said %q, then %q", own[0].Edits[0].Before, own[0].Body)
	}
}

func TestSinkFindsWhatItPosted(t *testing.T) {
	g := start(t)
	sink := github.NewSink(newClient(t, g.URL()))
	message := card(1)
	message.Since = time.Now()
	find := func() string {
		t.Helper()
		id, err := sink.Find(soon(t), message)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	// Others write what looks like it, people and Apps.
	forged := "<!-- " + message.Marker + " -->"
	for _, login := range []string{"octocat", "helper[bot]"} {
		if _, _, err := g.Comment(soon(t), repository, 1, login, forged); err != nil {
			t.Fatal(err)
		}
	}
	other := message
	other.Marker, other.Card.Title = "kargo-bot:shipment:1:Card", "About "+forged
	if _, err := sink.Post(soon(t), other); err != nil {
		t.Fatal(err)
	}
	if id := find(); id != "" {
		t.Errorf("found %s before it was posted", id)
	}
	id, err := sink.Post(soon(t), message)
	if err != nil {
		t.Fatal(err)
	}
	if found := find(); found != id {
		t.Errorf("found %q, posted %s", found, id)
	}
	// A new process finds it too, and behind more comments than fit on a page.
	for range 120 {
		if _, _, err := g.Comment(soon(t), repository, 1, "octocat", "chatter"); err != nil {
			t.Fatal(err)
		}
	}
	message.Marker = "kargo-bot:shipment:2:Card"
	last, err := sink.Post(soon(t), message)
	if err != nil {
		t.Fatal(err)
	}
	sink = github.NewSink(newClient(t, g.URL()))
	if found := find(); found != last {
		t.Errorf("found %q, posted %s", found, last)
	}
	message.Since = time.Now().Add(time.Hour)
	if found := find(); found != "" {
		t.Errorf("found %s before it can have been posted", found)
	}
}

// After an answer that was lost, the comment is there, and is found.
func TestSinkFindsWhatItDoesNotKnowItPosted(t *testing.T) {
	g := start(t)
	sink := github.NewSink(newClient(t, g.URL()))
	g.Inject("issues/create-comment", 1, githubfake.LoseAnswer())
	_, err := sink.Post(soon(t), card(1))
	if err == nil || isDeferred(err) != nil || isUndeliverable(err) != nil {
		t.Fatalf("error %v says more than is known", err)
	}
	id, err := sink.Find(soon(t), card(1))
	if own := ownComments(g); err != nil || len(own) != 1 || id != strconv.FormatInt(own[0].ID, 10) {
		t.Errorf("found %q, %v", id, err)
	}
}

func TestSinkReacts(t *testing.T) {
	g := start(t)
	sink := github.NewSink(newClient(t, g.URL()))
	for state, want := range map[chatops.State]string{
		chatops.StatePending: "eyes", chatops.StateRunning: "eyes", chatops.StateInfo: "eyes",
		chatops.StateSucceeded: "rocket",
		chatops.StateFailed:    "-1", chatops.StateAborted: "-1", chatops.StateRefused: "-1",
	} {
		comment, _ := say(t, g, "/promote red production")
		message := card(1)
		message.Part, message.Target.GitHub.Comment = v1alpha1.PartReaction, comment.ID
		message.Card.State = chatops.StateRunning
		if id, err := sink.Find(soon(t), message); err != nil || id != "" {
			t.Errorf("found %q, %v", id, err)
		}
		id, err := sink.Post(soon(t), message)
		if err != nil || id != "eyes" {
			t.Fatalf("posted %q, %v", id, err)
		}
		message.Card.State = state
		for range 2 {
			if err := sink.Update(soon(t), id, message); err != nil {
				t.Fatal(err)
			}
		}
		wanted := map[string]int{"eyes": 1}
		wanted[want] = 1
		wantReactions(t, g, comment.ID, wanted)
	}
}

func TestSinkSaysTheResultInTheCardAlone(t *testing.T) {
	g := start(t)
	sink := github.NewSink(newClient(t, g.URL()))
	message := card(1)
	message.Part, message.ReplyTo = v1alpha1.PartResult, "1"
	id, err := sink.Post(soon(t), message)
	if err != nil || id == "" {
		t.Errorf("posted %q, %v", id, err)
	}
	if found, err := sink.Find(soon(t), message); err != nil || found != id {
		t.Errorf("found %q, %v", found, err)
	}
	if err := sink.Update(soon(t), id, message); err != nil {
		t.Error(err)
	}
	if calls := g.Calls(); len(calls) > 0 {
		t.Errorf("calls %v", calls)
	}
}

func isDeferred(err error) *notify.Deferred {
	var deferred *notify.Deferred
	errors.As(err, &deferred)
	return deferred
}

func isUndeliverable(err error) *notify.Undeliverable {
	var undeliverable *notify.Undeliverable
	errors.As(err, &undeliverable)
	return undeliverable
}

func TestSinkTellsWhatCanNeverBeDelivered(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*testing.T, *githubfake.GitHub)
		act    func(*testing.T, *githubfake.GitHub, *github.Sink) error
	}{
		"the comment was deleted": {act: func(t *testing.T, g *githubfake.GitHub, sink *github.Sink) error {
			id, err := sink.Post(soon(t), card(1))
			if err != nil {
				return err
			}
			number, err := strconv.ParseInt(id, 10, 64)
			if err != nil {
				return err
			}
			if _, err := g.DeleteComment(soon(t), number, "octocat"); err != nil {
				t.Fatal(err)
			}
			return sink.Update(soon(t), id, card(1))
		}},
		"the conversation is locked": {act: func(t *testing.T, _ *githubfake.GitHub, sink *github.Sink) error {
			_, err := sink.Post(soon(t), card(2))
			return err
		}},
		"there is no such issue": {act: func(t *testing.T, _ *githubfake.GitHub, sink *github.Sink) error {
			_, err := sink.Post(soon(t), card(404))
			return err
		}},
		"the comment with the command was deleted": {act: func(t *testing.T, _ *githubfake.GitHub, sink *github.Sink) error {
			message := card(1)
			message.Part, message.Target.GitHub.Comment = v1alpha1.PartReaction, 404
			_, err := sink.Post(soon(t), message)
			return err
		}},
		"the App was uninstalled": {act: func(t *testing.T, _ *githubfake.GitHub, sink *github.Sink) error {
			message := card(1)
			message.Target.GitHub.Installation = 404
			_, err := sink.Post(soon(t), message)
			return err
		}},
		"the installation is suspended": {act: func(t *testing.T, g *githubfake.GitHub, sink *github.Sink) error {
			if err := g.Suspend(installation, true); err != nil {
				t.Fatal(err)
			}
			_, err := sink.Find(soon(t), card(1))
			return err
		}},
		"the issue is gone for good": {act: func(t *testing.T, g *githubfake.GitHub, sink *github.Sink) error {
			g.Inject("issues/create-comment", 1, githubfake.Fail(http.StatusGone))
			_, err := sink.Post(soon(t), card(1))
			return err
		}},
		"the message is for Slack": {act: func(t *testing.T, _ *githubfake.GitHub, sink *github.Sink) error {
			_, err := sink.Post(soon(t), notify.Message{Target: notify.Target{Origin: v1alpha1.Origin{Slack: &v1alpha1.SlackOrigin{}}}})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			g := start(t)
			err := test.act(t, g, github.NewSink(newClient(t, g.URL())))
			lost := isUndeliverable(err)
			if lost == nil {
				t.Fatalf("error %v", err)
			}
			if lost.Reason == "" || strings.Contains(lost.Reason, "http") {
				t.Errorf("the reason is not for people: %q", lost.Reason)
			}
		})
	}
}

func TestSinkLeavesOtherFailuresToARetry(t *testing.T) {
	for name, fault := range map[string]githubfake.Fault{
		"500": githubfake.Fail(500), "502": githubfake.Fail(502), "503": githubfake.Fail(503), "cut": githubfake.Cut(),
	} {
		g := start(t)
		sink := github.NewSink(newClient(t, g.URL()))
		g.Inject("issues/create-comment", 1, fault)
		if _, err := sink.Post(soon(t), card(1)); err == nil || isDeferred(err) != nil || isUndeliverable(err) != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := sink.Post(soon(t), card(1)); err != nil {
			t.Errorf("%s, again: %v", name, err)
		}
	}
}

func TestSinkPostsNothingThatItCouldNotFindAgain(t *testing.T) {
	g := start(t)
	message := card(1)
	message.Marker = "a -->"
	if _, err := github.NewSink(newClient(t, g.URL())).Post(soon(t), message); err == nil {
		t.Error("no error")
	}
	if own := ownComments(g); len(own) > 0 {
		t.Errorf("comments %+v", own)
	}
}

func TestSinkPostsTheLongestMessages(t *testing.T) {
	g := start(t)
	message := card(1)
	message.Card.Body = []chatops.Text{chatops.Line(chatops.Code(strings.Repeat("é", 200_000)))}
	if _, err := github.NewSink(newClient(t, g.URL())).Post(soon(t), message); err != nil {
		t.Error(err)
	}
}
