package cluster

import (
	"context"
	"os"

	"github.com/aymanbagabas/go-udiff"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// Diff returns what a step changes as a unified diff. The API server is asked what would become of it, so that it
// shows defaults, and fields that vanish. The error is a Problem.
func (c *Cluster) Diff(ctx context.Context, s Step) (string, error) {
	from, to := "live/"+s.String(), "generated/"+s.String()
	if s.Verb == Create {
		from = os.DevNull
	}
	if s.Verb == Delete {
		to = os.DevNull
	}
	before, after, err := c.compare(ctx, s)
	if err != nil {
		return "", err
	}
	return udiff.Unified(from, to, before, after), nil
}

// compare returns an object as it is and as it would be.
func (c *Cluster) compare(ctx context.Context, s Step) (before, after string, err error) {
	would := s.wanted
	if s.Verb == Change || s.Verb == Label {
		would = s.wanted.DeepCopy()
		err := c.within(ctx, func(ctx context.Context) error { return c.patch(ctx, would, client.DryRunAll) })
		if apierrors.IsNotFound(err) {
			would = s.wanted
		} else if err != nil {
			return "", "", explain(err, "compare", s.Kind, s.Namespace, s.Name)
		}
	}
	if before, err = shown(s.live); err != nil {
		return "", "", err
	}
	after, err = shown(would)
	return before, after, err
}

// shown returns an object as people write it: without what the API server and Kargo keep in it.
func shown(object *unstructured.Unstructured) (string, error) {
	if object == nil {
		return "", nil
	}
	o := object.DeepCopy()
	delete(o.Object, "status")
	metadata, _ := o.Object["metadata"].(map[string]any)
	for _, key := range []string{"managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink", "finalizers"} {
		delete(metadata, key)
	}
	if annotations := o.GetAnnotations(); annotations != nil {
		delete(annotations, annotationApplied)
		delete(annotations, "kubectl.kubernetes.io/last-applied-configuration")
		if len(annotations) == 0 {
			annotations = nil
		}
		o.SetAnnotations(annotations)
	}
	text, err := yaml.Marshal(o.Object)
	if err != nil {
		return "", &Problem{Text: "an object can't be shown", Cause: err}
	}
	return string(text), nil
}
