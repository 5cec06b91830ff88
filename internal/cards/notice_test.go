package cards_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/golden"
)

const (
	failing    = v1alpha1.OutcomeCredentialFailing
	wellAgain  = v1alpha1.OutcomeCredentialRecovered
	expiring   = v1alpha1.OutcomeCredentialExpiring
	rotated    = v1alpha1.OutcomeCredentialRotated
	aDayInSecs = 86400
)

// notice is of a credential of which that has happened, 12 minutes apart each.
func notice(phase v1alpha1.NoticePhase, outcomes ...v1alpha1.Outcome) *v1alpha1.Notice {
	n := &v1alpha1.Notice{Spec: v1alpha1.NoticeSpec{
		About: v1alpha1.NoticeCredential, Secret: "github-creds", SecretNamespace: "microsvcs", Type: "git",
	}}
	n.Namespace, n.Name = "microsvcs", "github-creds-1"
	n.Status.Phase = phase
	says := map[v1alpha1.Outcome]string{
		failing:   "ref+vault://kv/github#/token can't be read: Vault at vault.acme.dev:8200 refuses the token.",
		wellAgain: "The Secret is up to date.",
		expiring:  "GitHub says that the token expires.",
		rotated:   "Other values: password.",
	}
	for i, outcome := range outcomes {
		n.Status.Message = says[outcome]
		n.Status.Happenings = append(n.Status.Happenings, v1alpha1.Happening{Outcome: outcome, Message: says[outcome], At: *at(720 * i)})
	}
	return n
}

// until is a Notice of a credential that expires so many seconds after noon.
func until(n *v1alpha1.Notice, seconds int) *v1alpha1.Notice {
	n.Status.ExpiresAt = at(seconds)
	return n
}

// notices are a Notice in everything that it can be in.
func notices() map[string]*v1alpha1.Notice {
	elsewhere := notice(v1alpha1.NoticeFailing, failing)
	elsewhere.Spec.SecretNamespace, elsewhere.Spec.Type, elsewhere.Status.Message = "kargo-shared-resources", "", ""
	return map[string]*v1alpha1.Notice{
		"failing":                notice(v1alpha1.NoticeFailing, failing),
		"failing-elsewhere":      elsewhere,
		"recovered":              notice(v1alpha1.NoticeRecovered, failing, wellAgain),
		"recovered-unseen":       notice(v1alpha1.NoticeRecovered, wellAgain),
		"expiring":               until(notice(v1alpha1.NoticeExpiring, expiring), 6*aDayInSecs),
		"expiring-unknown":       notice(v1alpha1.NoticeExpiring, expiring),
		"expired":                until(notice(v1alpha1.NoticeExpiring, expiring), -60),
		"rotated":                notice(v1alpha1.NoticeRotated, rotated),
		"rotated-with-an-expiry": until(notice(v1alpha1.NoticeRotated, rotated), 90*aDayInSecs),
		"rotated-in-time":        until(notice(v1alpha1.NoticeRotated, expiring, rotated), 6*aDayInSecs),
	}
}

func someNotices() []*v1alpha1.Notice {
	quay := notice(v1alpha1.NoticeRotated, rotated)
	quay.Spec.Secret = "quay-creds"
	return []*v1alpha1.Notice{quay, notices()["failing"], notices()["recovered"]}
}

func TestNotice(t *testing.T) {
	for name, n := range notices() {
		t.Run(name, func(t *testing.T) {
			last := n.Status.Happenings[len(n.Status.Happenings)-1]
			golden.Compare(t, "notice-"+name+".txt",
				plain(cards.Notice(n))+"\n"+words(cards.NoticeLine(n))+"\n\n"+plain(cards.NoticeAlert(n, last)))
		})
	}
}

// What people are called for stays what it was, and the message of an object says what the object does, whatever the
// time.
func TestANoticesAlertIsAboutWhatHappenedThen(t *testing.T) {
	for _, then := range []*v1alpha1.Notice{notices()["failing"], notices()["expiring"], notices()["expired"]} {
		now := then.DeepCopy()
		now.Status.Phase, now.Status.Message = v1alpha1.NoticeRotated, "Other values."
		now.Status.Happenings = append(now.Status.Happenings, v1alpha1.Happening{Outcome: rotated, At: metav1.NewTime(at(0).Add(time.Hour))})
		h := then.Status.Happenings[0]
		if diff := cmp.Diff(cards.NoticeAlert(then, h), cards.NoticeAlert(now, h)); diff != "" {
			t.Errorf("-then +now\n%s", diff)
		}
	}
}
