package e2e_test

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

const vaultRefuses = "ref+vault://kv/github#/token can't be read: Vault at vault.acme.dev:8200 refuses the token."

// replies returns the replies to a message when there are so many.
func replies(t *testing.T, w *harness.World, head slackfake.Message, n int) []slackfake.Message {
	t.Helper()
	var found []slackfake.Message
	w.Slack.AwaitMessages(t, head.Channel, patience, func(all []slackfake.Message) bool {
		found = slices.DeleteFunc(slices.Clone(all), func(m slackfake.Message) bool { return m.ThreadTS != head.TS || m.EphemeralTo != "" })
		return len(found) == n
	})
	return found
}

// A credential that fails while the bot runs, and is well again while it does not, has one message.
func TestACredentialIsToldOnceThoughTheBotDies(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WithAnnouncements())
	bot := w.Start(t)
	w.AwaitListening(t)
	failing := w.TellOfCredential(t, credentials.ReasonFailing, "failing-1", vaultRefuses)
	m := awaitAnnounced(t, w, "Credential github-creds can't be renewed", vaultRefuses, "since", w.Name, "type git")
	alert := replies(t, w, m, 1)[0]
	mustSay(t, w.Slack.PlainText(alert), "hubot", "Kargo goes on with what is in the Secret now", "Fix:")
	bot.Kill(t)
	// It goes on for some time: the Event is told anew.
	refresh(t, failing)
	w.TellOfCredential(t, credentials.ReasonRecovered, "failing-1", "The Secret is up to date.")
	w.Start(t)
	again := awaitAnnounced(t, w, "Credential github-creds works again")
	if again.TS != m.TS {
		t.Errorf("that it works again is another message:\n%s", w.Slack.PlainText(again))
	}
	mustSay(t, w.Slack.PlainText(replies(t, w, m, 2)[1]), "works again")
	toldOnce(t, w, harness.Deploys)

	var notices v1alpha1.NoticeList
	if err := cluster.Client.List(t.Context(), &notices, client.InNamespace(w.Name)); err != nil {
		t.Fatal(err)
	}
	if len(notices.Items) != 1 || notices.Items[0].Status.Phase != v1alpha1.NoticeRecovered || len(notices.Items[0].Status.Happenings) != 2 {
		t.Errorf("the notices are %+v", notices.Items)
	}
}

// refresh tells an Event once more, as what it is about goes on.
func refresh(t *testing.T, e *corev1.Event) {
	t.Helper()
	changed := e.DeepCopy()
	changed.Count++
	if err := cluster.Client.Patch(t.Context(), changed, client.MergeFrom(e)); err != nil {
		t.Fatal(err)
	}
}

// Of all Events in the namespace, the bot asks for those of secretsync alone; and what is no sensible one of them is
// not told.
func TestNoOtherEventIsTold(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WithAnnouncements())
	bot := w.Start(t)
	w.AwaitListening(t)
	for _, change := range []func(*corev1.Event){
		func(e *corev1.Event) { e.ReportingController = "somebody-else" },
		func(e *corev1.Event) { e.Reason = "CredentialStolen" },
		func(e *corev1.Event) { e.Annotations[credentials.AnnotationOccurrence] = "../../etc" },
		func(e *corev1.Event) { e.Annotations[credentials.AnnotationSecret] = "<!channel>" },
	} {
		w.TellOfCredentialAs(t, change)
	}
	w.TellOfCredential(t, credentials.ReasonRotated, "rotated-1", "The password is another.")
	w.TellOfCredential(t, credentials.ReasonExpiring, "expiring-1", "The token <!channel> *expires* soon.")
	m := awaitAnnounced(t, w, "Credential github-creds is about to expire", "The token <!channel> *expires* soon.")
	bot.AwaitMetric(t, "kargobot_credential_events_refused_total", nil, patience, func(n float64) bool { return n >= 3 })
	for _, other := range w.Slack.Messages(harness.Deploys) {
		if other.TS != m.TS && other.ThreadTS != m.TS {
			t.Errorf("this was told, too:\n%s", w.Slack.PlainText(other))
		}
		if raw := string(other.Blocks); strings.Contains(raw, `"broadcast"`) || strings.Contains(other.Text, "<!channel>") {
			t.Errorf("everybody is called: %s", raw)
		}
	}
	var notices v1alpha1.NoticeList
	if err := cluster.Client.List(t.Context(), &notices, client.InNamespace(w.Name)); err != nil {
		t.Fatal(err)
	}
	if len(notices.Items) != 2 {
		t.Errorf("there are %d notices", len(notices.Items))
	}
}
