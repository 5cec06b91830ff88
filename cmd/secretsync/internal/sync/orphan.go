package sync

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// orphan is a Secret that the declaration has made and no longer names.
type orphan struct {
	name    credentials.SecretName
	entry   entry
	live    *corev1.Secret
	outcome credentials.Outcome
	// gone says that the inventory may forget it.
	gone   bool
	writes int
}

func (o *orphan) end(state credentials.State, message string) {
	o.outcome.State, o.outcome.Message = state, message
}

func (o *orphan) broken(message string) { o.end(credentials.StateOrphaned, message) }

// lookAtOrphan finds out whether an orphan is still there and still ours.
func (o *one) lookAtOrphan(ctx context.Context, orphan *orphan) {
	orphan.outcome = credentials.Outcome{SecretName: orphan.name, State: credentials.StateOrphaned, RotatedAt: orphan.entry.RotatedAt}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	var live corev1.Secret
	err := o.Client.Get(ctx, client.ObjectKey{Namespace: orphan.name.Namespace, Name: orphan.name.Name}, &live)
	switch {
	case apierrors.IsNotFound(err):
		orphan.gone = true
		orphan.outcome.Message = "It is no longer declared, and no longer there."
		return
	case err != nil:
		orphan.outcome.Message = "It is no longer declared. " + explain(err, action{verb: "get", resource: "secrets", name: orphan.name})
		return
	}
	orphan.outcome.Type = credentials.Type(live.Labels[credentials.LabelType])
	orphan.outcome.ResourceVersion = live.ResourceVersion
	if live.Labels[credentials.LabelOwner] != o.file.Declaration.Owner || live.Labels[credentials.LabelManagedBy] != credentials.Manager {
		orphan.gone = true
		orphan.outcome.Message = "It is no longer declared, and no longer has our labels: it is left to whoever has taken them off."
		return
	}
	orphan.live = &live
	orphan.outcome.Message = "It is no longer declared. It is deleted with prune: true in the declaration, or by `secretsync apply --prune`."
	if o.prunes() {
		orphan.outcome.Message = "It is no longer declared, so it is to be deleted."
	}
}

func (o *one) prunes() bool { return o.request.Prune || o.file.Declaration.Prune }

// prune deletes an orphan, if that is asked for: the one that was looked at, as it was then.
func (o *one) prune(ctx context.Context, orphan *orphan) {
	if !o.prunes() || orphan.live == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	err := o.Client.Delete(ctx, orphan.live, client.Preconditions{UID: &orphan.live.UID, ResourceVersion: &orphan.live.ResourceVersion})
	if err != nil && !apierrors.IsNotFound(err) {
		orphan.end(credentials.StateOrphaned, "It is no longer declared. "+explain(err, action{verb: "delete", resource: "secrets", name: orphan.name}))
		return
	}
	orphan.writes++
	orphan.gone = true
	orphan.outcome.ResourceVersion = ""
	orphan.end(credentials.StatePruned, "It was no longer declared.")
}
