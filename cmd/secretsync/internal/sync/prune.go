package sync

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// What is said of an orphan that is not deleted.
const (
	awaitsText = "It is no longer declared. It is deleted as soon as %s, which may take its place, is as it is declared."
	theirsText = "It is no longer declared, and %s. So it is not deleted: it is left to them, without our labels."
)

// troubled are the Secrets that are declared and are not, or perhaps not, as they are to be. What the pass has not looked
// at stands as is remembered.
func (o *one) troubled() []credentials.SecretName {
	looked := map[credentials.SecretName]bool{}
	var troubled []credentials.SecretName
	for _, i := range o.items {
		looked[i.name()] = true
		if i.failing() {
			troubled = append(troubled, i.name())
		}
	}
	for _, wanted := range o.file.Wanted() {
		e := o.stored.entry(wanted.SecretName)
		if !looked[wanted.SecretName] && (!e.made() || e.FailingSince != nil) {
			troubled = append(troubled, wanted.SecretName)
		}
	}
	return troubled
}

// awaits returns which of these may take the place of an orphan, as the same under another name or in another namespace:
// without either, Kargo would have no credential at all.
func (o *one) awaits(orphan *orphan, troubled []credentials.SecretName) (credentials.SecretName, bool) {
	for _, name := range troubled {
		if name.Namespace == orphan.name.Namespace || name.Namespace == o.file.Declaration.SharedNamespace || name.Name == orphan.name.Name {
			return name, true
		}
	}
	return credentials.SecretName{}, false
}

// doomed returns the orphans that go now, if that is asked for, and settles what is said of those that don't.
func (o *one) doomed() []*orphan {
	if !o.prunes() {
		return nil
	}
	troubled := o.troubled()
	var doomed []*orphan
	for _, orphan := range o.orphans {
		if orphan.live == nil {
			continue
		}
		if name, ok := o.awaits(orphan, troubled); ok {
			orphan.end(credentials.StateOrphaned, fmt.Sprintf(awaitsText, name))
			continue
		}
		if others := orphan.others(); len(others) > 0 {
			orphan.theirs = true
			orphan.end(credentials.StateOrphaned, fmt.Sprintf(theirsText, strings.Join(others, ", ")))
		}
		doomed = append(doomed, orphan)
	}
	return doomed
}

// others says of each key that is not ours alone whose it is.
func (o *orphan) others() []string {
	var others []string
	for _, key := range slices.Sorted(maps.Keys(o.live.Data)) {
		field := dataField(key)
		if manager, declared := o.owners.declarer(field); declared {
			others = append(others, "data."+key+" is declared by "+manager)
		} else if !o.owners.mine(field) {
			others = append(others, "data."+key+" has been changed by "+cmp.Or(o.owners.others(), "somebody"))
		}
	}
	return others
}

// prune deletes an orphan, or leaves it to who uses it by now: the one that was looked at, as it was then.
func (o *one) prune(ctx context.Context, orphan *orphan) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	verb, act := "delete", o.deleteOrphan
	if orphan.theirs {
		verb, act = "patch", o.handOver
	}
	if err := act(ctx, orphan.live); err != nil && !apierrors.IsNotFound(err) {
		orphan.end(credentials.StateOrphaned, "It is no longer declared. "+explain(err, action{verb: verb, resource: "secrets", name: orphan.name}))
		return
	}
	orphan.writes++
	orphan.gone = true
	if !orphan.theirs {
		orphan.outcome.ResourceVersion = ""
		orphan.end(credentials.StatePruned, "It was no longer declared.")
	} else {
		orphan.outcome.ResourceVersion = orphan.live.ResourceVersion
	}
}

func (o *one) deleteOrphan(ctx context.Context, live *corev1.Secret) error {
	//nolint:wrapcheck // it is explained by whoever gets it
	return o.Client.Delete(ctx, live, client.Preconditions{UID: &live.UID, ResourceVersion: &live.ResourceVersion})
}

// handOver takes off what says that a Secret is ours.
func (o *one) handOver(ctx context.Context, live *corev1.Secret) error {
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"resourceVersion": live.ResourceVersion,
		"labels":          map[string]any{credentials.LabelManagedBy: nil, credentials.LabelOwner: nil},
		"annotations":     map[string]any{credentials.AnnotationDeclaredIn: nil, credentials.AnnotationRotated: nil},
	}})
	if err != nil {
		return fmt.Errorf("encode what is taken off: %w", err)
	}
	//nolint:wrapcheck // it is explained by whoever gets it
	return o.Client.Patch(ctx, live, client.RawPatch(types.MergePatchType, patch), client.FieldOwner(credentials.Manager))
}
