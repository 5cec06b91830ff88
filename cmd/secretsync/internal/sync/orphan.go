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
	owners  owners
	outcome credentials.Outcome
	// theirs says that others use it by now, gone that the inventory may forget it, and calmed that it has another entry
	// than before.
	theirs, gone, calmed bool
	writes               int
}

func (o *orphan) end(state credentials.State, message string) {
	o.outcome.State, o.outcome.Message = state, message
}

// quiet is what a fault of our own comes to when telling: the next pass tells it.
func (o *orphan) quiet(string) { o.gone = false }

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
	if left := o.leftTo(orphan, &live); left != "" {
		orphan.gone = true
		orphan.outcome.Message = "It is no longer declared, and " + left
		return
	}
	orphan.live, orphan.owners = &live, ownersOf(&live)
	orphan.outcome.Message = "It is no longer declared. It is deleted with prune: true in the declaration, or by `secretsync apply --prune`."
	if o.prunes() {
		orphan.outcome.Message = "It is no longer declared, so it is to be deleted."
	}
}

// leftTo says of an orphan that is not ours by now whose it is: empty if it is ours.
func (o *one) leftTo(orphan *orphan, live *corev1.Secret) string {
	if live.Labels[credentials.LabelOwner] != o.file.Declaration.Owner || live.Labels[credentials.LabelManagedBy] != credentials.Manager {
		return "no longer has our labels: it is left to whoever has taken them off."
	}
	switch in := live.Annotations[credentials.AnnotationDeclaredIn]; {
	case in == o.file.Namespace, in == "" && orphan.entry.made():
		return ""
	case in == "":
		return "this declaration has not made it: it is left to who has."
	default:
		return "belongs to the declaration of namespace " + in + ", which has the same owner: it is left to that."
	}
}

func (o *one) prunes() bool { return o.request.Prune || o.file.Declaration.Prune }

// settleTrouble tells that what an orphan was failing with is no longer so, to whoever was told that it is.
func (o *one) settleTrouble(ctx context.Context, orphan *orphan) {
	was := orphan.entry
	if was.FailingSince == nil {
		return
	}
	if was.told() {
		about := subject{SecretName: orphan.name, kind: orphan.outcome.Type, live: orphan.live}
		if _, err := o.tellOne(ctx, about, o.recovered(orphan.name, &was, "It is no longer declared.")); err != nil {
			orphan.gone = false // so that the next pass tells it
			return
		}
	}
	orphan.entry.FailingSince, orphan.entry.Failing, orphan.entry.Told = nil, "", false
	orphan.calmed = true
}
