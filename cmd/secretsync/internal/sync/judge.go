package sync

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// judge decides what has to be done with a Secret, from what it is and what it is to be.
func (o *one) judge(i *item) {
	if i.live == nil {
		o.judgeMissing(i)
		return
	}
	known := i.rotatedAt()
	i.content.Annotations[credentials.AnnotationRotated] = known.Format(time.RFC3339)
	i.differs = compare(i.live, i.content, i.wanted.Credential.Type, i.owners)
	i.outcome.Added, i.outcome.Changed, i.outcome.Removed = i.differs.added, i.differs.changed, i.differs.removed
	i.outcome.MetadataChanged = i.differs.metadata()
	ours := i.ours(o.file.Declaration.Owner)
	switch {
	case i.live.DeletionTimestamp != nil:
		i.end(credentials.StateFailed, "The Secret is being deleted, and something holds that up: see its finalizers. It is made again when it is gone.")
	case i.live.Type != corev1.SecretTypeOpaque:
		i.end(credentials.StateConflict, fmt.Sprintf("The Secret has type %q, and Kubernetes does not change a Secret's type. If nothing else uses it, delete it: it is made again.", i.live.Type))
	case i.live.Immutable != nil && *i.live.Immutable && i.differs.data():
		i.end(credentials.StateConflict, "The Secret is immutable and has other content. If nothing else uses it, delete it: it is made again.")
	case ours:
		o.judgeOurs(i)
	case !i.differs.data() && i.live.Labels[credentials.LabelOwner] == "", o.request.Adopt:
		i.force = o.request.Adopt
		o.change(i, credentials.StateChanged, i.differs.data())
		i.outcome.Message = "Taken over: it was there, and not made by this declaration."
	default:
		i.end(credentials.StateConflict, notOurs(i))
	}
}

// judgeMissing is about a Secret that is not there.
func (o *one) judgeMissing(i *item) {
	i.outcome.Added = slices.Sorted(maps.Keys(i.content.Data))
	if !i.before.made() {
		o.change(i, credentials.StateAdded, true)
		return
	}
	i.content.Annotations[credentials.AnnotationRotated] = i.before.RotatedAt.UTC().Format(time.RFC3339)
	o.change(i, credentials.StateRestored, false)
	i.outcome.Message = "It had been deleted."
}

// ours reports whether the declaration has made the Secret, whoever may have changed it since.
func (i *item) ours(owner string) bool {
	switch i.live.Labels[credentials.LabelOwner] {
	case owner:
		return i.owners.managed() || i.before.made()
	case "":
		return i.owners.managed() && i.before.made()
	default:
		// Somebody may have put another name there: then it is no longer as we wrote it.
		return i.before.made() && i.owners.managed() && !i.owners.mine(labelField(credentials.LabelOwner))
	}
}

// judgeOurs is about a Secret that the declaration has made.
func (o *one) judgeOurs(i *item) {
	if !i.differs.any() {
		i.outcome.State = credentials.StateUnchanged
		return
	}
	if claims := i.claims(); len(claims) > 0 && !o.request.Adopt {
		i.end(credentials.StateConflict, claimedText(claims))
		return
	}
	rotates := slices.ContainsFunc(slices.Concat(i.differs.changed, i.differs.removed),
		func(key string) bool { return i.owners.mine(dataField(key)) })
	if !i.drifted() {
		i.force = o.request.Adopt
		o.change(i, credentials.StateChanged, i.differs.data())
		return
	}
	i.force = true
	o.change(i, credentials.StateRestored, rotates)
	i.outcome.Message = "Somebody had changed it."
	if others := i.owners.others(); others != "" {
		i.outcome.Message = "It had been changed by " + others + "."
	}
}

// drifted reports whether it is somebody else by whom the Secret differs from what is declared, rather than that the
// store or the declaration has changed.
func (i *item) drifted() bool {
	if i.before != nil && i.before.Version == i.live.ResourceVersion {
		return false
	}
	for _, field := range i.differs.present(i.live) {
		if !i.owners.mine(field) {
			return true
		}
	}
	return i.differs.missing(i.live)
}

// claims says of each field that differs which other manager declares it.
func (i *item) claims() []string {
	var claims []string
	for _, field := range i.differs.present(i.live) {
		if manager, ok := i.owners.declarer(field); ok {
			claims = append(claims, fmt.Sprintf("%s belongs to %s", strings.TrimPrefix(field.String(), "."), manager))
		}
	}
	return claims
}

// change settles that a Secret is to be written. Its values are new if it rotates.
func (o *one) change(i *item, state credentials.State, rotates bool) {
	i.write = true
	i.outcome.State = state
	if rotates {
		at := o.now
		if before := i.outcome.RotatedAt; before != nil && !at.After(*before) {
			// Twice within a second, or by a clock that is behind, it is still another time.
			at = before.Add(time.Second)
		}
		i.content.Annotations[credentials.AnnotationRotated] = at.Format(time.RFC3339)
		i.outcome.RotatedAt = &at
		// What was found of the old values says nothing of the new ones.
		i.outcome.ExpiresAt, i.outcome.Probe = nil, ""
	}
}
