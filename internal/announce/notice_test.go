package announce

import (
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/route"
	"github.com/davidaparicio/kargo-bot/internal/wording"
)

// notice makes the Notice of a Secret, of which nothing has happened yet.
func (w *world) notice(t *testing.T, secret string) {
	t.Helper()
	n := &v1alpha1.Notice{Spec: v1alpha1.NoticeSpec{
		About: v1alpha1.NoticeCredential, Secret: secret, SecretNamespace: namespace, Type: "git",
	}}
	n.Namespace, n.Name = namespace, secret+"-1"
	w.create(t, n)
}

// befalls has something happen to the credential of a Notice.
func (w *world) befalls(t *testing.T, secret string, outcome v1alpha1.Outcome, phase v1alpha1.NoticePhase) {
	t.Helper()
	var n v1alpha1.Notice
	if err := w.server.Get(t.Context(), types.NamespacedName{Namespace: namespace, Name: secret + "-1"}, &n); err != nil {
		t.Fatal(err)
	}
	n.Status.Phase, n.Status.Message = phase, "Vault refuses the token."
	n.Status.Happenings = append(n.Status.Happenings, v1alpha1.Happening{Outcome: outcome, Message: n.Status.Message, At: metav1.NewTime(w.clock)})
	if err := w.server.Status().Update(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
}

// everyServices is a table that calls S8 for whatever is no service's own.
func everyServices(rules ...route.Rule) *route.Table {
	t := table(rules...)
	t.Owners = append(t.Owners, route.Owner{Services: []string{"*"}, Slack: "S8"})
	return t
}

func TestACredentialHasOneMessageToTheEndOfItsTrouble(t *testing.T) {
	w := newWorld(t, everyServices(rule()))
	a := w.announcer()
	w.notice(t, "github-creds")
	w.befalls(t, "github-creds", v1alpha1.OutcomeCredentialFailing, v1alpha1.NoticeFailing)
	w.settle(t, a)
	said := w.said.in(deploys)
	if len(said) != 2 || said[0].title != "Credential github-creds can't be renewed" || said[0].mention != "" {
		t.Fatalf("it said %+v", said)
	}
	if alert := said[1]; alert.replyTo != said[0].id || alert.mention != "S8" {
		t.Errorf("the alert is %+v", alert)
	}
	w.clock = w.clock.Add(time.Minute)
	w.befalls(t, "github-creds", v1alpha1.OutcomeCredentialRecovered, v1alpha1.NoticeRecovered)
	w.settle(t, a)
	// A new process says nothing again.
	w.settle(t, w.announcer())
	said = w.said.in(deploys)
	if len(said) != 3 || said[0].title != "Credential github-creds works again" || said[0].edits != 1 {
		t.Fatalf("it said %+v", said)
	}
	if relief := said[2]; relief.replyTo != said[0].id || relief.mention != "" || relief.title != "Credential github-creds works again" {
		t.Errorf("the end of it is %+v", relief)
	}
}

func TestWhatWasToExpireAndIsRotatedIsSaidInItsMessage(t *testing.T) {
	w := newWorld(t, everyServices(rule()))
	a := w.announcer()
	w.notice(t, "github-creds")
	w.befalls(t, "github-creds", v1alpha1.OutcomeCredentialExpiring, v1alpha1.NoticeExpiring)
	w.settle(t, a)
	w.clock = w.clock.Add(time.Hour)
	w.befalls(t, "github-creds", v1alpha1.OutcomeCredentialRotated, v1alpha1.NoticeRotated)
	w.settle(t, a)
	said := w.said.in(deploys)
	if len(said) != 2 || said[0].title != "Credential github-creds was rotated" || said[1].mention != "S8" {
		t.Errorf("it said %+v", said)
	}
}

func TestARotationAloneIsToldToWhoAsksForIt(t *testing.T) {
	rotations := route.Destination{Sink: route.SinkSlack, Target: "#rotations"}
	w := newWorld(t, everyServices(rule(), route.Rule{On: []v1alpha1.Outcome{v1alpha1.OutcomeCredentialRotated}, To: []route.Destination{rotations}}))
	w.notice(t, "github-creds")
	w.befalls(t, "github-creds", v1alpha1.OutcomeCredentialRotated, v1alpha1.NoticeRotated)
	w.settle(t, w.announcer())
	if said := w.said.in(deploys); len(said) != 0 {
		t.Errorf("it said %+v", said)
	}
	w.wantOne(t, "#rotations")
}

func TestWhatHappenedToACredentialBeforeSomebodyWasToldIsSilent(t *testing.T) {
	w := newWorld(t, everyServices(rule()))
	w.clock = noon.Add(-2 * time.Hour)
	w.notice(t, "github-creds")
	w.befalls(t, "github-creds", v1alpha1.OutcomeCredentialFailing, v1alpha1.NoticeFailing)
	w.clock = noon
	w.settle(t, w.announcer())
	if said := w.said.in(deploys); len(said) != 0 {
		t.Errorf("it said %+v", said)
	}
}

// If the store is away, every credential fails at once.
func TestManyCredentialsAtOnceAreSummedUp(t *testing.T) {
	w := newWorld(t, everyServices(rule()))
	for i := range 50 {
		secret := fmt.Sprintf("creds-%02d", i)
		w.notice(t, secret)
		w.befalls(t, secret, v1alpha1.OutcomeCredentialFailing, v1alpha1.NoticeFailing)
	}
	w.settle(t, w.announcer())
	var own int
	var summary string
	for _, s := range w.said.in(deploys) {
		switch {
		case strings.Contains(s.title, "credentials since"):
			summary = s.title
		case s.replyTo == "":
			own++
		}
	}
	if own != route.DefaultBurst || !strings.HasPrefix(summary, "45 credentials since") {
		t.Errorf("%d messages, and %q", own, summary)
	}
}

func TestAWebhookIsToldOfACredential(t *testing.T) {
	w := newWorld(t, table(route.Rule{To: []route.Destination{{Sink: route.SinkWebhook, Target: "audit"}}}))
	a := w.announcer()
	w.notice(t, "github-creds")
	w.befalls(t, "github-creds", v1alpha1.OutcomeCredentialFailing, v1alpha1.NoticeFailing)
	w.befalls(t, "github-creds", v1alpha1.OutcomeCredentialRecovered, v1alpha1.NoticeRecovered)
	w.settle(t, a)
	said := w.said.in("audit")
	if len(said) != 2 {
		t.Fatalf("it got %+v", said)
	}
	e := said[0].card.Target.Webhook.Event
	if e.Outcome != v1alpha1.OutcomeCredentialFailing || e.Secret != "github-creds" || e.SecretNamespace != namespace || e.CredentialType != "git" ||
		e.Project != namespace || e.Message == "" || e.Service != "" || e.Version != "" {
		t.Errorf("event %+v", e)
	}
	if len(w.said.in("")) > 0 {
		t.Errorf("somebody else was told: %+v", w.said.shown)
	}
}

func TestACredentialInOtherWords(t *testing.T) {
	w := newWorld(t, everyServices(rule()))
	templates, wrong := wording.Parse(map[string]wording.Source{
		wording.KindCredential: {Title: "{{.Secret}} in {{.SecretNamespace}} ({{.Type}}): {{.Outcome}}"},
		wording.KindAlert:      {Title: "{{.Service}} {{.Version}} needs you"},
	})
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	a := w.announcer()
	a.Wording = templates
	w.notice(t, "github-creds")
	w.befalls(t, "github-creds", v1alpha1.OutcomeCredentialFailing, v1alpha1.NoticeFailing)
	w.settle(t, a)
	for _, s := range w.said.in(deploys) {
		if s.title != "github-creds in microsvcs (git): credentialFailing" {
			t.Errorf("it said %q", s.title)
		}
	}
}
