package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// toldSizes are the sizes of the storm of notifications.
type toldSizes struct {
	// services × versions Promotions are made with Kargo's own tools, told in so many channels, while one of two
	// replicas is killed so many times.
	services, versions, channels, kills int
	// failing is how many services fail to be promoted.
	failing int
	// burst is how many messages a channel takes in a minute before the rest is summed up.
	burst int
	// patience is for how long to wait for all to end, and then for all to be told.
	patience time.Duration
	// burstServices × burstVersions Promotions become at most so many messages.
	burstServices, burstVersions, burstPosts int
}

// told is a fifth of what was promised, in which everything happens that happens in all of it: summaries, failures,
// kills of the leader and of the other. With E2E_STORM=full it is all: a thousand Promotions and fifty kills, and
// five hundred Promotions in one burst.
var told = map[bool]toldSizes{
	false: {
		services: 40, versions: 5, channels: 4, kills: 10, failing: 3, burst: 10, patience: 3 * time.Minute,
		burstServices: 20, burstVersions: 5, burstPosts: 15,
	},
	true: {
		services: 100, versions: 10, channels: 10, kills: 50, failing: 5, burst: 30, patience: 8 * time.Minute,
		burstServices: 50, burstVersions: 10, burstPosts: 30,
	},
}[os.Getenv("E2E_STORM") == "full"]

const (
	// toldTrouble is how many of a hundred calls to Slack, to GitHub and to the webhook fail.
	toldTrouble = 20
	// toldDeployed is how many services have their code on GitHub, and so deployments: GitHub takes some 180
	// writes a minute and no more.
	toldDeployed = 3
	// toldBetween is the longest time between two kills.
	toldBetween = 2 * time.Second
)

func toldService(i int) string { return fmt.Sprintf("s%03d", i) }
func toldChannel(i int) string { return fmt.Sprintf("C2%02d", i%told.channels) }

// TestEverythingIsToldOnceInAStorm: many Promotions, none of them asked for through the bot. In the end each
// is told once in its channel, in a message of its own or in one summary, each that failed has one reply, the
// program that listens has heard of each happening, and GitHub has one deployment each of those with code there.
func TestEverythingIsToldOnceInAStorm(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 2026))
	heard := newListener(t)
	w := toldWorld(t, heard.server.URL)
	all := toldFreight(t, w)
	bots := []*harness.Bot{w.Installation.Start(t), w.Installation.Start(t)}
	w.AwaitListening(t)
	w.Slack.SetFault(slackfake.RandomTrouble(5, toldTrouble))
	w.GitHub.SetStorm(githubfake.Storm{Seed: 5, Share: toldTrouble / 100.0})

	begin := time.Now()
	var making sync.WaitGroup
	making.Go(func() { toldPromote(t, w, all) })
	for range told.kills {
		<-time.After(time.Duration(random.Int64N(int64(toldBetween)))) // it dies at any time
		i := random.IntN(len(bots))
		bots[i].Kill(t)
		bots[i] = w.Installation.Start(t)
	}
	making.Wait()
	t.Logf("after %s all promotions are made and a bot was killed %d times", time.Since(begin).Round(time.Second), told.kills)
	w.Promotions.Await(t, "all promotions to end", told.patience, func(all []*kargoapi.Promotion) bool {
		return len(all) == told.services*told.versions && !slices.ContainsFunc(all, func(p *kargoapi.Promotion) bool { return !p.Status.Phase.IsTerminal() })
	})
	t.Logf("after %s all promotions have ended", time.Since(begin).Round(time.Second))
	toldRight(t, w, heard)
	t.Logf("after %s all is said", time.Since(begin).Round(time.Second))
}

func toldWorld(t *testing.T, listening string) *harness.World {
	t.Helper()
	options := harness.WorldOptions{
		Config: func(config map[string]any) {
			config["leaderElection"] = map[string]any{"leaseDuration": "3s"}
			config["webhooks"] = map[string]any{"audit": map[string]any{"url": listening, "secret": map[string]any{"file": "audit-secret"}}}
			rules := []any{map[string]any{"webhook": "audit", "on": []any{"succeeded", "failed"}}}
			channels := map[string]any{}
			for i := range told.channels {
				var services []any
				for j := i; j < told.services; j += told.channels {
					services = append(services, toldService(j))
				}
				rules = append(rules, map[string]any{"services": services, "environments": []any{"production"}, "slack": toldChannel(i)})
				channels[toldChannel(i)] = map[string]any{"burst": told.burst}
			}
			config["notifications"], config["channels"] = rules, channels
			config["owners"] = map[string]any{"*": map[string]any{"slack": harness.Hubot}}
			github := config["github"].(map[string]any)
			github["pullRequests"] = map[string]any{"comment": false}
			sources := map[string]any{}
			for i := range toldDeployed {
				sources[toldService(i)] = map[string]any{"repo": harness.Repo, "tags": []any{"{service}/{version}"}}
			}
			github["sources"] = sources
		},
		Secrets: map[string]string{"audit-secret": "a secret of the tests"},
		Slack: func(c *slackfake.Config) {
			c.PerChannelInterval, c.PerChannelBurst = time.Second, 1
			for i := range told.channels {
				c.Channels = append(c.Channels, slackfake.Channel{ID: toldChannel(i), Name: fmt.Sprintf("told-%d", i), BotIn: true})
			}
		},
		GitHub: toldGitHub,
	}
	return cluster.NewWorld(t, options)
}

