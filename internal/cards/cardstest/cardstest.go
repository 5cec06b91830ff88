// Package cardstest has cards as the bot makes them, for the tests of those who show them.
package cardstest

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

const web = "https://github.com/acme/microsvcs"

// Cards returns cards that tell what ships, where changes are, how far releases are and what happened, by name.
func Cards() map[string]chatops.Card {
	links := cards.Links{Kargo: "https://kargo.acme.dev"}
	all := map[string]chatops.Card{
		"ships-diff":      cards.Diff(diff(), cards.Paging{Page: 1}, links),
		"ships-promotion": cards.PullPromotion(diff(), "red-production.01kqwz.e72fb09", "Running", links),
		"ships-preview":   cards.PullPreview(preview()),
		"ships-where":     cards.Whereabouts(whereabouts(), links),
	}
	for name, r := range Releases() {
		all[name] = cards.Release(r, links)
	}
	r := Releases()["release-overdue"]
	all["release-alert"] = cards.ReleaseAlert(r, v1alpha1.Happening{Outcome: v1alpha1.OutcomeOverdue, Message: r.Status.Message}, links)
	all["release-deployed"] = cards.ReleaseDeployed(Releases()["release-live"], links)
	maps.Copy(all, told(links))
	return all
}

// Enormous returns the card of a diff of n commits, versions and manifests, all of whose foreign strings are
// that text, again and again.
func Enormous(n int, text string) chatops.Card {
	long := strings.Repeat(text, n/max(1, len(text))+1)
	d := diff()
	d.From.Version, d.To.Version, d.To.Alias = long, long, long
	code := &d.Code[0]
	code.Added = answers.Commits{Total: n, Elsewhere: n, Unseen: n, PullRequests: n, Breaking: n}
	code.URL = web + "/compare/" + long
	code.Releases, code.Remarks = nil, []string{long, long}
	for i := range n {
		code.Added.List = append(code.Added.List, answers.Commit{
			SHA: fmt.Sprintf("%040x", i), Title: long[:min(len(long), 200)], Type: "feat", Scope: text, Breaking: i%2 == 0, Author: text,
			PullRequest: &answers.PullRequest{Number: i + 1, Title: text, URL: fmt.Sprintf("%s/pull/%d", web, i+1)}, URL: web + "/commit/" + text,
		})
	}
	code.Removed = code.Added
	code.Relation = "diverged"
	d.Code = append(d.Code, *code, *code)
	// The notes of one repository are enough: what they say is read again for each release.
	for i := range min(n, 20) {
		lines := n
		if i > 1 {
			lines = 2
		}
		d.Code[0].Releases = append(d.Code[0].Releases, answers.ReleaseNotes{Version: fmt.Sprint(i), Tag: text, Notes: strings.Repeat("* "+text+"\n", lines), URL: web})
	}
	d.Manifests.Note, d.Manifests.Changed = long, nil
	for range n {
		d.Changes = append(d.Changes, answers.ArtifactChange{Kind: "image", Artifact: text, From: &answers.ArtifactVersion{Version: long}})
		d.Manifests.Changed = append(d.Manifests.Changed, answers.ManifestChange{Kind: "Deployment", Name: text, Diff: "-" + long + "\n+" + long + "\n"})
	}
	return cards.Diff(d, cards.Paging{Page: 1}, cards.Links{Kargo: "https://kargo.acme.dev"})
}

