package githubfake_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

func TestADeletedTagTakesItsReleaseBack(t *testing.T) {
	given := deploying()
	in := newIntake(t, http.StatusOK)
	given.App.Events, given.Webhook = []string{"push", "delete"}, githubfake.Webhook{URL: in.URL, Secret: secret}
	g := start(t, given)
	deliveries, err := g.DeleteTag(soon(t), repo, "octocat", "red/3.1.0")
	if got := told(t, deliveries, err); got != "delete, push" || !strings.Contains(string(deliveries[1].Payload), `"after":"0000000000000000000000000000000000000000"`) {
		t.Error(got)
	}
	if _, there := g.Release(repo, "red/3.1.0"); there {
		t.Error("the release is still published")
	}
	if _, answer, _ := client(t, g).Git.GetRef(soon(t), "acme", "microsvcs", "tags/red/3.1.0"); answer.StatusCode != http.StatusNotFound {
		t.Errorf("the tag: %d", answer.StatusCode)
	}
	if _, err := g.DeleteTag(soon(t), repo, "octocat", "red/3.1.0"); err == nil {
		t.Error("it was deleted twice")
	}
}

func TestTheAppEditsARelease(t *testing.T) {
	given := deploying()
	in := newIntake(t, http.StatusOK)
	given.App.Events, given.Webhook = []string{"release"}, githubfake.Webhook{URL: in.URL, Secret: secret}
	g := start(t, given)
	c := client(t, g)
	before, _ := g.Release(repo, "red/3.1.0")
	edit := func(body string) int {
		t.Helper()
		_, answer, err := c.Repositories.EditRelease(soon(t), "acme", "microsvcs", before.ID, &github.RepositoryRelease{Body: &body})
		if answer == nil {
			t.Fatal(err)
		}
		return answer.StatusCode
	}
	if status := edit("First.\n\nMore."); status != http.StatusOK {
		t.Errorf("%d", status)
	}
	if status := edit(strings.Repeat("é", 125_001)); status != http.StatusUnprocessableEntity {
		t.Errorf("too long: %d", status)
	}
	if after, _ := g.Release(repo, "red/3.1.0"); after.Notes != "First.\n\nMore." || after.Name != before.Name {
		t.Errorf("%+v", after)
	}
	if err := g.Await(soon(t), "the webhook", func() bool { return len(g.Deliveries()) == 1 }); err != nil {
		t.Fatal(err)
	}
	if got := told(t, g.Deliveries(), nil); got != "release edited" {
		t.Error(got)
	}
	answer, _ := call(t, g, http.MethodPatch, "/repos/acme/microsvcs/releases/404", `{"body":"x"}`, "Authorization", "token "+installationToken(t, g))
	if answer.StatusCode != http.StatusNotFound {
		t.Errorf("no release: %d", answer.StatusCode)
	}
}
