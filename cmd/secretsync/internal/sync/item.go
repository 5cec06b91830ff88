package sync

import (
	"context"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/resolve"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// item is a Secret that is wanted, on its way through a pass.
type item struct {
	wanted     credentials.Wanted
	references []string
	// before is what the inventory says of it: nil if it says nothing. after is what it is to say.
	before, after *entry
	// live is the Secret as it is: nil if there is none.
	live    *corev1.Secret
	owners  owners
	content credentials.Content
	differs difference
	// write says that the Secret is to be applied, force that others' changes are overwritten, and rotates that its
	// values are other ones.
	write, force, rotates bool
	// tried says that the outcome has what was found of the values that are in the Secret.
	tried bool
	// refusal is what was said of them, or of those to be written, by a host that does not take them.
	refusal string
	outcome credentials.Outcome
	writes  int
}

func newItem(wanted credentials.Wanted, before *entry) *item {
	i := &item{wanted: wanted, before: before}
	for _, reference := range wanted.Credential.References() {
		i.references = append(i.references, reference.Text)
	}
	i.reset()
	return i
}

// reset takes back what was found and decided, as before the first look.
func (i *item) reset() {
	i.live, i.owners, i.content, i.differs = nil, nil, credentials.Content{}, difference{}
	i.write, i.force, i.rotates, i.tried, i.refusal = false, false, false, false, ""
	i.outcome = credentials.Outcome{SecretName: i.name(), Type: i.wanted.Credential.Type}
}

func (i *item) name() credentials.SecretName { return i.wanted.SecretName }

// end settles what becomes of the Secret in this pass: nothing is written.
func (i *item) end(state credentials.State, message string) {
	i.write = false
	i.outcome.State, i.outcome.Message = state, message
}

// broken is what a fault of our own comes to.
func (i *item) broken(message string) { i.end(credentials.StateFailed, message) }

// look finds out what has to be done with a Secret, and does nothing.
func (o *one) look(ctx context.Context, i *item) {
	i.reset()
	o.decide(ctx, i)
	o.check(ctx, i)
}

func (o *one) decide(ctx context.Context, i *item) {
	if len(i.key()) > mostKey {
		i.end(credentials.StateFailed, "The name is longer than the inventory takes: namespace and name together may have 252 characters. Give the credential a shorter name.")
		return
	}
	if problem := o.read(ctx, i); problem != "" {
		i.end(credentials.StateFailed, problem)
		return
	}
	i.remember()
	if o.contested(i.name()) {
		i.end(credentials.StateConflict, contestedText(i.owners))
		return
	}
	if reference, problem := i.unresolved(o.answers); problem != "" {
		i.outcome.Reference = reference
		i.end(credentials.StateFailed, problem)
		return
	}
	content, err := i.wanted.Credential.Render(o.file.Declaration.Owner, func(reference string) (secret.Text, bool) {
		answer, ok := o.answers.Values[reference]
		return answer.Value, ok && answer.Problem == ""
	})
	if err != nil {
		i.unfit(err)
		return
	}
	i.content = content
	i.content.Annotations[credentials.AnnotationDeclaredIn] = o.file.Namespace
	o.judge(i)
}

// read reads the Secret as it is.
func (o *one) read(ctx context.Context, i *item) (problem string) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	var live corev1.Secret
	err := o.Client.Get(ctx, client.ObjectKey{Namespace: i.name().Namespace, Name: i.name().Name}, &live)
	switch {
	case apierrors.IsNotFound(err):
		return ""
	case err != nil:
		return explain(err, action{verb: "get", resource: "secrets", name: i.name()})
	}
	i.live, i.owners = &live, ownersOf(&live)
	i.outcome.ResourceVersion = live.ResourceVersion
	return ""
}

// remember puts into the outcome what is known from before.
func (i *item) remember() {
	if at := i.rotatedAt(); !at.IsZero() {
		i.outcome.RotatedAt = &at
	}
	if i.before != nil {
		i.outcome.ExpiresAt = i.before.ExpiresAt
		i.outcome.Probe = i.before.Probe
	}
}

// rotatedAt returns when the values last changed, as far as is known: zero if it is not. What stands in the Secret and
// is ours is newer than the inventory, if the last pass was ended between the two.
func (i *item) rotatedAt() time.Time {
	var written time.Time
	if i.live != nil {
		written, _ = time.Parse(time.RFC3339, i.live.Annotations[credentials.AnnotationRotated])
	}
	switch {
	case !written.IsZero() && i.owners.mine(annotationField(credentials.AnnotationRotated)):
		return written.UTC()
	case i.before.made():
		return i.before.RotatedAt.UTC()
	case i.live == nil:
		return time.Time{}
	case !written.IsZero():
		return written.UTC()
	}
	last := i.live.CreationTimestamp.Time
	for _, fields := range i.live.ManagedFields {
		if fields.Time != nil && fields.Time.After(last) {
			last = fields.Time.Time
		}
	}
	return last.UTC()
}

// unresolved returns the first reference that has no value, fit to be shown, and why.
func (i *item) unresolved(answers resolve.Answers) (reference, problem string) {
	for _, r := range i.wanted.Credential.References() {
		answer, ok := answers.Values[r.Text]
		switch {
		case !ok:
			return r.String(), "The reference was not answered. This is a fault of secretsync: report it."
		case answer.Problem != "":
			return r.String(), answer.Problem
		}
	}
	return "", ""
}

// unfit is what becomes of a Secret with a value that can't be right.
func (i *item) unfit(err error) {
	fault, ok := errors.AsType[*credentials.Fault](err)
	if !ok {
		i.end(credentials.StateFailed, "The content could not be made. This is a fault of secretsync: report it.")
		return
	}
	i.outcome.Reference = fault.Reference
	i.end(credentials.StateFailed, fault.Error())
}
