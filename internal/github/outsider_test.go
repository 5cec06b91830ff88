package github_test

import (
	"net/http"
	"testing"
)

// TestAnOutsiderGetsAReactionAndNoComment: everybody can comment on a public repository.
func TestAnOutsiderGetsAReactionAndNoComment(t *testing.T) {
	g := start(t)
	connect(t, g, refuse)
	comment, delivery, err := g.Comment(soon(t), repository, 1, "stranger", "/promote red prodution")
	if err != nil {
		t.Fatal(err)
	}
	wantStatus(t, delivery, http.StatusOK)
	wantReactions(t, g, comment.ID, map[string]int{"-1": 1})
	if own := ownComments(g); len(own) > 0 {
		t.Errorf("wrote %q", own[0].Body)
	}
}

// TestAnOutsiderWhoMayIsObeyed: a member who conceals the membership looks like an outsider, and what
// they may is for Kubernetes to say.
func TestAnOutsiderWhoMayIsObeyed(t *testing.T) {
	g := start(t)
	connect(t, g, record)
	_, delivery, err := g.Comment(soon(t), repository, 1, "stranger", "/promote red production")
	if err != nil {
		t.Fatal(err)
	}
	if got := string(delivery.ResponseBody); !delivery.OK() || got != "1 recorded, 0 answered\n" {
		t.Errorf("answered %d %q", delivery.StatusCode, got)
	}
}
