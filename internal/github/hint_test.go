package github_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

// hinting returns an intake that gives hints, with room for that many.
func hinting(t testing.TB, room int, change ...func(*github.IntakeOptions)) (*github.Intake, chan github.Hint) {
	t.Helper()
	hints := make(chan github.Hint, room)
	return newIntake(t, &recorder{}, append(change, func(o *github.IntakeOptions) { o.Hints = hints })...), hints
}

// taken returns the hints that wait.
func taken(hints chan github.Hint) []github.Hint {
	var all []github.Hint
	for len(hints) > 0 {
		all = append(all, <-hints)
	}
	return all
}

func pullEvent(action string) object {
	return object{
		"action": action, "number": 12, "pull_request": object{"number": 12, "body": "\"repository\": {}", "head": object{"repo": object{"full_name": "mallory/fork"}}},
		"repository": object{"id": 1, "full_name": repository}, "installation": object{"id": installation},
	}
}

// tagEvent is a payload as GitHub writes it, in its order, after that beginning.
func tagEvent(beginning string) string {
	return "{" + beginning + `,"repository":{"id":1,"full_name":"acme/microsvcs"},"sender":{"login":"octocat"}}`
}

// releaseOf is a release with much before and behind its tag.
func releaseOf(tag string) string {
	return `"release":{"url":"https://api.github.com/repos/acme/microsvcs/releases/1","author":` + encode(userJSON("octocat", "User", 1)) +
		`,"tag_name":"` + tag + `","name":"","body":"\"tag_name\":\"forged\" ` + strings.Repeat("x", 5000) + `"}`
}

