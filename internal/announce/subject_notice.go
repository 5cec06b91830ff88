package announce

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/wording"
)

// aboutNotice returns what is said of a credential.
func (a *Announcer) aboutNotice(n *v1alpha1.Notice) subject {
	return subject{topic: noticeTopic{n}, object: n, project: a.Project(n.Namespace), happenings: n.Status.Happenings}
}

// noticeTopic is a Notice as a topic.
type noticeTopic struct{ n *v1alpha1.Notice }

func (noticeTopic) kind() string { return "notice" }

// An alert's template would speak of a service and a version, of which there are none here.
func (noticeTopic) templates() (card, alert string) {
	return wording.KindCredential, wording.KindCredential
}

func (noticeTopic) changes() []*metav1.Time { return nil }

func (t noticeTopic) isOver() bool { return t.n.Status.Phase.IsTerminal() }

func (t noticeTopic) card(cards.Links) chatops.Card { return cards.Notice(t.n) }

func (t noticeTopic) alert(h v1alpha1.Happening, _ cards.Links) chatops.Card {
	return cards.NoticeAlert(t.n, h)
}

func (t noticeTopic) describe(e *notify.Event, _ cards.Links) {
	e.Secret, e.SecretNamespace, e.CredentialType = t.n.Spec.Secret, t.n.Spec.SecretNamespace, t.n.Spec.Type
	if at := t.n.Status.ExpiresAt; at != nil {
		expires := at.UTC()
		e.Expires = &expires
	}
}

func (t noticeTopic) fill(d *wording.Data, _ v1alpha1.Happening, e notify.Event) {
	d.Secret, d.SecretNamespace, d.Type, d.Phase = e.Secret, e.SecretNamespace, e.CredentialType, string(t.n.Status.Phase)
	if e.Expires != nil {
		d.Expires = e.Expires.Format("2 Jan 2006")
	}
}
