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
func occurrence(word string, name credentials.SecretName, at ...time.Time) string {
	parts := []string{word, name.Namespace, name.Name}
	for _, one := range at {
		parts = append(parts, one.UTC().Format(time.RFC3339))
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
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
	case after.FailingSince == nil && before.told():
		all = append(all, o.recovered(i.name(), before, "The Secret is as it is declared again."))
	case after.Told, after.FailingSince != nil && o.now.Sub(*after.FailingSince) >= o.file.Declaration.FailingAfter:
		all = append(all, happening{reason: credentials.ReasonFailing, at: *after.FailingSince, message: o.failingText(i), warning: true,
			lasting: true, occurrence: occurrence("failing", i.name(), *after.FailingSince)})
	}
	if before.made() && after.made() && after.RotatedAt.After(*before.RotatedAt) {
		h := happening{reason: credentials.ReasonRotated, at: *after.RotatedAt, message: "The Secret has new values, as the secret store has.",
			occurrence: occurrence("rotated", i.name(), *after.RotatedAt)}
		if o.expiring(before.ExpiresAt) {
			h.occurrence = expiry(i.name(), before)
		}
		all = append(all, h)
	}
	if o.expiring(after.ExpiresAt) {
		all = append(all, happening{reason: credentials.ReasonExpiring, at: o.now, message: expiringText(o.now, *after.ExpiresAt), warning: true,
			lasting: true, occurrence: expiry(i.name(), after)})
	}
	return all
}

// recovered is that what people have been told is failing no longer is.
func (o *one) recovered(name credentials.SecretName, was *entry, why string) happening {
	return happening{reason: credentials.ReasonRecovered, at: o.now, message: why, occurrence: occurrence("failing", name, *was.FailingSince)}
}

// expiry names that what is in a Secret expires. New values that expire at the same time are another occurrence: a
// rotation ends the one before, and what has ended is told no more.
func expiry(name credentials.SecretName, e *entry) string {
	if e.RotatedAt == nil {
		return occurrence("expiring", name, *e.ExpiresAt)
	}
	return occurrence("expiring", name, *e.ExpiresAt, *e.RotatedAt)
}

// expiring reports whether people are to be told that a token expires.
func (o *one) expiring(at *time.Time) bool {
	return at != nil && at.Sub(o.now) <= o.file.Declaration.ExpiryWarning
}

// failingText is why it is failing, and which reference.
func (o *one) failingText(i *item) string {
	text := i.failure()
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