func TestTagsAreInHints(t *testing.T) {
	const zero, full = "0000000000000000000000000000000000000000", "4f2c1aa05ab1a6a2f2a3b1a3c1d1e1f1a1b1c1d1"
	pushed := func(ref, after string) string {
		return tagEvent(`"ref":"` + ref + `","before":"` + zero + `","after":"` + after + `"`)
	}
	long := strings.Repeat("x", 256)
	for name, test := range map[string]struct{ event, body, tag string }{
		"a tag":                     {"create", tagEvent(`"ref":"red/3.2.0","ref_type":"tag","master_branch":"main"`), "red/3.2.0"},
		"a branch":                  {"create", tagEvent(`"ref":"red/3.2.0","ref_type":"branch","master_branch":"main"`), ""},
		"a tag, otherwise written":  {"create", tagEvent(`"ref_type": "tag", "ref": "v\u0031.0"`), "v1.0"},
		"a pushed tag":              {"push", pushed("refs/tags/red/3.2.0", full), "red/3.2.0"},
		"a deleted tag":             {"push", pushed("refs/tags/red/3.2.0", zero), ""},
		"a pushed branch":           {"push", pushed("refs/heads/refs/tags/x", full), ""},
		"a tag behind the rest":     {"push", `{"repository":{"full_name":"acme/microsvcs"},"deleted":false,"after":"` + full + `","ref":"refs/tags/v1"}`, "v1"},
		"a deleted one as well":     {"push", `{"repository":{"full_name":"acme/microsvcs"},"deleted":true,"ref":"refs/tags/v1"}`, ""},
		"a release":                 {"release", tagEvent(`"action":"published",` + releaseOf("v1")), "v1"},
		"a release, edited":         {"release", tagEvent(`"action":"edited","changes":{"body":{"from":"x"}},` + releaseOf("v1")), "v1"},
		"a release, no longer pre-": {"release", tagEvent(`"action":"released",` + releaseOf("v1")), "v1"},
		"a prerelease":              {"release", tagEvent(`"action":"prereleased",` + releaseOf("v1-rc.1")), "v1-rc.1"},
		"a deleted release":         {"release", tagEvent(`"action":"deleted",` + releaseOf("v1")), ""},
		"a draft":                   {"release", tagEvent(`"action":"created",` + releaseOf("v1")), ""},
		"a release, reversed":       {"release", `{"repository":{"full_name":"acme/microsvcs"},"release":{"tag_name":"v1"},"action":"published"}`, "v1"},
		"a release of no tag":       {"release", tagEvent(`"action":"published","release":{"tag_name":null}`), ""},
		"beyond ASCII":              {"create", tagEvent(`"ref":"größe","ref_type":"tag"`), "größe"},
		"the longest":               {"create", tagEvent(`"ref":"` + long[:255] + `","ref_type":"tag"`), long[:255]},
		"too long":                  {"create", tagEvent(`"ref":"` + long + `","ref_type":"tag"`), ""},
		"control characters":        {"create", tagEvent(`"ref":"v1\n","ref_type":"tag"`), ""},
		"others of those":           {"create", tagEvent("\"ref\":\"v1\u0085\",\"ref_type\":\"tag\""), ""},
		"no UTF-8":                  {"create", tagEvent("\"ref\":\"v1\xff\",\"ref_type\":\"tag\""), ""},
		"another place":             {"push", pushed("refs/tags/../../x", full), ""},
		"quotation marks":           {"create", tagEvent(`"ref":"v\"1","ref_type":"tag"`), `v"1`},
		"nothing":                   {"push", pushed("refs/tags/", full), ""},
	} {
		intake, hints := hinting(t, 10)
		if w := serve(intake, delivery(test.event, test.body)); w.Code != http.StatusOK {
			t.Errorf("%s: answered %d %s", name, w.Code, w.Body)
		}
		if diff := cmp.Diff([]github.Hint{{Repo: repository, Tag: test.tag}}, taken(hints)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

func TestDeliveriesGiveHints(t *testing.T) {
	ofRepository := object{"ref": "refs/heads/main", "number": 5, "repository": object{"full_name": repository}}
	for name, test := range map[string]struct {
		event string
		body  string
		want  []github.Hint
	}{
		"a pull request":                     {"pull_request", encode(pullEvent("opened")), []github.Hint{{Repo: repository, Number: 12}}},
		"a pull request of several commits":  {"pull_request", encode(pullEvent("synchronize")), []github.Hint{{Repo: repository, Number: 12}}},
		"a merge":                            {"pull_request", encode(pullEvent("closed")), []github.Hint{{Repo: repository, Number: 12}}},
		"a label, which changes nothing":     {"pull_request", encode(pullEvent("labeled")), nil},
		"a push":                             {"push", encode(ofRepository), []github.Hint{{Repo: repository}}},
		"a tag":                              {"create", encode(ofRepository), []github.Hint{{Repo: repository}}},
		"a release":                          {"release", encode(ofRepository), []github.Hint{{Repo: repository}}},
		"a push that is larger than is read": {"push", strings.Replace(encode(pad(ofRepository, 3<<20)), `{"`, `{"repository":{"full_name":"acme/microsvcs"},"`, 1), []github.Hint{{Repo: repository}}},
		"another event":                      {"star", encode(ofRepository), nil},
		"a push to a place that is none":     {"push", `{"repository":{"full_name":"../.."}}`, nil},
		"a pull request without a number":    {"pull_request", `{"action":"opened","repository":{"full_name":"a/b"}}`, nil},
		"a pull request of number -1":        {"pull_request", `{"action":"opened","number":-1,"repository":{"full_name":"a/b"}}`, nil},
		"a pull request without an action":   {"pull_request", `{"number":1,"repository":{"full_name":"a/b"}}`, nil},
		"no repository":                      {"push", `{"ref":"x"}`, nil},
		"no object":                          {"push", `["repository"]`, nil},
		"no JSON":                            {"push", `{"repository":{"full_name"`, nil},
		"of another type":                    {"push", `{"repository":"acme/microsvcs"}`, nil},
		"nothing":                            {"push", ``, nil},
	} {
		intake, hints := hinting(t, 10)
		w := serve(intake, delivery(test.event, test.body))
		if w.Code != http.StatusOK {
			t.Errorf("%s: answered %d %s", name, w.Code, w.Body)
		}
		if diff := cmp.Diff(test.want, taken(hints)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

// A delivery does not wait for whoever takes hints.
func TestHintsWithoutRoomAreDropped(t *testing.T) {
	registry := prometheus.NewRegistry()
	intake, hints := hinting(t, 2, func(o *github.IntakeOptions) { o.Registerer = registry })
	for range 5 {
		if w := serve(intake, delivery("pull_request", encode(pullEvent("edited")))); w.Code != http.StatusOK || w.Body.String() != "noted\n" {
			t.Errorf("answered %d %s", w.Code, w.Body)
		}
	}
	if got := taken(hints); len(got) != 2 {
		t.Errorf("%d hints in a place for 2", len(got))
	}
	const deliveries = "kargobot_github_deliveries_total"
	if given, dropped := counted(t, registry, deliveries, "hint"), counted(t, registry, deliveries, "dropped_hint"); given != 2 || dropped != 3 {
		t.Errorf("%v given, %v dropped", given, dropped)
	}
}

func TestUnsignedHintsAreNotBelieved(t *testing.T) {
	intake, hints := hinting(t, 10)
	request := delivery("push", `{"repository":{"full_name":"acme/microsvcs"}}`)
	request.Header.Set("X-Hub-Signature-256", sign("guessed", "{}"))
	if w := serve(intake, request); w.Code != http.StatusUnauthorized {
		t.Errorf("answered %d", w.Code)
	}
	if got := taken(hints); len(got) > 0 {
		t.Errorf("believed %v", got)
	}
}

func TestWithoutHintsTheirEventsAreLikeAnyOther(t *testing.T) {
	w := serve(newIntake(t, &recorder{}), delivery("push", `{"repository":{"full_name":"acme/microsvcs"}}`))
	if w.Code != http.StatusOK || w.Body.String() != "no command\n" {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}

// Whatever a delivery holds, a hint names a repository and a pull request that can be, and the delivery is
// answered.
func FuzzHints(f *testing.F) {
	f.Add("pull_request", encode(pullEvent("opened")))
	f.Add("push", `{"ref":"refs/heads/main","repository":{"full_name":"a/b"}}`)
	f.Add("release", `{"repository":{"full_name":"a/.."},"number":1e99}`)
	f.Add("create", `{"repository":null,"repository":{"full_name":"a/b"}} {`)
	f.Add("create", tagEvent(`"ref":"red/3.2.0","ref_type":"tag"`))
	f.Add("push", tagEvent(`"ref":"refs/tags/v1","before":"0","after":"4f2c1aa05ab1a6a2f2a3b1a3c1d1e1f1a1b1c1d1"`))
	f.Add("release", tagEvent(`"action":"published","release":{"tag_name":"v1"}`))
	f.Fuzz(func(t *testing.T, event, body string) {
		intake, hints := hinting(t, 10)
		if w := serve(intake, delivery(event, body)); w.Code >= http.StatusInternalServerError {
			t.Fatalf("answered %d %s", w.Code, w.Body)
		}
		for _, hint := range taken(hints) {
			owner, name, ok := strings.Cut(hint.Repo, "/")
			isPull := event == "pull_request"
			if len(hint.Tag) > 255 || !utf8.ValidString(hint.Tag) || strings.ContainsFunc(hint.Tag, unicode.IsControl) || hint.Tag != "" && isPull {
				t.Fatalf("hint %+v", hint)
			}
			if !ok || owner == "" || name == "" || name == ".." || strings.Contains(name, "/") || isPull != (hint.Number > 0) {
				t.Fatalf("hint %+v", hint)
			}
		}
	})
}

// What GitHub sends when somebody works gives the hints that are needed.
func TestWorkGivesHints(t *testing.T) {
	f := startForge(t, branches())
	hints := make(chan github.Hint, 100)
	intake := newIntake(t, &recorder{}, func(o *github.IntakeOptions) { o.Hints = hints })
	server := httptest.NewServer(intake)
	t.Cleanup(server.Close)
	f.SetWebhook(githubfake.Webhook{URL: server.URL, Secret: webhookSecret})
	ofPull, ofRepository := github.Hint{Repo: repository, Number: 1}, github.Hint{Repo: repository}
	ofTag := github.Hint{Repo: repository, Tag: "red/1.0.0"}
	for _, step := range []struct {
		name string
		do   func() ([]githubfake.Delivery, error)
		want []github.Hint
	}{
		{"push", func() ([]githubfake.Delivery, error) {
			_, sent, err := f.PushCommits(soon(t), repository, "change-1", "octocat", githubfake.Commit{Message: "more", Files: map[string]string{"b": "x\n"}})
			return sent, err
		}, []github.Hint{ofRepository, ofPull}},
		{"tag", func() ([]githubfake.Delivery, error) {
			return f.CreateTag(soon(t), repository, "octocat", githubfake.Tag{Name: "red/1.0.0", Commit: "main"})
		}, []github.Hint{ofTag, ofTag}},
		{"release", func() ([]githubfake.Delivery, error) {
			_, sent, err := f.PublishRelease(soon(t), repository, githubfake.Release{Tag: "red/1.0.0", Author: "octocat"})
			return sent, err
		}, []github.Hint{ofTag}},
		{"release edited", func() ([]githubfake.Delivery, error) {
			return f.EditRelease(soon(t), repository, "red/1.0.0", "octocat", "One", "First.")
		}, []github.Hint{ofTag}},
		{"tag deleted", func() ([]githubfake.Delivery, error) {
			return f.DeleteTag(soon(t), repository, "octocat", "red/1.0.0")
		}, []github.Hint{ofRepository}},
		{"merge", func() ([]githubfake.Delivery, error) {
			_, sent, err := f.MergePullRequest(soon(t), repository, 1, "octocat", githubfake.Squash)
			return sent, err
		}, []github.Hint{ofRepository, ofPull}},
	} {
		sent, err := step.do()
		if err != nil {
			t.Fatal(step.name, err)
		}
		for _, delivery := range sent {
			wantStatus(t, delivery, http.StatusOK)
		}
		got := taken(hints)
		for _, want := range step.want {
			if !slices.Contains(got, want) {
				t.Errorf("%s: no %+v in %+v", step.name, want, got)
			}
		}
	}
}
