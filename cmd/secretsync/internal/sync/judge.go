package sync

import (
	"fmt"
	"maps"
	"slices"
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
	switch {
	case i.live.DeletionTimestamp != nil:
		i.end(credentials.StateFailed, "The Secret is being deleted, and something holds that up: see its finalizers. It is made again when it is gone.")
	case i.live.Type != corev1.SecretTypeOpaque:
		i.end(credentials.StateConflict, fmt.Sprintf("The Secret has type %q, and Kubernetes does not change a Secret's type. If nothing else uses it, delete it: it is made again.", i.live.Type))
	case i.live.Immutable != nil && *i.live.Immutable && i.differs.data():
		i.end(credentials.StateConflict, "The Secret is immutable and has other content. If nothing else uses it, delete it: it is made again.")
	case o.ours(i):
		o.judgeOurs(i)
	case !i.differs.data() && i.live.Labels[credentials.LabelOwner] == "", o.request.Adopt:
		i.force = o.request.Adopt
		o.change(i, credentials.StateChanged, i.renewed())
		i.outcome.Message = "Taken over: it was there, and not made by this declaration."
	default:
		i.end(credentials.StateConflict, notOurs(i, o.file.Declaration.Owner))
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

// judgeOurs is about a Secret that the declaration has made.
func (o *one) judgeOurs(i *item) {
	lost := i.lost()
	if !i.differs.any() && len(lost) == 0 {
		i.outcome.State = credentials.StateUnchanged
		return
	}
	if claims := i.claims(); len(claims) > 0 && !o.request.Adopt {
		i.end(credentials.StateConflict, claimedText(claims))
		return
	}
	// Who has once written a field, as kubectl has where a Secret was taken over, owns it beside us without end. It is
	// ours to write, as nobody else declares it.
	i.force = true
	switch {
	case !i.differs.any():
		// Whoever has written other values and now the same has put them in ahead of the store.
		o.change(i, credentials.StateChanged, i.owners.managed() && slices.ContainsFunc(lost, i.isCredential))
		i.outcome.Message = "Somebody else had written the same content."
	case !i.drifted():
		o.change(i, credentials.StateChanged, i.renewed())
	default:
		o.change(i, credentials.StateRestored, slices.ContainsFunc(slices.Concat(i.differs.changed, i.differs.removed),
			func(key string) bool { return i.isCredential(key) && i.owners.mine(dataField(key)) }))
		i.outcome.Message = "Somebody had changed it."
		if others := i.owners.others(); others != "" {
			i.outcome.Message = "It had been changed by " + others + "."
		}
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

// change settles that a Secret is to be written. Its values are new if it rotates.
func (o *one) change(i *item, state credentials.State, rotates bool) {
	i.write, i.rotates = true, rotates
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
