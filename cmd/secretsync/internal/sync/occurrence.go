package sync

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// occurrence names a trouble, or something done, with a Secret at a time: whoever comes to know of it again gives it
// the same name. It is a DNS label, and says nothing that is not known.
func occurrence(word string, name credentials.SecretName, at time.Time) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{word, name.Namespace, name.Name, at.UTC().Format(time.RFC3339)}, "\x00")))
	const digits = 8 // bytes, 16 digits
	return word + "-" + hex.EncodeToString(sum[:digits])
}

// happening is something to be told of a Secret.
type happening struct {
	reason, occurrence, message string
	at                          time.Time
	warning                     bool
	// lasting says that it goes on, so that its Event is not to vanish.
	lasting bool
}

// happenings are what is to be told of a Secret, from what was remembered of it and what is.
func (o *one) happenings(i *item) []happening {
	before, after := i.before, i.after
	if before == nil {
		before = &entry{}
	}
	if after == nil {
		after = &entry{}
	}
	var all []happening
	switch {
	case after.FailingSince != nil:
		all = append(all, happening{reason: credentials.ReasonFailing, at: *after.FailingSince, message: o.failingText(i), warning: true,
			lasting: true, occurrence: occurrence("failing", i.name(), *after.FailingSince)})
	case before.FailingSince != nil:
		all = append(all, happening{reason: credentials.ReasonRecovered, at: o.now, message: "The Secret is as it is declared again.",
			occurrence: occurrence("failing", i.name(), *before.FailingSince)})
	}
	if before.made() && after.made() && after.RotatedAt.After(*before.RotatedAt) {
		h := happening{reason: credentials.ReasonRotated, at: *after.RotatedAt, message: "The Secret has new values, as the secret store has.",
			occurrence: occurrence("rotated", i.name(), *after.RotatedAt)}
		if o.expiring(before.ExpiresAt) {
			h.occurrence = occurrence("expiring", i.name(), *before.ExpiresAt)
		}
		all = append(all, h)
	}
	if o.expiring(after.ExpiresAt) {
		all = append(all, happening{reason: credentials.ReasonExpiring, at: o.now, message: expiringText(o.now, *after.ExpiresAt), warning: true,
			lasting: true, occurrence: occurrence("expiring", i.name(), *after.ExpiresAt)})
	}
	return all
}

// expiring reports whether people are to be told that a token expires.
func (o *one) expiring(at *time.Time) bool {
	return at != nil && at.Sub(o.now) <= o.file.Declaration.ExpiryWarning
}

// failingText is why it is failing, and which reference.
func (o *one) failingText(i *item) string {
	text := i.failing()
	if i.outcome.Reference != "" && !strings.Contains(text, i.outcome.Reference) {
		text = i.outcome.Reference + ": " + text
	}
	return text
}

func expiringText(now, at time.Time) string {
	day := at.UTC().Format("2 January 2006 15:04 UTC")
	if !at.After(now) {
		return "The token has expired on " + day + ". Make a new one, and put it into the secret store."
	}
	return "The token expires on " + day + ". Make a new one, and put it into the secret store."
}
