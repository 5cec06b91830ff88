package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

const (
	stormCommands = manyServices * manyVersions
	// stormKills is how often the bot is killed while they are carried out.
	stormKills = 10
	// stormTime bounds all of it.
	stormTime = 5 * time.Minute
	// stormRetry is how often somebody tries again who was not answered.
	stormRetry = 300 * time.Millisecond
)

// TestTwoHundredCommandsAtOnceWhileTheBotIsKilledTenTimes: half of them in Slack, which takes a message
// a second in a channel, half on GitHub. Who is not answered tries again as Slack and GitHub do.
func TestTwoHundredCommandsAtOnceWhileTheBotIsKilledTenTimes(t *testing.T) {
	t.Parallel()
	w := manyWorld(t, harness.WorldOptions{
		Config: func(config map[string]any) {
			config["leaderElection"] = map[string]any{"leaseDuration": "3s"}
		},
		Slack: func(c *slackfake.Config) { c.PerChannelInterval, c.PerChannelBurst = time.Second, 1 },
		GitHub: func(c *githubfake.Config) {
			for i := 1; i < manyIssues; i++ {
				c.World.Repositories[0].Issues = append(c.World.Repositories[0].Issues, githubfake.Issue{Number: 100 + i, Author: "octocat"})
			}
		},
	})
	bot := w.Start(t)
	ctx, cancel := context.WithTimeout(t.Context(), stormTime)
	defer cancel()

	begin := time.Now()
	var commands sync.WaitGroup
	for i := range manyServices {
		for j := range manyVersions {
			commands.Go(func() {
				if err := stormCommand(ctx, w, i, j); err != nil {
					t.Errorf("/promote %s production %s: %v", manyService(i), manyVersion(j), err)
				}
			})
		}
	}
	for kill := range stormKills {
		wanted := (kill + 1) * 3 * stormCommands / (stormKills + 1)
		bot = stormUntil(t, w, bot, fmt.Sprintf("progress of %d", wanted), func(all []shipment) bool { return progress(all) >= wanted })
		bot.Kill(t)
		bot = w.Start(t)
	}
	commands.Wait()
	t.Logf("after %s all commands are acknowledged and the bot was killed %d times", time.Since(begin).Round(time.Second), stormKills)
	stormUntil(t, w, bot, "all Shipments to succeed", func(all []shipment) bool { return count(all, v1alpha1.PhaseSucceeded) >= stormCommands })
	t.Logf("after %s all promotions have ended", time.Since(begin).Round(time.Second))
	stormEndsRight(ctx, t, w, w.Shipments.Objects())
	t.Logf("after %s all is said", time.Since(begin).Round(time.Second))

	if ever := w.Shipments.Ever(); len(ever) != stormCommands {
		t.Errorf("there were %d Shipments; want %d", len(ever), stormCommands)
	}
	if ever := w.Promotions.Ever(); len(ever) != stormCommands {
		t.Errorf("there were %d Promotions; want %d", len(ever), stormCommands)
	}
	made := map[string]int{}
	for _, p := range listPromotions(t, w.Project) {
		made[p.Labels[v1alpha1.LabelShipmentUID]]++
		made[p.Spec.Stage+p.Spec.Freight]++
	}
	for what, n := range made {
		if n != 1 {
			t.Errorf("%d Promotions for %s", n, what)
		}
	}
}

// stormCommand gives one of the commands until it is acknowledged.
func stormCommand(ctx context.Context, w *harness.World, i, j int) error {
	text := manyService(i) + " production " + manyVersion(j)
	if (i+j)%2 == 0 {
		return stormSlack(ctx, w, manyChannel(i), text)
	}
	return stormGitHub(ctx, w, stormIssue(i), "/promote "+text)
}

func stormIssue(i int) int {
	if i%manyIssues == 0 {
		return harness.Issue
	}
	return 100 + i%manyIssues
}

// stormSlack sends the same bytes until they are answered, as Slack does.
func stormSlack(ctx context.Context, w *harness.World, channel, text string) error {
	delivery, err := w.Slack.Driver.NewSlashCommand(slackfake.SlashCommand{User: harness.Octocat, Channel: channel, Command: "/promote", Text: text})
	if err != nil {
		return err
	}
	return wait.PollUntilContextCancel(ctx, stormRetry, true, func(ctx context.Context) (bool, error) {
		reply, err := w.Slack.Driver.Send(ctx, delivery)
		if err != nil || reply.Status != http.StatusOK {
			return false, nil //nolint:nilerr // no bot, or one that died over it: that is what the retry is for
		}
		answer := said(w, reply)
		switch {
		case strings.Contains(answer, "1."):
			return true, nil
		case strings.Contains(answer, "I can't say yet"), strings.Contains(answer, "I can't reach Kubernetes"), strings.Contains(answer, "Kubernetes did not answer"):
			return false, nil
		default:
			return false, fmt.Errorf("answered: %s", answer)
		}
	})
}

// stormGitHub writes a comment and has it delivered again until it is taken.
func stormGitHub(ctx context.Context, w *harness.World, issue int, body string) error {
	_, delivery, err := w.GitHub.Comment(ctx, harness.Repo, issue, "octocat", body)
	if err != nil {
		return err
	}
	id := delivery.ID
	return wait.PollUntilContextCancel(ctx, stormRetry, !delivery.OK(), func(ctx context.Context) (bool, error) {
		if delivery.OK() {
			return true, nil
		}
		delivery, err = w.GitHub.Redeliver(ctx, id)
		return delivery.OK(), err
	})
}

