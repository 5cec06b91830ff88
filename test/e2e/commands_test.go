package e2e_test

import (
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// mutatingCommand is a command that changes something.
type mutatingCommand struct {
	line string
	// plan is what a dry run says besides that nothing was done.
	plan []string
}

// mutatingCommands are one of each kind, all of which could be carried out in a commandWorld w.
func mutatingCommands(w *harness.World) map[string]mutatingCommand {
	return map[string]mutatingCommand{
		"promote":          {"promote red production", []string{"red 3.2.0 would go to production"}},
		"promote several":  {"promote red,blue production", []string{"2 services", "red", "blue"}},
		"promote through":  {"promote red 3.3.0 --through production", []string{"red 3.3.0", "red-staging", "red-production"}},
		"rollback":         {"rollback blue staging", []string{"blue", "3.1.0", "staging"}},
		"abort":            {"abort slow production", []string{"slow", "production", "aborted"}},
		"verify":           {"verify red staging", []string{"red 3.2.0", "verified", "staging"}},
		"refresh":          {"refresh red", []string{"red", "looked for"}},
		"resume":           {"resume held staging", []string{"held", "staging", "3.2.0"}},
		"approve Freight":  {"approve-freight red 3.3.0 production", []string{"red 3.3.0", "approved", "production"}},
		"with the project": {"promote " + w.Name + "/red production", []string{"red 3.2.0"}},
	}
}

func TestADryRunDoesNothing(t *testing.T) {
	t.Parallel()
	w := commandWorld(t)
	for name, command := range mutatingCommands(w) {
		t.Run(name, func(t *testing.T) {
			both(t, w, command.line+" --dry-run", append(command.plan, "Nothing was done")...)
		})
	}
	nothingHappened(t, w)
}

func TestWhoMayNotIsRefusedEveryCommand(t *testing.T) {
	t.Parallel()
	w := commandWorld(t)
	for name, command := range mutatingCommands(w) {
		t.Run(name, func(t *testing.T) {
			mustSay(t, w.Slack.Ask(t, harness.Hubot, harness.Deploys, command.line), "You can't", "promote", harness.HubotEmail)
			mustSay(t, w.Slack.Ask(t, harness.Ghost, harness.Deploys, command.line), "I don't know who you are to Kubernetes")
			seen := seenOnGitHub(w)
			w.GitHub.Write(t, "hubot", harness.Issue, "/"+command.line)
			awaitOnGitHub(t, w, seen, "You can't", "github:hubot")
		})
	}
	nothingHappened(t, w)
}

// usageOf is how a command is written, without its slash: in Slack, most are written behind another word.
func usageOf(name string) string { return strings.TrimPrefix(chatops.Usage(name), "/") }

// TestWhatIsMistypedIsAnsweredWithTheUsage: the line that works, for every command, with every mistake.
func TestWhatIsMistypedIsAnsweredWithTheUsage(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.Start(t)
	for _, name := range chatops.Names() {
		if name == "help" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			both(t, w, name+" a b c d e f", usageOf(name))
			both(t, w, name+" --nonsense", "--nonsense", usageOf(name))
		})
	}
	for _, line := range []string{"promote", "rollback", "abort", "verify", "refresh", "resume", "approve-freight", "diff", "freight", "history"} {
		both(t, w, line, usageOf(line))
	}
	both(t, w, "promote red production --reason two words", "quotation marks")
	// On GitHub, what begins with another word is for somebody else.
	mustSay(t, w.Slack.Ask(t, harness.Octocat, harness.Deploys, "promte red production"), "Did you mean /promote?")
	for _, line := range []string{"rollback rde production", "abort rde production", "verify rde production", "diff rde production", "history rde production", "refresh rde"} {
		both(t, w, line, `No service "rde"`, "red")
	}
	nothingHappened(t, w)
}

// commandWorld has a service for every command: red can go to production, blue can go back in staging,
// slow is being promoted to production, and held runs in staging what holds auto-promotion there.
func commandWorld(t *testing.T) *harness.World {
	t.Helper()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.NewFreight(t, "red", "red", "3.3.0")
	w.Service(t, "blue")
	w.Service(t, "slow", harness.Pass("clone"), harness.Wait("sync", w.NewGate()))
	w.StartPromotion(t, "slow-production", freightOf(t, w, "slow", "3.2.0"))
	w.Service(t, "held")
	w.AutoPromote(t, "held-staging")
	w.Promote(t, "held-staging", freightOf(t, w, "held", "3.1.0"))
	w.Stages.AwaitOne(t, "the hold", patience, func(s *kargoapi.Stage) bool {
		return s.Name == "held-staging" && len(s.Status.EffectiveAutoPromotionHolds) == 1
	})
	w.Promotions.AwaitOne(t, "the slow one to run", patience, func(p promotion) bool {
		return p.Spec.Stage == "slow-production" && p.Status.StartedAt != nil && p.Status.FinishedAt == nil
	})
	w.Start(t)
	return w
}
