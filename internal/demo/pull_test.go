package demo_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/demo"
	"github.com/davidaparicio/kargo-bot/internal/demo/page"
)

// A change is followed from its pull request to production, and out of there again, in one comment.
func TestPullRequestIsFollowed(t *testing.T) {
	t.Parallel()
	s := serve(t, demo.Options{StepTime: step})
	const change = 231
	says := func(number int, words ...string) func(page.State) bool {
		return func(state page.State) bool {
			return saysAll(followed(t, state, number), words)
		}
	}
	s.await(t, "what merging adds", says(change, "What merging this adds", "**sha-9ab0113**", "announce the region"))

	s.post(t, "/api/merge", `{"as":"hubot","number":231}`)
	state := s.await(t, "the change in development", says(change, "This change is in development, and not yet in production", "· 3.3.3"))
	release := threadOf(state, func(thread page.Thread) bool { return thread.Title == "chore: release blue 3.4.0" })
	if merged := threadOf(state, func(thread page.Thread) bool { return thread.Number == change }); !merged.Merged || release.Number == 0 {
		t.Fatalf("after the merge there is %+v, and of a release %+v", merged, release)
	}
	s.await(t, "what the release adds", says(release.Number, "What this release adds"))

	s.post(t, "/api/merge", fmt.Sprintf(`{"as":"octocat","number":%d}`, release.Number))
	s.await(t, "the change in staging", says(change, "This change is in staging, and not yet in production", "3.4.0 waits for promotion"))
	s.post(t, "/api/slack", `{"as":"octocat","text":"/promote blue production"}`)
	s.await(t, "the change in production", says(change, "This change is in production"))
	s.await(t, "the release in production", says(release.Number, "This release is in production"))

	s.post(t, "/api/slack", `{"as":"octocat","text":"/rollback blue production"}`)
	s.await(t, "the change out of production", says(change, "This change was taken out of production again", "✗ 3.3.2 again"))
}

func saysAll(said string, words []string) bool {
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(said, word) })
}

// followed returns what the bot says by itself on a pull request, in the one comment that it has for that.
func followed(t *testing.T, state page.State, number int) string {
	t.Helper()
	thread := threadOf(state, func(thread page.Thread) bool { return thread.Number == number })
	comments := slices.DeleteFunc(slices.Clone(thread.Comments), func(c page.Comment) bool { return !c.Bot })
	if len(comments) > 1 {
		t.Fatalf("there are %d comments of the bot on %d: %+v", len(comments), number, comments)
	}
	if len(comments) == 0 {
		return ""
	}
	return comments[0].Body
}

func threadOf(state page.State, is func(page.Thread) bool) page.Thread {
	i := slices.IndexFunc(state.GitHub, is)
	if i < 0 {
		return page.Thread{}
	}
	return state.GitHub[i]
}

// What was merged shortly before the demo began is told of as well, where that is known and where it is not.
func TestMergedPullRequestsAreTold(t *testing.T) {
	t.Parallel()
	s := serve(t, demo.Options{StepTime: step})
	for number, says := range map[int][]string{
		222: {"This release is in staging, and not yet in production", "3.2.0 waits for promotion"},
		226: {"This change is in development, and not yet in production"},
		225: {"? **1.9.0**", "2.0.0 waits for promotion", "Which commit yellow 1.9.0 was built from is not known"},
	} {
		s.await(t, strings.Join(says, ", "), func(state page.State) bool { return saysAll(followed(t, state, number), says) })
	}
}

func TestReleaseIsMadeAsOnGitHub(t *testing.T) {
	t.Parallel()
	s := serve(t, demo.Options{StepTime: step})
	for _, version := range []string{"3.2.1", "3.2.2"} {
		s.post(t, "/api/release", `{"service":"red"}`)
		s.await(t, version+" in staging", func(state page.State) bool {
			release := threadOf(state, func(thread page.Thread) bool { return thread.Title == "chore: release red "+version })
			return release.Merged && state.Board.Services[0].Cells[1].Version == version && inProduction(state, "red").Waits == version
		})
	}
}

// What Kargo commits when it promotes is in the repository: the next diff of the manifests begins with it.
func TestPromotionsAreCommitted(t *testing.T) {
	t.Parallel()
	d := start(t, demo.Options{StepTime: 10 * time.Millisecond})
	if outcome, seen := do(t, d, demo.Command{On: page.OnSlack, As: "octocat", Text: "/promote red production"}); outcome != demo.Succeeded {
		t.Fatalf("%s:\n%s", outcome, seen)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		changed := d.Changed()
		_, seen := ask(t, d, demo.Command{On: page.OnSlack, As: "octocat", Text: "/kargo diff red production 3.1.0"})
		if !strings.Contains(seen, "Takes away 7 commits") {
			t.Fatalf("the way back is:\n%s", seen)
		}
		if strings.Contains(seen, "-        image: quay.io/davidaparicio/red:3.2.0") {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("the commit was not seen:\n%s", seen)
		}
	}
}
