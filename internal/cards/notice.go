package cards

import (
	"slices"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Notice says how a credential stands, and what became of what was wrong with it.
func Notice(n *v1alpha1.Notice) chatops.Card {
	card := chatops.Card{
		Title: noticeTitle(n, n.Status.Phase), State: noticeState(n), Status: noticeStatus(n), Facts: noticeFacts(n),
		Body: noticeBody(n.Status.Phase, n.Status.Message),
	}
	if at := n.Status.ExpiresAt; at != nil && n.Status.Phase == v1alpha1.NoticeRotated && !happenedTo(n, v1alpha1.OutcomeCredentialExpiring) {
		card.Facts = append(card.Facts, plain("expires on "+expiry(at.Time)))
	}
	return card
}

// NoticeAlert calls people because of something that happened to a credential. It says the same whatever happens
// after that.
func NoticeAlert(n *v1alpha1.Notice, h v1alpha1.Happening) chatops.Card {
	phase := phaseAt(h.Outcome)
	card := chatops.Card{
		Title: noticeTitle(n, phase), State: stateAt(n, phase), Status: shortMoment(h.At.Time),
		Body: noticeBody(phase, h.Message),
	}
	if at := n.Status.ExpiresAt; at != nil && phase == v1alpha1.NoticeExpiring && at.After(h.At.Time) {
		card.Title = noticeCalled(n) + " expires in " + Age(at.Sub(h.At.Time))
	}
	return card
}

// NoticeLine says in one line how a credential stands: "Credential github-creds can't be renewed · namespace microsvcs".
func NoticeLine(n *v1alpha1.Notice) chatops.Text {
	return plain(joined(noticeTitle(n, n.Status.Phase), "namespace "+n.Spec.SecretNamespace))
}

// isBadNotice reports whether somebody has to look at it.
func isBadNotice(n *v1alpha1.Notice) bool {
	return n.Status.Phase == v1alpha1.NoticeFailing || n.Status.Phase == v1alpha1.NoticeExpiring
}

func noticeCalled(n *v1alpha1.Notice) string { return "Credential " + n.Spec.Secret }

func noticeTitle(n *v1alpha1.Notice, phase v1alpha1.NoticePhase) string {
	called, at := noticeCalled(n), n.Status.ExpiresAt
	switch {
	case phase == v1alpha1.NoticeFailing:
		return called + " can't be renewed"
	case phase == v1alpha1.NoticeRecovered:
		return called + " works again"
	case phase == v1alpha1.NoticeRotated:
		return called + " was rotated"
	case at == nil:
		return called + " is about to expire"
	case hasExpired(n):
		return called + " expired on " + expiry(at.Time)
	default:
		// It is on the message for days: how many are left would be wrong on the next.
		return called + " expires on " + expiry(at.Time)
	}
}

// expiry is the day of an expiry.
func expiry(at time.Time) string { return at.UTC().Format("2 Jan 2006") }

// hasExpired reports whether a credential had expired when it was told that it expires.
func hasExpired(n *v1alpha1.Notice) bool {
	at := n.Status.ExpiresAt
	return at != nil && slices.ContainsFunc(n.Status.Happenings, func(h v1alpha1.Happening) bool {
		return h.Outcome == v1alpha1.OutcomeCredentialExpiring && !at.After(h.At.Time)
	})
}

func happenedTo(n *v1alpha1.Notice, outcome v1alpha1.Outcome) bool {
	return slices.ContainsFunc(n.Status.Happenings, func(h v1alpha1.Happening) bool { return h.Outcome == outcome })
}

// phaseAt is how a credential stood when something had happened.
func phaseAt(outcome v1alpha1.Outcome) v1alpha1.NoticePhase {
	switch outcome {
	case v1alpha1.OutcomeCredentialFailing:
		return v1alpha1.NoticeFailing
	case v1alpha1.OutcomeCredentialExpiring:
		return v1alpha1.NoticeExpiring
	case v1alpha1.OutcomeCredentialRecovered:
		return v1alpha1.NoticeRecovered
	default:
		return v1alpha1.NoticeRotated
	}
}

func noticeState(n *v1alpha1.Notice) chatops.State { return stateAt(n, n.Status.Phase) }

func stateAt(n *v1alpha1.Notice, phase v1alpha1.NoticePhase) chatops.State {
	switch {
	case phase == v1alpha1.NoticeFailing, phase == v1alpha1.NoticeExpiring && hasExpired(n):
		return chatops.StateFailed
	case phase == v1alpha1.NoticeExpiring:
		return chatops.StatePending
	default:
		return chatops.StateSucceeded
	}
}

// noticeStatus says since when it stands so, and for how long it did not.
func noticeStatus(n *v1alpha1.Notice) string {
	all := n.Status.Happenings
	if len(all) == 0 {
		return ""
	}
	first, last := all[0], all[len(all)-1]
	at := shortMoment(last.At.Time)
	switch {
	case last.Outcome == v1alpha1.OutcomeCredentialFailing:
		return "since " + at
	case last.Outcome == v1alpha1.OutcomeCredentialRecovered && first.Outcome == v1alpha1.OutcomeCredentialFailing:
		return joined(at, "after "+Age(last.At.Sub(first.At.Time)))
	default:
		return at
	}
}

func noticeFacts(n *v1alpha1.Notice) []chatops.Text {
	facts := []chatops.Text{
		chatops.Line(chatops.Plain("Secret "), chatops.Code(n.Spec.Secret)),
		chatops.Line(chatops.Plain("namespace "), chatops.Code(n.Spec.SecretNamespace)),
	}
	if n.Spec.Type != "" {
		facts = append(facts, plain("type "+n.Spec.Type))
	}
	return facts
}

// noticeBody says what is known of it, what it means and how to mend it.
func noticeBody(phase v1alpha1.NoticePhase, message string) []chatops.Text {
	var body []chatops.Text
	if message != "" {
		// Whoever may create Events can have anything said here: so it is said whose words they are.
		body = append(body, chatops.Line(chatops.Plain("secretsync says: "), chatops.Code(message)))
	}
	fix := chatops.Bold("Fix:")
	switch phase {
	case v1alpha1.NoticeFailing:
		return append(body,
			plain("Kargo goes on with what is in the Secret now."),
			chatops.Line(fix, chatops.Plain(" mend it in the secret store or in the declaration. It is tried again by itself; "),
				chatops.Code("secretsync plan"), chatops.Plain(" shows at once whether it would work.")))
	case v1alpha1.NoticeExpiring:
		return append(body,
			plain("With an expired one, Kargo can't reach what it is for."),
			chatops.Line(fix, chatops.Plain(" put a new one into the secret store. It is taken over by itself.")))
	default:
		return body
	}
}
