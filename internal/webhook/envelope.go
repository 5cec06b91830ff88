package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// envelope is the body of a call, as the specification recommends it.
type envelope struct {
	Type      string       `json:"type"`
	Timestamp time.Time    `json:"timestamp"`
	Data      notify.Event `json:"data"`
}

// types are what receivers tell events apart by. They are for others to rely on.
var types = map[v1alpha1.Outcome]string{
	v1alpha1.OutcomeReleased:           "kargobot.release.released",
	v1alpha1.OutcomeOverdue:            "kargobot.release.overdue",
	v1alpha1.OutcomeWaiting:            "kargobot.release.waiting",
	v1alpha1.OutcomeStarted:            "kargobot.promotion.started",
	v1alpha1.OutcomeSucceeded:          "kargobot.promotion.succeeded",
	v1alpha1.OutcomeFailed:             "kargobot.promotion.failed",
	v1alpha1.OutcomeAborted:            "kargobot.promotion.aborted",
	v1alpha1.OutcomeRolledBack:         "kargobot.promotion.rolled_back",
	v1alpha1.OutcomeVerificationFailed: "kargobot.promotion.verification_failed",
	v1alpha1.OutcomeDegraded:           "kargobot.promotion.degraded",
	v1alpha1.OutcomeRecovered:          "kargobot.promotion.recovered",

	v1alpha1.OutcomeCredentialRotated:   "kargobot.credential.rotated",
	v1alpha1.OutcomeCredentialFailing:   "kargobot.credential.failing",
	v1alpha1.OutcomeCredentialRecovered: "kargobot.credential.recovered",
	v1alpha1.OutcomeCredentialExpiring:  "kargobot.credential.expiring",
}

// plainID is an ID that can stand in a header, and in what is signed, which is parted by dots.
var plainID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// idOf returns the ID by which receivers know an event again.
func idOf(e notify.Event) string {
	if plainID.MatchString(e.ID) {
		return e.ID
	}
	sum := sha256.Sum256([]byte(e.ID))
	return "msg_" + hex.EncodeToString(sum[:16])
}

// bodyOf returns what is sent of an event. It is the same in every attempt.
func bodyOf(e notify.Event) ([]byte, error) {
	e.ID, e.At = idOf(e), e.At.UTC()
	return json.Marshal(envelope{Type: types[e.Outcome], Timestamp: e.At, Data: e})
}
