package github_test

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

const kargoURL = "https://kargo.acme.dev/project/microsvcs/stage/red-production"

// releasing returns a GitHub with releases, where the App may write what it makes of them.
func releasing(t *testing.T, change ...func(*githubfake.Config)) forge {
	t.Helper()
	repo := monorepo()
	repo.Releases = []githubfake.Release{{Tag: "red/3.4.1", Name: "red 3.4.1", Author: "hubot", Notes: "## What's new\r\n\r\n- three, by @octocat\r\n"}}
	return startForge(t, repo, append([]func(*githubfake.Config){func(c *githubfake.Config) {
		maps.Copy(c.App.Permissions, map[string]string{"contents": "write", "deployments": "write", "checks": "write"})
	}}, change...)...)
}

// without takes permissions back.
func without(names ...string) func(*githubfake.Config) {
	return func(c *githubfake.Config) {
		for _, name := range names {
			c.App.Permissions[name] = "read"
		}
	}
}

// liveCard is a card of a promotion to production that went well.
func liveCard() chatops.Card {
	return chatops.Card{
		Title: "red 3.4.1 is live in production", State: chatops.StateSucceeded, Status: "1:57 · healthy",
		Facts: []chatops.Text{chatops.Line(chatops.Plain("3.4.0 → 3.4.1")), chatops.Line(chatops.Plain("asked by "), chatops.Mention(chatops.Actor{
			Source: chatops.SourceGitHub, ID: "octocat", Name: "The Octocat",
		}))},
		Table: &chatops.Table{Columns: []string{"environment", "since"}, Rows: [][]chatops.Text{
			{chatops.Line(chatops.Bold("staging")), chatops.Line(chatops.Plain("25 Nov 12:04 UTC"))},
			{chatops.Line(chatops.Bold("production")), chatops.Line(chatops.Plain("25 Nov 12:31 UTC"))},
		}},
		Links: []chatops.Link{{Label: "nowhere", URL: "javascript:alert(1)"}, {Label: "Open in Kargo", URL: kargoURL}},
	}
}

// wantUndeliverable fails the test unless the error says for people what is missing.
func wantUndeliverable(t *testing.T, what string, err error) *notify.Undeliverable {
	t.Helper()
	never := isUndeliverable(err)
	if never == nil || never.Reason == "" {
		t.Fatalf("%s: %v", what, err)
	}
	return never
}

// shortly is a context in which there is time for a call, and none to wait for a turn.
func shortly(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	t.Cleanup(cancel)
	return ctx
}
