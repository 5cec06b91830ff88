package sync

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// entry is what the inventory says of one Secret, under the key "<namespace>.<name>". It has no values, and nothing that
// is made of them.
type entry struct {
	// RotatedAt is when the values last changed. Without it the Secret was about to be made, or is not ours.
	RotatedAt *time.Time `json:"rotatedAt,omitempty"`
	// Version is the resourceVersion of the Secret as we last wrote it.
	Version string `json:"version,omitempty"`
	// ExpiresAt is when its token expires, as far as its host has told.
	ExpiresAt *time.Time `json:"expiresAt,omitempty"`
	// Probe is "refused" if the credential did not work when it was last tried, and "unreachable" if that was not found
	// out and had not been before.
	Probe string `json:"probe,omitempty"`
	// FailingSince is since when it is failing, and Failing why, in words for people.
	FailingSince *time.Time `json:"failingSince,omitempty"`
	Failing      string     `json:"failing,omitempty"`
	// Told says that people have been told.
	Told bool `json:"told,omitempty"`
}

// mostKey is how long Kubernetes allows a key of a ConfigMap to be.
const mostKey = 253

// mostFailing returns how much is remembered of what is wrong, in runes. A ConfigMap takes 1 MiB, and a declaration may
// have 5,000 Secrets, of which times and versions take 170 bytes each: with more than 1,000 there is no room for words,
// which the Events and the Report have anyway.
func mostFailing(secrets int) int {
	const most, few = 300, 1000
	if secrets > few {
		return 0
	}
	return most
}

// made reports whether the Secret has been written by us.
func (e *entry) made() bool { return e != nil && e.RotatedAt != nil }

// told reports whether people have been told that it is failing.
func (e *entry) told() bool { return e.Told && e.FailingSince != nil }

// same reports whether two say the same.
func (e *entry) same(other *entry) bool {
	if e == nil || other == nil {
		return e == other
	}
	return sameTime(e.RotatedAt, other.RotatedAt) && sameTime(e.ExpiresAt, other.ExpiresAt) &&
		sameTime(e.FailingSince, other.FailingSince) && e.Version == other.Version && e.Probe == other.Probe && e.Failing == other.Failing &&
		e.Told == other.Told
}

func sameTime(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

func (i *item) key() string { return entryKey(i.name()) }

// entryKey is where the inventory has a Secret. Namespaces have no dots.
func entryKey(name credentials.SecretName) string { return name.Namespace + "." + name.Name }

func readEntry(key, text string) (credentials.SecretName, *entry, bool) {
	namespace, name, ok := strings.Cut(key, ".")
	if !ok || namespace == "" || name == "" {
		return credentials.SecretName{}, nil, false
	}
	var e entry
	if json.Unmarshal([]byte(text), &e) != nil {
		return credentials.SecretName{}, nil, false
	}
	return credentials.SecretName{Namespace: namespace, Name: name}, &e, true
}

// note settles what the inventory is to say of each Secret.
func (o *one) note() {
	most := mostFailing(o.remembered())
	for _, i := range o.items {
		i.after = o.noted(i, most)
		i.outcome.FailingSince = nil
		if i.after != nil {
			i.outcome.FailingSince = i.after.FailingSince
		}
	}
}

// remembered is of how many Secrets the inventory may speak after the pass.
func (o *one) remembered() int {
	names := map[credentials.SecretName]bool{}
	for name := range o.stored.entries {
		names[name] = true
	}
	for _, i := range o.items {
		names[i.name()] = true
	}
	return len(names)
}

// noted returns what the inventory is to say of a Secret, with so many runes of what is wrong.
func (o *one) noted(i *item, most int) *entry {
	after := entry{}
	if i.before != nil {
		after = *i.before
	}
	written := i.writes > 0 && i.outcome.State != credentials.StateFailed && i.outcome.State != credentials.StateConflict
	if written {
		after.Version = i.outcome.ResourceVersion
	}
	current := written || i.outcome.State == credentials.StateUnchanged
	if current {
		after.RotatedAt = i.outcome.RotatedAt
	}
	if current || i.tried {
		after.ExpiresAt, after.Probe = i.outcome.ExpiresAt, ""
		if i.outcome.Probe == refused || i.outcome.Probe == unreachable {
			after.Probe = i.outcome.Probe
		}
	}
	if !i.failing() {
		after.FailingSince, after.Failing, after.Told = nil, "", false
	} else {
		if after.FailingSince == nil {
			after.FailingSince = &o.now
		}
		after.Failing = clip(i.failure(), most)
	}
	if i.before == nil && after == (entry{}) {
		return nil
	}
	return &after
}

// failing reports whether the Secret is not as it should be.
func (i *item) failing() bool {
	return i.outcome.State == credentials.StateFailed || i.outcome.State == credentials.StateConflict || i.outcome.Probe == refused
}

// failure says why it is failing. What was found in an earlier pass may not have been remembered in words.
func (i *item) failure() string {
	switch {
	case i.outcome.State == credentials.StateFailed, i.outcome.State == credentials.StateConflict:
		return i.outcome.Message
	case i.refusal != "":
		return i.refusal
	case i.before != nil && i.before.Failing != "":
		return i.before.Failing
	default:
		return "It did not work when it was last tried."
	}
}

// clip shortens a text for people to a number of runes.
func clip(s string, most int) string {
	r := []rune(s)
	switch {
	case len(r) <= most:
		return s
	case most == 0:
		return ""
	default:
		return string(r[:most-1]) + "…"
	}
}
