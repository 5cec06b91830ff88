package memory

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/watch"
)

// defaultHistory is how many changes are kept for each resource unless the options say otherwise.
const defaultHistory = 4096

// record is one version of an object. It never changes once stored. The object is kept encoded, which
// takes a fraction of the memory.
type record struct {
	key     types.NamespacedName // what it is stored under
	raw     []byte               // the object as JSON
	labels  labels.Set           // its labels, kept because every selector reads them
	version uint64               // its resourceVersion
}

// newRecord encodes an object. The version is 0 for one that is not stored.
func newRecord(key types.NamespacedName, object *unstructured.Unstructured, version uint64) (*record, error) {
	if version > 0 {
		object.SetResourceVersion(strconv.FormatUint(version, 10))
	}
	raw, err := object.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encoding the object: %w", err)
	}
	return &record{key: key, raw: raw, labels: object.GetLabels(), version: version}, nil
}

// decode returns the object, which is the caller's to change.
func (r *record) decode() (*unstructured.Unstructured, error) {
	object := &unstructured.Unstructured{}
	if err := json.Unmarshal(r.raw, &object.Object); err != nil {
		return nil, fmt.Errorf("decoding the object %s: %w", r.key, err)
	}
	return object, nil
}

// change is what happened to one object. For a deletion, after is its last state.
type change struct {
	kind          watch.EventType
	before, after *record
}

// table holds the objects of one resource and its recent changes.
type table struct {
	objects map[types.NamespacedName]*record
	// keys are those of objects, in order.
	keys    []types.NamespacedName
	history []change
	// forgotten is the version of the newest change that history no longer has.
	forgotten uint64
	// changed is closed, and replaced, when something changes.
	changed chan struct{}
}

// store holds all objects under one resourceVersion. Objects are kept by the name they were written
// under, which is the name in their metadata except where a webhook renamed one that was applied.
type store struct {
	mu      sync.RWMutex
	version uint64
	tables  map[schema.GroupResource]*table
	history int // the changes that are kept for each resource, at least
}

func newStore(resources catalogue, history int) *store {
	// A fresh API server is not at version 0 either, which has a meaning of its own in lists.
	s := &store{version: 1, history: history, tables: make(map[schema.GroupResource]*table, len(resources))}
	for _, r := range resources {
		s.tables[r.GroupResource()] = &table{
			objects: make(map[types.NamespacedName]*record),
			changed: make(chan struct{}),
		}
	}
	return s
}

// get returns the object of that name, or nil.
func (s *store) get(gr schema.GroupResource, key types.NamespacedName) *record {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.tables[gr].objects[key]
}

// list returns the objects in namespace (all if it is empty) in the order of their keys, and the
// version at which they were so.
func (s *store) list(gr schema.GroupResource, namespace string) ([]*record, uint64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := s.tables[gr]
	keys := t.keys
	if namespace != "" {
		first, _ := t.find(types.NamespacedName{Namespace: namespace})
		end, _ := t.find(types.NamespacedName{Namespace: namespace + "\x00"})
		keys = keys[first:end]
	}
	records := make([]*record, len(keys))
	for i, key := range keys {
		records[i] = t.objects[key]
	}
	return records, s.version
}

// tableVersion returns the version of the newest change of the resource.
func (s *store) tableVersion(gr schema.GroupResource) uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := s.tables[gr]
	if len(t.history) == 0 {
		return t.forgotten
	}
	return t.history[len(t.history)-1].after.version
}

// put stores object in the place of before, which is nil for a new one. It fails with AlreadyExists or
// Conflict if somebody was faster.
func (s *store) put(
	r Resource, key types.NamespacedName, before *record, object *unstructured.Unstructured,
) (*record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[r.GroupResource()]
	current := t.objects[key]
	switch {
	case current == before:
	case before == nil:
		return nil, apierrors.NewAlreadyExists(r.GroupResource(), key.Name)
	case current == nil:
		return nil, apierrors.NewNotFound(r.GroupResource(), key.Name)
	default:
		return nil, conflict(r, key.Name)
	}
	after, err := newRecord(key, object, s.version+1)
	if err != nil {
		return nil, err
	}
	s.version++
	t.objects[key] = after
	kind := watch.Modified
	if before == nil {
		kind = watch.Added
		at, _ := t.find(key)
		t.keys = slices.Insert(t.keys, at, key)
	}
	t.append(change{kind: kind, before: before, after: after}, s.history)
	return after, nil
}

// remove deletes the object, whose last state is last; it fails with Conflict if somebody was faster.
func (s *store) remove(
	r Resource, key types.NamespacedName, before *record, last *unstructured.Unstructured,
) (*record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[r.GroupResource()]
	switch current := t.objects[key]; current {
	case before:
	case nil:
		return nil, apierrors.NewNotFound(r.GroupResource(), key.Name)
	default:
		return nil, conflict(r, key.Name)
	}
	after, err := newRecord(key, last, s.version+1)
	if err != nil {
		return nil, err
	}
	s.version++
	delete(t.objects, key)
	at, _ := t.find(key)
	t.keys = slices.Delete(t.keys, at, at+1)
	t.append(change{kind: watch.Deleted, before: before, after: after}, s.history)
	return after, nil
}

// since returns the changes after version and a channel that is closed at the next one. It fails with
// Expired if some are no longer known.
func (s *store) since(gr schema.GroupResource, version uint64) ([]change, <-chan struct{}, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := s.tables[gr]
	if version < t.forgotten {
		return nil, nil, apierrors.NewResourceExpired(
			fmt.Sprintf("too old resource version: %d (%d)", version, t.forgotten))
	}
	first, _ := slices.BinarySearchFunc(t.history, version+1, func(c change, v uint64) int {
		switch {
		case c.after.version < v:
			return -1
		case c.after.version > v:
			return 1
		default:
			return 0
		}
	})
	// What is behind the slice never changes: append moves to a new array before it forgets.
	return t.history[first:len(t.history):len(t.history)], t.changed, nil
}

// find returns where key is among the keys, or where it belongs.
func (t *table) find(key types.NamespacedName) (int, bool) {
	return slices.BinarySearchFunc(t.keys, key, func(a, b types.NamespacedName) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
	})
}

func (t *table) append(c change, keep int) {
	if len(t.history) > keep+keep/4 {
		t.forgotten = t.history[len(t.history)-keep-1].after.version
		t.history = slices.Clone(t.history[len(t.history)-keep:])
	}
	t.history = append(t.history, c)
	close(t.changed)
	t.changed = make(chan struct{})
}

func conflict(r Resource, name string) error {
	return apierrors.NewConflict(r.GroupResource(), name, errModified)
}

var errModified = fmt.Errorf(
	"the object has been modified; please apply your changes to the latest version and try again")
