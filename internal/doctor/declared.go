package doctor

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// managedBy is the label by which whatever makes an object says so:
// https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
const managedBy = "app.kubernetes.io/managed-by"

// makers has keys of labels and annotations, or what they begin with, of those who make objects of declarations.
var makers = []struct{ key, name string }{
	{"reconcile.external-secrets.io/", "External Secrets"},
	{"argocd.argoproj.io/", "Argo CD"},
	{"kustomize.toolkit.fluxcd.io/", "Flux"},
	{"helm.toolkit.fluxcd.io/", "Flux"},
	{"meta.helm.sh/", "Helm"},
}

// declaredBy says who makes an object of a declaration elsewhere, and would undo a change of it; empty if that is nobody
// who says so.
func declaredBy(o metav1.Object) string {
	for _, owner := range o.GetOwnerReferences() {
		return owner.Kind + " " + owner.Name
	}
	if by := o.GetLabels()[managedBy]; by != "" {
		return by
	}
	for _, maker := range makers {
		for _, of := range []map[string]string{o.GetLabels(), o.GetAnnotations()} {
			for key := range of {
				if strings.HasPrefix(key, maker.key) {
					return maker.name
				}
			}
		}
	}
	return ""
}
