package harness

import (
	"context"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// requestTimeout bounds one request to the API server.
const requestTimeout = 30 * time.Second

// admissionTimeout bounds the time until Kargo's admission knows of what was just made.
const admissionTimeout = 10 * time.Second

// create makes an object as the administrator. In a cluster that outlives the test, it is deleted
// at the test's end.
func (c *Cluster) create(t testing.TB, object client.Object) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), admissionTimeout)
	defer cancel()
	var last error
	err := wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		err := c.Client.Create(ctx, object)
		if apierrors.IsInvalid(err) || apierrors.IsNotFound(err) || apierrors.IsInternalError(err) {
			// Kargo's admission reads from a cache, which may not have what was made a moment ago.
			last = err
			return false, nil
		}
		return err == nil, err
	})
	if err != nil {
		t.Fatalf("create %s %s: %v (%v)", kindOf(object), client.ObjectKeyFromObject(object), err, last)
	}
	if !c.RealKargo {
		return
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
		defer cancel()
		if err := c.Client.Delete(ctx, object); err != nil && !apierrors.IsNotFound(err) && !apierrors.IsForbidden(err) {
			t.Logf("delete %s %s: %v", kindOf(object), client.ObjectKeyFromObject(object), err)
		}
	})
}

// ensure makes an object as the administrator, unless it is there. It is left in a cluster that outlives
// the test.
func (c *Cluster) ensure(t testing.TB, object client.Object) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), requestTimeout)
	defer cancel()
	if err := c.Client.Create(ctx, object); err != nil && !apierrors.IsAlreadyExists(err) {
		t.Fatalf("create %s %s: %v", kindOf(object), client.ObjectKeyFromObject(object), err)
	}
}

// patch changes an object by a merge patch, as the administrator.
func (c *Cluster) patch(t testing.TB, object client.Object, patch []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), requestTimeout)
	defer cancel()
	if err := c.Client.Patch(ctx, object, client.RawPatch(types.MergePatchType, patch)); err != nil {
		t.Fatalf("patch %T %s: %v", object, client.ObjectKeyFromObject(object), err)
	}
}

// patchStatus changes the status of an object by a merge patch, as the administrator.
func (c *Cluster) patchStatus(t testing.TB, object client.Object, patch []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), requestTimeout)
	defer cancel()
	if err := c.Client.Status().Patch(ctx, object, client.RawPatch(types.MergePatchType, patch)); err != nil {
		t.Fatalf("patch status of %T %s: %v", object, client.ObjectKeyFromObject(object), err)
	}
}

// Get reads an object from the API server.
func (c *Cluster) Get(t testing.TB, namespace, name string, into client.Object) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), requestTimeout)
	defer cancel()
	if err := c.Client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, into); err != nil {
		t.Fatalf("get %T %s/%s: %v", into, namespace, name, err)
	}
}

func kindOf(object client.Object) string {
	if kind := object.GetObjectKind().GroupVersionKind().Kind; kind != "" {
		return kind
	}
	return "object"
}
