package demo_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/demo"
	"github.com/davidaparicio/kargo-bot/internal/demo/page"
)

func TestPageShowsAPromotionOnItsWay(t *testing.T) {
	t.Parallel()
	s := serve(t, demo.Options{StepTime: step})
	before := s.await(t, "the beginning", func(page.State) bool { return true })
	if cell := inProduction(before, "red"); cell.Version != "3.1.0" || cell.Waits != "3.2.0" || cell.Health != "Healthy" || cell.Since == nil {
		t.Errorf("red in production begins as %+v", cell)
	}
	if len(before.Slack.Messages) != 0 || len(before.Shipments) != 0 || len(before.GitHub) < 2 {
		t.Errorf("it begins with %+v", before)
	}

	s.post(t, "/api/slack", `{"as":"octocat","text":"/promote red production"}`)
	s.await(t, "a step under way", func(state page.State) bool {
		running := inProduction(state, "red").Running
		return running != nil && running.Version == "3.2.0" && running.Step > 0 && running.Steps == 5 && running.StepName != ""
	})
	after := s.await(t, "the end", func(state page.State) bool {
		last := lastMessage(state)
		return inProduction(state, "red").Version == "3.2.0" && last.Thread != "" && strings.Contains(string(last.Blocks), "is live in production") &&
			len(state.Shipments) == 1 && state.Shipments[0].Phase == "Succeeded"
	})
	if cell := inProduction(after, "red"); cell.Running != nil || cell.Waits != "" || cell.Ended != nil || cell.Health != "Healthy" {
		t.Errorf("red in production ends as %+v", cell)
	}
	if first := after.Slack.Messages[0]; first.From != page.FromTyping || first.Author != "octocat" || first.Text != "/promote red production" {
		t.Errorf("what was typed is shown as %+v", first)
	}
	if answer := after.Slack.Messages[1]; answer.OnlyTo != "octocat" || answer.From != page.FromApp {
		t.Errorf("below it stands %+v and not the answer that only octocat sees", answer)
	}
	if shown := after.Shipments[0]; shown.Request != "red 3.1.0 → 3.2.0 to production" || shown.Step != "5/5" || shown.By != "octocat@example.com" {
		t.Errorf("Shipments: %+v", after.Shipments)
	}
}

func TestPageShowsGitHub(t *testing.T) {
	t.Parallel()
	s := serve(t, demo.Options{StepTime: step, EditInterval: edits})
	s.post(t, "/api/github", `{"as":"octocat","number":230,"text":"/promote green production"}`)
	s.post(t, "/api/github", `{"as":"hubot","number":231,"text":"Looks good to me."}`)
	after := s.await(t, "the rocket", func(state page.State) bool {
		comments := state.GitHub[0].Comments
		return len(comments) == 2 && slices.ContainsFunc(comments[0].Reactions, func(r page.Reaction) bool { return r.Content == "rocket" }) &&
			strings.Contains(comments[1].Body, "is live in production")
	})
	if answer := after.GitHub[0].Comments[1]; !answer.Bot || answer.Author != "kargo-bot[bot]" || answer.Edited == nil {
		t.Errorf("the answer is %+v", answer)
	}
	said := slices.DeleteFunc(after.GitHub[1].Comments, func(c page.Comment) bool { return strings.Contains(c.Body, "What merging this adds") })
	if len(said) != 1 || said[0].Author != "hubot" || said[0].Reactions != nil {
		t.Errorf("what is no command was answered: %+v", said)
	}
}

func TestPageArrangesWhatGoesWrong(t *testing.T) {
	t.Parallel()
	s := serve(t, demo.Options{StepTime: step})
	s.post(t, "/api/mishap", `{"service":"blue","mishap":"hangs"}`)
	s.await(t, "the mark on blue", func(state page.State) bool { return state.Board.Services[1].Mishap == demo.MishapHangs })
	s.post(t, "/api/slack", `{"as":"octocat","text":"/promote blue production"}`)
	s.await(t, "the last step", func(state page.State) bool {
		running := inProduction(state, "blue").Running
		return running != nil && running.StepName == "argocd-update"
	})
	s.post(t, "/api/abort", `{"stage":"blue-production"}`)
	s.await(t, "the abortion", func(state page.State) bool {
		ended := inProduction(state, "blue").Ended
		return ended != nil && ended.Phase == "Aborted" && ended.Version == "3.3.3" && state.Board.Services[1].Mishap == ""
	})

	s.post(t, "/api/mishap", `{"service":"blue","mishap":"fails"}`)
	s.post(t, "/api/mishap", `{"service":"blue","mishap":""}`)
	s.post(t, "/api/slack", `{"as":"octocat","text":"/promote blue production 3.3.3"}`)
	s.await(t, "blue in production after all", func(state page.State) bool { return inProduction(state, "blue").Version == "3.3.3" })
}
