package github_test

import (
	"bytes"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

func refuse(bot.Request) bot.Answer {
	problem := &chatops.Problem{Code: chatops.CodeUnknownEnvironment, Title: `No environment "prodution". Did you mean production?`}
	return bot.Answer{Card: problem.Card(), Problem: problem}
}

func fail(bot.Request) bot.Answer {
	problem := &chatops.Problem{Code: chatops.CodeUnavailable, Title: "Kubernetes does not answer.", Err: errors.New("connection refused")}
	return bot.Answer{Card: problem.Card(), Problem: problem}
}

func record(bot.Request) bot.Answer {
	return bot.Answer{Card: chatops.Card{Title: "Promote red to production"}, Shipment: &v1alpha1.Shipment{}}
}

func help(bot.Request) bot.Answer {
	card, _ := chatops.HelpCard("")
	return bot.Answer{Card: card}
}

func wantReactions(t *testing.T, g *githubfake.GitHub, comment int64, want map[string]int) {
	t.Helper()
	if got := reactions(t, g, comment); !maps.Equal(got, want) {
		t.Errorf("reactions %v, want %v", got, want)
	}
}

func TestRefusalIsSaidOnce(t *testing.T) {
	g := start(t)
	connect(t, g, refuse)
	comment, first := say(t, g, "/promote red prodution")
	wantStatus(t, first, http.StatusOK)
	wantStatus(t, redeliver(t, g, first), http.StatusOK)
	wantStatus(t, redeliver(t, g, first), http.StatusOK)
	own := ownComments(g)
	if len(own) != 1 || !strings.Contains(own[0].Body, "Did you mean production?") {
		t.Fatalf("%d comments: %+v", len(own), own)
	}
	wantReactions(t, g, comment.ID, map[string]int{"-1": 1})
}

func TestRefusalIsSaidOnceToDeliveriesAtTheSameTime(t *testing.T) {
	g := start(t)
	connect(t, g, refuse)
	_, first := say(t, g, "Nothing yet.")
	comment, _ := say(t, g, "/promote red prodution")
	var again sync.WaitGroup
	for _, known := range g.Deliveries() {
		if known.ID == first.ID {
			continue
		}
		for range 8 {
			again.Go(func() { _, _ = g.Redeliver(soon(t), known.ID) })
		}
	}
	again.Wait()
	if own := ownComments(g); len(own) != 1 {
		t.Errorf("%d comments about comment %d", len(own), comment.ID)
	}
}

func TestHelpIsAnswered(t *testing.T) {
	g := start(t)
	connect(t, g, help)
	comment, delivery := say(t, g, "/help")
	wantStatus(t, delivery, http.StatusOK)
	if own := ownComments(g); len(own) != 1 || !strings.Contains(own[0].Body, "/promote") {
		t.Errorf("comments: %+v", own)
	}
	wantReactions(t, g, comment.ID, map[string]int{"eyes": 1})
}

func TestWhatIsRecordedIsReportedElsewhere(t *testing.T) {
	g := start(t)
	connect(t, g, record)
	comment, delivery := say(t, g, promoteRed)
	wantStatus(t, delivery, http.StatusOK)
	if own := ownComments(g); len(own) > 0 {
		t.Errorf("comments: %+v", own)
	}
	wantReactions(t, g, comment.ID, map[string]int{})
	if calls := g.Calls(); len(calls) > 0 {
		t.Errorf("calls of GitHub before the answer: %v", calls)
	}
}

func TestEachCommandIsAnsweredForItself(t *testing.T) {
	g := start(t)
	connect(t, g, func(request bot.Request) bot.Answer {
		switch {
		case strings.HasPrefix(request.Line, "/help"):
			return help(request)
		case strings.Contains(request.Line, "prodution"):
			return refuse(request)
		}
		return record(request)
	})
	comment, delivery := say(t, g, "/help\n/promote red production\n/promote blue prodution\n/promote green prodution")
	wantStatus(t, delivery, http.StatusOK)
	if own := ownComments(g); len(own) != 3 {
		t.Errorf("%d comments", len(own))
	}
	wantReactions(t, g, comment.ID, map[string]int{"eyes": 1, "-1": 1})
	wantStatus(t, redeliver(t, g, delivery), http.StatusOK)
	if own := ownComments(g); len(own) != 3 {
		t.Errorf("%d comments after another delivery", len(own))
	}
}

func TestTooManyCommandsAreRefusedTogether(t *testing.T) {
	g := start(t)
	var handler recorder
	connect(t, g, func(request bot.Request) bot.Answer { return handler.Handle(t.Context(), request) })
	lines := strings.Repeat("/promote red production\n", chatops.MaxCommandsPerComment+1)
	comment, delivery := say(t, g, lines)
	wantStatus(t, delivery, http.StatusOK)
	if len(handler.requests) > 0 {
		t.Errorf("%d were carried out", len(handler.requests))
	}
	if own := ownComments(g); len(own) != 1 || !strings.Contains(own[0].Body, "10 commands at most; this one has 11") {
		t.Errorf("comments: %+v", own)
	}
	wantReactions(t, g, comment.ID, map[string]int{"-1": 1})
}

// What could not be recorded is left to another delivery, in the order in which it was asked for.
func TestWhatCouldNotBeRecordedCanBeRedelivered(t *testing.T) {
	g := start(t)
	var isDown = true
	var lines []string
	var log bytes.Buffer
	connect(t, g, func(request bot.Request) bot.Answer {
		lines = append(lines, request.Line)
		if isDown && strings.Contains(request.Line, "blue") {
			return fail(request)
		}
		return record(request)
	}, func(o *github.IntakeOptions) { o.Logger = slog.New(slog.NewJSONHandler(&log, nil)) })
	comment, delivery := say(t, g, "/promote red production\n/promote blue production\n/promote green production")
	wantStatus(t, delivery, http.StatusServiceUnavailable)
	if delivery.ResponseHeader.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if own := ownComments(g); len(own) > 0 {
		t.Errorf("comments: %+v", own)
	}
	wantReactions(t, g, comment.ID, map[string]int{"confused": 1})
	if !strings.Contains(log.String(), "connection refused") {
		t.Errorf("the cause is not in the log: %s", &log)
	}
	if strings.Contains(string(delivery.ResponseBody), "refused") {
		t.Errorf("the cause is in the answer: %s", delivery.ResponseBody)
	}
	isDown = false
	wantStatus(t, redeliver(t, g, delivery), http.StatusOK)
	want := "/promote red production, /promote blue production, " +
		"/promote red production, /promote blue production, /promote green production"
	if got := strings.Join(lines, ", "); got != want {
		t.Errorf("asked for %s", got)
	}
}

func TestAnswerThatGitHubDidNotTakeIsMadeUp(t *testing.T) {
	for name, test := range map[string]struct {
		operation string
		fault     githubfake.Fault
	}{
		"no reaction":         {"reactions/create-for-issue-comment", githubfake.Fail(http.StatusBadGateway)},
		"no list":             {"issues/list-comments", githubfake.Fail(http.StatusInternalServerError)},
		"no comment":          {"issues/create-comment", githubfake.Fail(http.StatusServiceUnavailable)},
		"comment cut off":     {"issues/create-comment", githubfake.Cut()},
		"comment, but unsaid": {"issues/create-comment", githubfake.LoseAnswer()},
		"no token":            {"apps/create-installation-access-token", githubfake.Fail(http.StatusInternalServerError)},
		"who the App is":      {"apps/get-authenticated", githubfake.Fail(http.StatusInternalServerError)},
	} {
		t.Run(name, func(t *testing.T) {
			g := start(t)
			connect(t, g, refuse)
			g.Inject(test.operation, 1, test.fault)
			comment, delivery := say(t, g, "/promote red prodution")
			wantStatus(t, delivery, http.StatusBadGateway)
			wantStatus(t, redeliver(t, g, delivery), http.StatusOK)
			if own := ownComments(g); len(own) != 1 {
				t.Errorf("%d comments", len(own))
			}
			wantReactions(t, g, comment.ID, map[string]int{"-1": 1})
		})
	}
}

func TestAnswerSaysWhenToComeAgain(t *testing.T) {
	g := start(t)
	connect(t, g, refuse)
	g.Inject("issues/create-comment", 1, githubfake.Limited(http.StatusForbidden, 90*time.Second))
	_, delivery := say(t, g, "/promote red prodution")
	wantStatus(t, delivery, http.StatusBadGateway)
	if pause := delivery.ResponseHeader.Get("Retry-After"); pause != "90" {
		t.Errorf("Retry-After %q", pause)
	}
}

// A person who may write in a locked conversation may ask there. The App may not answer, and another
// delivery would change nothing.
func TestAnswerThatCanNeverBeWrittenIsNoFailure(t *testing.T) {
	g := start(t)
	connect(t, g, refuse)
	comment, delivery := sayIn(t, g, 2, "/promote red prodution")
	wantStatus(t, delivery, http.StatusOK)
	wantReactions(t, g, comment.ID, map[string]int{"-1": 1})
}

func TestForeignMarkerHidesNoAnswer(t *testing.T) {
	g := start(t)
	connect(t, g, refuse)
	_, first := say(t, g, "/promote red prodution")
	marker := ownComments(g)[0].Body
	marker = marker[strings.LastIndex(marker, "<!--"):]
	comment, delivery := say(t, g, "/promote red prodution\n\n"+marker)
	if _, _, err := g.Comment(soon(t), repository, 1, "helper[bot]", marker); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, first, http.StatusOK)
	wantStatus(t, delivery, http.StatusOK)
	if own := ownComments(g); len(own) != 2 {
		t.Errorf("%d comments; comment %d was not answered", len(own), comment.ID)
	}
}
