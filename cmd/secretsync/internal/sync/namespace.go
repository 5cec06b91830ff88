package sync

import (
	"context"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// readyNamespaces looks at the namespaces in which something is about to be made, and makes those that are missing if
// the declaration says so. It returns warnings for people. Where it may not look, making the Secrets will tell.
func (o *one) readyNamespaces(ctx context.Context) (warnings []string) {
	for _, namespace := range o.populated() {
		var live corev1.Namespace
		switch err := o.getNamespace(ctx, namespace, &live); {
		case apierrors.IsNotFound(err) && o.file.Declaration.CreateNamespaces:
			warnings = append(warnings, o.makeNamespace(ctx, namespace)...)
		case apierrors.IsNotFound(err):
			o.failAll(namespace, fmt.Sprintf("Namespace %s does not exist. %s", namespace, makeNamespace(namespace)))
		case err != nil && o.file.Declaration.CreateNamespaces:
			warnings = append(warnings, explain(err, action{verb: "get", resource: "namespaces", name: credentials.SecretName{Name: namespace}}))
		case err != nil:
		case live.DeletionTimestamp != nil:
			o.failAll(namespace, fmt.Sprintf("Namespace %s is being deleted, so nothing can be made in it.", namespace))
		case live.Labels[credentials.LabelProject] != "true" && namespace != o.file.Declaration.SharedNamespace:
			warnings = append(warnings, fmt.Sprintf("Namespace %s has no label %s=true, so Kargo refuses a Project of that name, and reads no credentials there. "+
				"If it is meant to be one: kubectl label namespace %s %s=true", namespace, credentials.LabelProject, namespace, credentials.LabelProject))
		}
	}
	return warnings
}

// populated are the namespaces in which something is about to be made.
func (o *one) populated() []string {
	namespaces := map[string]bool{}
	for _, i := range o.items {
		if i.write && i.live == nil {
			namespaces[i.name().Namespace] = true
		}
	}
	if len(namespaces) > 0 && o.stored.version == "" {
		namespaces[o.file.Namespace] = true
	}
	return slices.Sorted(maps.Keys(namespaces))
}

func (o *one) getNamespace(ctx context.Context, name string, into *corev1.Namespace) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	return o.Client.Get(ctx, client.ObjectKey{Name: name}, into)
}

// makeNamespace makes a namespace as Kargo wants a Project's.
func (o *one) makeNamespace(ctx context.Context, name string) (warnings []string) {
	if o.request.DryRun {
		return []string{fmt.Sprintf("Namespace %s does not exist, and will be made.", name)}
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	wanted := corev1ac.Namespace(name)
	if name != o.file.Declaration.SharedNamespace {
		wanted.WithLabels(map[string]string{credentials.LabelProject: "true"})
	}
	if err := o.Client.Apply(ctx, wanted, client.FieldOwner(credentials.Manager)); err != nil {
		o.failAll(name, explain(err, action{verb: "create", resource: "namespaces", name: credentials.SecretName{Name: name}}))
		return nil
	}
	return []string{fmt.Sprintf("Namespace %s did not exist, and was made.", name)}
}

// failAll is what becomes of Secrets that can't be made, as there is no namespace for them.
func (o *one) failAll(namespace, message string) {
	for _, i := range o.items {
		if i.write && i.live == nil && i.name().Namespace == namespace {
			i.end(credentials.StateFailed, message)
			i.restoreMemory()
		}
	}
}
