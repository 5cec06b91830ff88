package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// Headers of a signed request: https://docs.slack.dev/authentication/verifying-requests-from-slack
const (
	headerTimestamp = "X-Slack-Request-Timestamp"
	headerSignature = "X-Slack-Signature"
)

// How far a request's time may be off. Slack advises five minutes for the past: requests may wait on
// the way. None comes from the future, so a minute there is for clocks that disagree; more would
// only lengthen the time for which a request that was overheard can be replayed.
const (
	maxAge   = 5 * time.Minute
	maxAhead = time.Minute
)

// verifySignature checks that Slack sent the body, recently. It returns "" or why not. The time is
// looked at first, which costs nothing and tells an attacker nothing that the header didn't.
func verifySignature(header http.Header, body []byte, secrets []secret.Text, now time.Time) outcome {
	timestamp, signature := header.Get(headerTimestamp), header.Get(headerSignature)
	if timestamp == "" || signature == "" {
		return outcomeUnsigned
	}
	// 11 digits last until the year 5138.
	if len(timestamp) > 11 || strings.Trim(timestamp, "0123456789") != "" {
		return outcomeSignature
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return outcomeSignature
	}
	switch age := now.Sub(time.Unix(seconds, 0)); {
	case age > maxAge:
		return outcomeStale
	case age < -maxAhead:
		return outcomeFuture
	}
	claimed, ok := strings.CutPrefix(signature, "v0=")
	mac, err := hex.DecodeString(claimed)
	if !ok || err != nil {
		return outcomeSignature
	}
	if !anySigned(mac, timestamp, body, secrets) {
		return outcomeSignature
	}
	return ""
}

// anySigned reports whether the MAC is that of one of the secrets. All are tried in any case, so that
// the time taken doesn't tell which.
func anySigned(mac []byte, timestamp string, body []byte, secrets []secret.Text) bool {
	matched := 0
	for _, signing := range secrets {
		h := hmac.New(sha256.New, []byte(signing.Reveal()))
		h.Write([]byte("v0:" + timestamp + ":"))
		h.Write(body)
		matched |= subtle.ConstantTimeCompare(h.Sum(nil), mac)
	}
	return matched == 1
}
