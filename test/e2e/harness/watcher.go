package harness

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Watcher knows the objects of one kind in a namespace as they are, and when each was first seen.
type Watcher[O client.Object] struct {
	mu      sync.Mutex
	objects map[types.UID]O
	first   map[types.UID]time.Time
	ever    map[types.UID]string
	changed chan struct{}
}

// Watch watches the objects of the list's kind until the test ends.
func Watch[O client.Object](t testing.TB, c *Cluster, list client.ObjectList, namespace string) *Watcher[O] {
	t.Helper()
	w := &Watcher[O]{
		objects: map[types.UID]O{}, first: map[types.UID]time.Time{}, ever: map[types.UID]string{},
		changed: make(chan struct{}),
	}
	ctx, cancel := context.WithCancel(context.Background())
	stream, err := c.Client.Watch(ctx, list, client.InNamespace(namespace))
	if err != nil {
		cancel()
		t.Fatalf("watch %T in %s: %v", list, namespace, err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			w.follow(ctx, stream)
			// The API server ends watches now and then. A new one begins with what is there.
			if stream, err = c.Client.Watch(ctx, list, client.InNamespace(namespace)); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	return w
}

// follow notes what a watch says until that or ctx ends.
func (w *Watcher[O]) follow(ctx context.Context, stream watch.Interface) {
	defer stream.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case event, ok := <-stream.ResultChan():
			object, isObject := event.Object.(O)
			if !ok || !isObject {
				return // the watch is over, maybe with an error
			}
			w.note(event.Type, object)
		}
	}
}

func (w *Watcher[O]) note(what watch.EventType, object O) {
	w.mu.Lock()
	defer w.mu.Unlock()
	uid := object.GetUID()
	if what == watch.Deleted {
		delete(w.objects, uid)
	} else {
		w.objects[uid] = object
	}
	if _, known := w.first[uid]; !known {
		w.first[uid], w.ever[uid] = time.Now(), object.GetName()
	}
	close(w.changed)
	w.changed = make(chan struct{})
}

// Objects returns the objects that are there, by name.
func (w *Watcher[O]) Objects() []O {
	objects, _ := w.snapshot()
	return objects
}

// Ever returns the names of all objects that ever were, sorted.
func (w *Watcher[O]) Ever() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var names []string
	for _, name := range w.ever {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Seen returns when an object arrived here.
func (w *Watcher[O]) Seen(object O) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.first[object.GetUID()]
}

// snapshot returns the objects, and a channel that is closed when something changes.
func (w *Watcher[O]) snapshot() ([]O, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	objects := make([]O, 0, len(w.objects))
	for _, object := range w.objects {
		objects = append(objects, object)
	}
	slices.SortFunc(objects, func(a, b O) int { return strings.Compare(a.GetName(), b.GetName()) })
	return objects, w.changed
}

// Await returns the objects as soon as they are as wanted. The test fails if that takes too long.
func (w *Watcher[O]) Await(t testing.TB, what string, within time.Duration, wanted func([]O) bool) []O {
	t.Helper()
	objects, _ := w.AwaitUnless(t, nil, what, within, wanted)
	return objects
}

// AwaitUnless is Await that also returns, with false, when something else happens before.
func (w *Watcher[O]) AwaitUnless(
	t testing.TB, other <-chan struct{}, what string, within time.Duration, wanted func([]O) bool,
) ([]O, bool) {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	for {
		objects, changed := w.snapshot()
		if wanted(objects) {
			return objects, true
		}
		select {
		case <-changed:
		case <-other:
			return objects, false
		case <-deadline.C:
			t.Fatalf("waited %s in vain for: %s\n%s", within, what, dump(objects))
		case <-t.Context().Done():
			t.Fatalf("the test ended before: %s", what)
		}
	}
}

// AwaitOne returns the first object that is as wanted.
func (w *Watcher[O]) AwaitOne(t testing.TB, what string, within time.Duration, wanted func(O) bool) O {
	t.Helper()
	var found O
	w.Await(t, what, within, func(objects []O) bool {
		i := slices.IndexFunc(objects, wanted)
		if i < 0 {
			return false
		}
		found = objects[i]
		return true
	})
	return found
}
