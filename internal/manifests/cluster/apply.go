package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
)

// Apply carries a plan out, and tells each step that it has taken. It waits until Kargo is ready for the Project before
// it makes anything in it, for as long as ready says. Applying may be broken off and begun again at any time. The error
// is a Problem.
func (c *Cluster) Apply(ctx context.Context, plan *Plan, ready time.Duration, tell func(Step)) error {
	told := make(chan Step)
	printed := make(chan struct{})
	go func() {
		defer close(printed)
		for s := range told {
			tell(s)
		}
	}()
	defer func() { close(told); <-printed }()
	waited := false
	for _, batch := range batches(plan.Steps) {
		// Kargo's webhooks refuse what is in a namespace that is not yet a Project's.
		if first := batch[0]; !waited && first.Namespace == plan.project && first.Verb != Delete {
			if err := c.awaitProject(ctx, plan.project, ready); err != nil {
				return err
			}
			waited = true
		}
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(c.Workers)
		for _, step := range batch {
			group.Go(func() error {
				if err := c.take(ctx, step); err != nil {
					return err
				}
				told <- step
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// batches cuts steps where the kind or the verb to delete begins: what is in one may be done at once.
func batches(steps []Step) [][]Step {
	var all [][]Step
	for i, s := range steps {
		if i == 0 || s.Kind != steps[i-1].Kind || (s.Verb == Delete) != (steps[i-1].Verb == Delete) {
			all = append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], s)
	}
	return all
}

func (c *Cluster) take(ctx context.Context, s Step) error {
	if s.Verb == Delete {
		return c.remove(ctx, s)
	}
	if err := c.insist(ctx, func(ctx context.Context) error { return c.patch(ctx, s.wanted.DeepCopy()) }); err != nil {
		return explain(err, "apply", s.Kind, s.Namespace, s.Name)
	}
	return nil
}

// insist tries again what may go well soon: the API server is busy, or Kargo's admission, which reads from a cache, has
// not heard of the Project yet. To apply twice does no harm. It gives up after some six seconds.
func (c *Cluster) insist(ctx context.Context, do func(context.Context) error) error {
	var last error
	backoff := wait.Backoff{Duration: 200 * time.Millisecond, Factor: 2, Jitter: 0.2, Steps: 6}
	err := wait.ExponentialBackoffWithContext(ctx, backoff, func(ctx context.Context) (bool, error) {
		last = c.within(ctx, do)
		if last != nil && isPassing(last) {
			return false, nil
		}
		return true, last
	})
	if wait.Interrupted(err) && last != nil {
		return last
	}
	return err
}

func isPassing(err error) bool {
	return apierrors.IsTooManyRequests(err) || apierrors.IsServiceUnavailable(err) || apierrors.IsServerTimeout(err) || apierrors.IsNotFound(err) ||
		apierrors.IsInvalid(err) && strings.Contains(err.Error(), "is not a project")
}

// patch applies an object on the server's side, and leaves in it what became of it. A field that the cluster's Kargo does
// not know is an error: dropped silently, it would be missed when a promotion goes wrong. (Client.Apply can't ask for
// that.)
func (c *Cluster) patch(ctx context.Context, object *unstructured.Unstructured, options ...client.PatchOption) error {
	data, err := json.Marshal(object.Object)
	if err != nil {
		return err
	}
	options = append(options, client.FieldOwner(generate.Manager), client.ForceOwnership, client.FieldValidation(metav1.FieldValidationStrict))
	return c.Client.Patch(ctx, object, client.RawPatch(types.ApplyPatchType, data), options...)
}

// remove deletes the object that was planned to be, and no other one that has taken its name.
func (c *Cluster) remove(ctx context.Context, s Step) error {
	uid := s.live.GetUID()
	err := c.within(ctx, func(ctx context.Context) error {
		return c.Client.Delete(ctx, s.live, client.Preconditions{UID: &uid})
	})
	if err != nil && !apierrors.IsNotFound(err) {
		return explain(err, "delete", s.Kind, s.Namespace, s.Name)
	}
	return nil
}

// awaitProject returns when Kargo has made what the Project needs: its namespace, and permissions there.
func (c *Cluster) awaitProject(ctx context.Context, name string, ready time.Duration) error {
	const between = 200 * time.Millisecond
	said, known := "", false
	err := wait.PollUntilContextTimeout(ctx, between, ready, true, func(ctx context.Context) (bool, error) {
		project, err := c.get(ctx, kinds()[0], "", name)
		if err != nil || project == nil {
			return false, err
		}
		var done bool
		done, said = isReady(project)
		known = known || said != ""
		return done, nil
	})
	if _, explained := errors.AsType[*Problem](err); explained && ctx.Err() == nil {
		return err
	}
	if wait.Interrupted(err) && ctx.Err() == nil {
		return notReady(name, ready, said, known)
	}
	return explain(err, "get", kinds()[0], "", name)
}

// isReady returns what Kargo says of the Project.
func isReady(project *unstructured.Unstructured) (ready bool, message string) {
	conditions, _, _ := unstructured.NestedSlice(project.Object, "status", "conditions")
	for _, condition := range conditions {
		fields, _ := condition.(map[string]any)
		if fields["type"] == "Ready" {
			message, _ = fields["message"].(string)
			return fields["status"] == "True", message
		}
	}
	return false, ""
}