func toldGitHub(c *githubfake.Config) {
	harness.WithAnnouncements().GitHub(c)
	repo := &c.World.Repositories[0]
	for i := range toldDeployed {
		for j := range told.versions {
			repo.Tags = append(repo.Tags, githubfake.Tag{Name: toldService(i) + "/" + manyVersion(j), Commit: "c6"})
		}
	}
}

// toldFreight makes the Stages and what can be promoted to them.
func toldFreight(t *testing.T, w *harness.World) [][]*kargoapi.Freight {
	t.Helper()
	all := make([][]*kargoapi.Freight, told.services)
	for i := range all {
		service := toldService(i)
		step := harness.Pass("push")
		if i >= told.services-told.failing {
			step = harness.Fail("push", "remote hung up")
		}
		w.Warehouse(t, service)
		w.NewStage(t, harness.Stage{Name: service + "-production", Warehouses: []string{service}, Steps: []harness.Step{step}})
		for j := range told.versions {
			all[i] = append(all[i], w.NewFreight(t, service, service, manyVersion(j)))
		}
	}
	return all
}

// toldPromote makes the Promotions, some time apart.
func toldPromote(t *testing.T, w *harness.World, all [][]*kargoapi.Freight) {
	for j := range told.versions {
		for i := range told.services {
			if err := w.PromoteUnasked(t.Context(), toldService(i)+"-production", all[i][j]); err != nil {
				t.Errorf("promote %s %s: %v", toldService(i), manyVersion(j), err)
				return
			}
		}
	}
}

// toldRight returns when everything is told, and fails the test if something is told twice, or not in time.
func toldRight(t *testing.T, w *harness.World, heard *listener) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), told.patience)
	defer cancel()
	var problems []string
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		problems = append(toldInSlack(t, w), append(toldOnGitHub(w), heard.problems(w.Promotions.Objects())...)...)
		if len(problems) == 0 {
			break
		}
		select {
		case <-tick.C:
			continue
		case <-ctx.Done():
		}
		break
	}
	for _, problem := range problems[:min(len(problems), 20)] {
		t.Error(problem)
	}
}

// toldInSlack says what is not as it should be in Slack.
func toldInSlack(t *testing.T, w *harness.World) (problems []string) {
	t.Helper()
	marked := map[string]int{}
	for i := range told.channels {
		for marker, messages := range w.Slack.Marked(toldChannel(i), "marker") {
			marked[marker] += len(messages)
		}
	}
	for marker, n := range marked {
		if n > 1 {
			problems = append(problems, fmt.Sprintf("%s was said %d times", marker, n))
		}
	}
	records := w.Records(t)
	if want := told.services * told.versions; len(records) != want {
		problems = append(problems, fmt.Sprintf("there are %d records of %d Promotions", len(records), want))
	}
	own, folded := 0, 0
	for _, r := range records {
		ways := 0
		for _, report := range r.Status.Reports {
			switch {
			case report.Sink != "slack":
			case report.Part == v1alpha1.PartCard && report.ID != "":
				ways++
				own++
				if r.Status.Phase == v1alpha1.PhaseFailed && marked[markerOf(r, "Failed")] != 1 {
					problems = append(problems, r.Name+" failed, and nobody was called")
				}
			case report.Part == v1alpha1.PartSummary:
				ways++
				folded++
			}
		}
		if ways != 1 {
			problems = append(problems, fmt.Sprintf("%s is told in %d ways: %+v", r.Name, ways, r.Status.Reports))
		}
		if n := len(r.Status.Happenings); n != 2 {
			problems = append(problems, fmt.Sprintf("of %s, %d things have happened: %+v", r.Name, n, r.Status.Happenings))
		}
	}
	if len(problems) == 0 {
		t.Logf("%d messages of their own, %d in summaries", own, folded)
	}
	return problems
}

// markerOf is hidden in the reply that calls somebody because of an outcome.
func markerOf(r *v1alpha1.PromotionRecord, part string) string {
	for _, report := range r.Status.Reports {
		if report.Sink == "slack" {
			return "kargo-bot:promotion:" + string(r.UID) + ":" + report.Target + ":" + part
		}
	}
	return ""
}