// stormUntil returns when the Shipments are as wanted, and the bot that runs then: one that ends by itself,
// since it could not renew its lease in time, is started again, as a kubelet does.
func stormUntil(t *testing.T, w *harness.World, bot *harness.Bot, what string, wanted func([]shipment) bool) *harness.Bot {
	t.Helper()
	for {
		if _, ok := w.Shipments.AwaitUnless(t, bot.Exited(), what, stormTime, wanted); ok {
			return bot
		}
		t.Log("the bot ended by itself")
		bot = w.Start(t)
	}
}

// progress is how much has happened: each command counts when it is recorded, when its Promotion is made,
// and when it has ended.
func progress(all []shipment) int {
	n := len(all)
	for _, s := range all {
		if len(s.Status.Items) > 0 && s.Status.Items[0].Stages[0].Promotion != "" {
			n++
		}
		if s.Status.Phase.IsTerminal() {
			n++
		}
	}
	return n
}

// stormEndsRight returns when every card says how its Shipment ended, and every requester was told, each
// once.
func stormEndsRight(ctx context.Context, t *testing.T, w *harness.World, all []shipment) {
	t.Helper()
	var inSlack, onGitHub []shipment
	for _, s := range all {
		if s.Spec.Origin.Slack != nil {
			inSlack = append(inSlack, s)
		} else {
			onGitHub = append(onGitHub, s)
		}
	}
	if len(inSlack) != stormCommands/2 || len(onGitHub) != stormCommands/2 {
		t.Fatalf("%d commands came from Slack and %d from GitHub; want half of %d each", len(inSlack), len(onGitHub), stormCommands)
	}
	if _, err := w.Slack.Await(ctx, "", func([]slackfake.Message) bool {
		return !slices.ContainsFunc(inSlack, func(s shipment) bool { return slackProblem(w, s) != "" })
	}); err != nil {
		for _, s := range inSlack {
			if problem := slackProblem(w, s); problem != "" {
				t.Errorf("in Slack, %s: %s", s.Name, problem)
			}
		}
	}
	if err := w.GitHub.Await(ctx, "all comments to be right", func() bool {
		return !slices.ContainsFunc(onGitHub, func(s shipment) bool { return gitHubProblem(t, w, s) != "" })
	}); err != nil {
		for _, s := range onGitHub {
			if problem := gitHubProblem(t, w, s); problem != "" {
				t.Errorf("on GitHub, %s: %s", s.Name, problem)
			}
		}
	}
	messages, comments := 0, 0
	for _, m := range w.Slack.Messages("") {
		if m.User == w.Slack.Config().App.BotUserID && m.EphemeralTo == "" {
			messages++
		}
	}
	for i := range manyIssues {
		comments += len(w.GitHub.BotComments(stormIssue(i)))
	}
	if messages != stormCommands || comments != stormCommands/2 {
		t.Errorf("the bot posted %d messages in Slack and %d comments on GitHub; want %d and %d", messages, comments, stormCommands, stormCommands/2)
	}
}

// slackProblem says what is not as it should be about a Shipment in Slack: one card, one reply below it.
func slackProblem(w *harness.World, s shipment) string {
	var cards, results []slackfake.Message
	for _, m := range w.Slack.Messages(s.Spec.Origin.Slack.Channel) {
		if m.Metadata == nil {
			continue
		}
		switch m.Metadata.EventPayload["marker"] {
		case "kargo-bot:shipment:" + string(s.UID) + ":Card":
			cards = append(cards, m)
		case "kargo-bot:shipment:" + string(s.UID) + ":Result":
			results = append(results, m)
		}
	}
	end := stormEnd(s)
	switch {
	case len(cards) != 1 || len(results) != 1:
		return fmt.Sprintf("%d cards and %d replies", len(cards), len(results))
	case !strings.Contains(w.Slack.PlainText(cards[0]), end):
		return "the card says " + w.Slack.PlainText(cards[0])
	case !strings.Contains(w.Slack.PlainText(results[0]), end), results[0].ThreadTS != cards[0].TS:
		return "the reply says " + w.Slack.PlainText(results[0])
	default:
		return ""
	}
}

// gitHubProblem says what is not as it should be about a Shipment on GitHub: one comment, two reactions.
func gitHubProblem(t *testing.T, w *harness.World, s shipment) string {
	origin := s.Spec.Origin.GitHub
	var found []string
	for _, comment := range w.GitHub.BotComments(origin.Issue) {
		if strings.Contains(comment.Body, string(s.UID)+":Card") {
			found = append(found, comment.Body)
		}
	}
	reactions := w.GitHub.Reactions(t, origin.Comment)
	switch {
	case len(found) != 1:
		return fmt.Sprintf("%d comments", len(found))
	case !strings.Contains(found[0], stormEnd(s)):
		return "the comment says " + found[0]
	case !slices.Contains(reactions, "rocket") || slices.Contains(reactions, "-1"):
		// "confused" may be there, too: by a bot that could not record the command before it died.
		return fmt.Sprintf("the reactions are %v", reactions)
	default:
		return ""
	}
}

func stormEnd(s shipment) string {
	return fmt.Sprintf("%s %s is live in production", s.Spec.Items[0].Service, s.Spec.Items[0].Version)
}