// diff is that of red between two versions.
func diff() answers.Diff {
	return answers.Diff{
		Project: "microsvcs", Service: "red", Environment: "production", Stage: "red-production",
		From: &answers.Freight{Name: "2873e6b6a1c3", Version: "3.1.0"},
		To:   &answers.Freight{Name: "e72fb09c1d4f", Alias: "rafting-starfish", Version: "3.2.0"},
		Changes: []answers.ArtifactChange{{
			Kind: "image", Artifact: "quay.io/acme/red", From: &answers.ArtifactVersion{Version: "3.1.0", Revision: "1111111aaaa"},
			To: &answers.ArtifactVersion{Version: "3.2.0", Revision: "8d2f6b2aaaa"},
		}},
		Code: []answers.CodeChange{{
			Artifacts: []string{"quay.io/acme/red"}, Repository: "acme/microsvcs", Relation: "ahead", Added: commits(),
			URL: web + "/compare/red%2F3.1.0...red%2F3.2.0",
			Releases: []answers.ReleaseNotes{{
				Version: "3.2.0", Tag: "red/3.2.0", URL: web + "/releases/tag/red%2F3.2.0",
				Notes: "## [3.2.0](" + web + "/compare/red/3.1.0...red/3.2.0) (2026-05-04)\n\n\n### ⚠ BREAKING CHANGES\n\n* **red:** drop /v1\n\n" +
					"### Bug Fixes\n\n* **red:** retry on 429, thanks @hubot ([#218](" + web + "/issues/218)) ([77aa310](" + web + "/commit/77aa310))\n",
			}},
		}},
		Manifests: &answers.Manifests{
			Repository: "acme/microsvcs", Commit: "4f2c1aa0000", Branch: "main", Path: "k8s/overlays/production/red", Unchanged: 3, Lines: 4,
			Changed: []answers.ManifestChange{{
				Kind: "Deployment", Namespace: "production", Name: "red", Added: 1, Removed: 1,
				Diff: "@@ -17,3 +17,3 @@\n       containers:\n-      - image: quay.io/acme/red:3.1.0\n+      - image: quay.io/acme/red:3.2.0\n         name: red\n",
			}},
		},
	}
}

func commits() answers.Commits {
	pull := func(n int) *answers.PullRequest {
		return &answers.PullRequest{Number: n, URL: fmt.Sprintf("%s/pull/%d", web, n)}
	}
	return answers.Commits{Total: 3, Elsewhere: 7, PullRequests: 2, Breaking: 1, List: []answers.Commit{
		{SHA: "77aa3100000", Title: "retry on 429 & <friends>, see @hubot #12", Type: "fix", Scope: "red", Author: "octocat", PullRequest: pull(218), URL: web + "/commit/77aa310"},
		{SHA: "5566aab0000", Title: "drop /v1", Type: "feat", Scope: "red", Breaking: true, Author: "hubot", PullRequest: pull(214), URL: web + "/commit/5566aab"},
		{SHA: "1122abc0000", Title: "Tidy `up` *all* of it", Author: "Mona Lisa"},
	}}
}

func preview() answers.PullPreview {
	change := func(total int) *answers.CodeChange {
		return &answers.CodeChange{
			Artifacts: []string{"red"}, Repository: "acme/microsvcs", Relation: "ahead", URL: web + "/compare/a...b",
			Added: answers.Commits{Total: total, Breaking: 1, PullRequests: 2, List: commits().List[:total]},
		}
	}
	return answers.PullPreview{More: 1, Services: []answers.ServicePreview{
		{Project: "microsvcs", Service: "red", Adds: *change(2), Places: []answers.PlacePreview{
			{Environment: "development", Version: "sha-4f2c1aa", Waits: &answers.CodeChange{Relation: "identical"}},
			{Environment: "staging", Version: "3.2.0", Waits: change(1)}, {Environment: "production", Version: "3.1.0", Waits: change(3)},
		}},
		{
			Project: "microsvcs", Service: "blue", Adds: answers.CodeChange{Unknown: "GitHub has not told in time."},
			Places: []answers.PlacePreview{{Environment: "staging"}, {Environment: "production"}},
		},
	}}
}

func whereabouts() answers.Whereabouts {
	noon := time.Date(2026, time.May, 4, 12, 4, 0, 0, time.UTC)
	next := answers.Freight{Name: "e72fb09c1d4f", Alias: "rafting-starfish", Version: "3.2.0"}
	return answers.Whereabouts{Services: []answers.ServiceWhereabouts{{
		Project: "microsvcs", Service: "red", Freight: []answers.Freight{{Version: "sha-4f2c1aa"}, next},
		Places: []answers.Place{
			{Environment: "development", Version: "sha-4f2c1aa", Since: noon.Add(-2 * time.Hour), There: true},
			{Environment: "staging", Version: "3.2.0", Since: noon.Add(-time.Hour), There: true},
			{Environment: "production", Version: "3.1.0", Since: noon.Add(-120 * time.Hour), Waiting: &next, Code: &answers.CodeChange{
				Artifacts: []string{"red"}, Relation: "ahead", Added: commits(), URL: web + "/compare/a...b",
			}},
		},
	}}}
}