// toldOnGitHub says what is not as it should be on GitHub.
func toldOnGitHub(w *harness.World) (problems []string) {
	payloads := map[string]int{}
	for _, d := range w.GitHub.Deployments(harness.Repo) {
		payloads[d.Payload]++
		if d.State() != "success" && d.State() != "inactive" {
			problems = append(problems, fmt.Sprintf("the deployment of %s is %s", d.Environment, d.State()))
		}
	}
	for payload, n := range payloads {
		if n != 1 {
			problems = append(problems, fmt.Sprintf("%d deployments of %s", n, payload))
		}
	}
	if n := len(payloads); n != toldDeployed*told.versions {
		problems = append(problems, fmt.Sprintf("there are %d deployments", n))
	}
	return problems
}

// listener is a program that is told of what happens. Now and then it fails, before or after it has understood.
type listener struct {
	server *httptest.Server

	mu     sync.Mutex
	random *rand.Rand
	heard  map[string]string // promotions by event
	again  int
}

func newListener(t *testing.T) *listener {
	t.Helper()
	l := &listener{random: rand.New(rand.NewPCG(5, 5)), heard: map[string]string{}}
	l.server = httptest.NewServer(l)
	t.Cleanup(l.server.Close)
	return l
}

// ServeHTTP implements http.Handler.
func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var event struct {
		Data struct {
			ID        string `json:"id"`
			Promotion string `json:"promotion"`
		} `json:"data"`
	}
	err := json.NewDecoder(r.Body).Decode(&event)
	l.mu.Lock()
	defer l.mu.Unlock()
	fails, understands := l.random.IntN(100) < toldTrouble, l.random.IntN(2) == 0
	switch {
	case err != nil || event.Data.ID == "" || event.Data.ID != r.Header.Get("Webhook-Id"):
		http.Error(w, "not understood", http.StatusBadRequest)
		return
	case !fails || understands:
		if _, known := l.heard[event.Data.ID]; known {
			l.again++
		}
		l.heard[event.Data.ID] = event.Data.Promotion
	}
	if fails {
		http.Error(w, "busy", []int{http.StatusTooManyRequests, http.StatusServiceUnavailable}[l.random.IntN(2)])
	}
}

// problems says of which Promotions the listener has not heard once.
func (l *listener) problems(all []*kargoapi.Promotion) (problems []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	times := map[string]int{}
	for _, promotion := range l.heard {
		times[promotion]++
	}
	for _, p := range all {
		if n := times[p.Name]; n != 1 {
			problems = append(problems, fmt.Sprintf("the listener has heard of %d events of %s", n, p.Name))
		}
	}
	return problems
}

// TestABurstBecomesOneSummary: very many Promotions at once in one channel.
func TestABurstBecomesOneSummary(t *testing.T) {
	t.Parallel()
	services, versions := told.burstServices, told.burstVersions
	w := cluster.NewWorld(t, harness.WorldOptions{
		Config: func(config map[string]any) {
			config["notifications"] = []any{map[string]any{"environments": []any{"production"}, "slack": "#deploys"}}
		},
		Slack: func(c *slackfake.Config) { c.PerChannelInterval, c.PerChannelBurst = time.Second, 1 },
	})
	all := make([][]*kargoapi.Freight, services)
	for i := range all {
		service := toldService(i)
		w.Warehouse(t, service)
		w.NewStage(t, harness.Stage{Name: service + "-production", Warehouses: []string{service}, Steps: harness.Passes("push")})
		for j := range versions {
			all[i] = append(all[i], w.NewFreight(t, service, service, manyVersion(j)))
		}
	}
	w.Start(t)
	w.AwaitListening(t)
	var making sync.WaitGroup
	for i := range services {
		making.Go(func() {
			for j := range versions {
				if err := w.PromoteUnasked(t.Context(), toldService(i)+"-production", all[i][j]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	making.Wait()
	own, summed := 0, 0
	w.Slack.AwaitMessages(t, harness.Deploys, 3*time.Minute, func(messages []slackfake.Message) bool {
		own, summed = 0, 0
		for _, m := range messages {
			text := w.Slack.PlainText(m)
			n := 0
			if _, err := fmt.Sscanf(strings.TrimSpace(text), "%d promotions since", &n); err == nil && strings.Contains(text, fmt.Sprintf("%d succeeded", n)) {
				summed += n
			} else if strings.Contains(text, "is live in production") || strings.Contains(text, "was live in production") {
				own++
			}
		}
		return own+summed == services*versions
	})
	toldOnce(t, w, harness.Deploys)
	posts := len(w.Slack.Messages(harness.Deploys))
	t.Logf("%d messages of their own, %d promotions in summaries, %d messages in all", own, summed, posts)
	if most := told.burstPosts; posts > most {
		t.Errorf("%d messages for %d promotions; want at most %d", posts, services*versions, most)
	}
}
