package kargo

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

const (
	// pageSize is how many objects are read at once. What Transform drops of a page is gone before the
	// next one comes.
	pageSize = 500
	// getsBeforeList is how many objects of a kind are read one by one before the rest is listed: "all
	// services" must not take a request for each.
	getsBeforeList = 3
)

// Snapshot answers a single command in place of a cache: it reads each kind of object in a namespace when
// it is asked for, and once. That is the quickest on a large cluster: a cache would read every served
// namespace, and open watches, before the first answer. And where somebody lacks the right to read, a
// cache waits for it, and this says so.
type Snapshot struct {
	reader client.Reader
	scheme *runtime.Scheme

	mu      sync.Mutex
	lists   map[listed][]client.Object
	gets    map[listed]int
	indexes map[indexed]client.IndexerFunc
}

type (
	// listed is a kind of object in a namespace.
	listed struct {
		kind      schema.GroupVersionKind
		namespace string
	}
	// indexed is a field that a kind can be listed by.
	indexed struct {
		kind  schema.GroupVersionKind
		field string
	}
)

// NewSnapshot returns a Snapshot that reads from the API server by way of reader.
func NewSnapshot(reader client.Reader, scheme *runtime.Scheme) *Snapshot {
	return &Snapshot{
		reader: reader, scheme: scheme,
		lists: map[listed][]client.Object{}, gets: map[listed]int{}, indexes: map[indexed]client.IndexerFunc{},
	}
}

// IndexField implements client.FieldIndexer.
func (s *Snapshot) IndexField(_ context.Context, object client.Object, field string, values client.IndexerFunc) error {
	kind, err := apiutil.GVKForObject(object, s.scheme)
	if err != nil {
		return fmt.Errorf("index by %s: %w", field, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.indexes[indexed{kind, field}] = values
	return nil
}

// Get implements client.Reader.
func (s *Snapshot) Get(ctx context.Context, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
	kind, err := apiutil.GVKForObject(into, s.scheme)
	if err != nil {
		return fmt.Errorf("get %s: %w", key, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := listed{kind, key.Namespace}
	_, have := s.lists[at]
	if s.gets[at]++; !have && s.gets[at] <= getsBeforeList || key.Namespace == "" || isPartial(into) {
		return known(kind, s.reader.Get(ctx, key, into, opts...))
	}
	objects, err := s.whole(ctx, at)
	if err != nil {
		return err
	}
	for _, object := range objects {
		if object.GetName() == key.Name {
			reflect.ValueOf(into).Elem().Set(reflect.ValueOf(object.DeepCopyObject()).Elem())
			return nil
		}
	}
	return apierrors.NewNotFound(schema.GroupResource{Group: kind.Group, Resource: kind.Kind}, key.Name)
}

// List implements client.Reader. Lists of a namespace are read once, and picked from by the fields that
// are indexed. Any other list is the API server's own.
func (s *Snapshot) List(ctx context.Context, into client.ObjectList, opts ...client.ListOption) error {
	kind, err := apiutil.GVKForObject(into, s.scheme)
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	kind.Kind = strings.TrimSuffix(kind.Kind, "List")
	var o client.ListOptions
	o.ApplyOptions(opts)
	s.mu.Lock()
	defer s.mu.Unlock()
	pick, ok := s.picker(kind, o.FieldSelector)
	if !ok || o.Namespace == "" || o.LabelSelector != nil || o.Raw != nil || o.Limit > 0 || isPartial(into) {
		return known(kind, s.reader.List(ctx, into, opts...))
	}
	objects, err := s.whole(ctx, listed{kind, o.Namespace})
	if err != nil {
		return err
	}
	var picked []runtime.Object
	for _, object := range objects {
		if !pick(object) {
			continue
		}
		if o.UnsafeDisableDeepCopy == nil || !*o.UnsafeDisableDeepCopy {
			object, _ = object.DeepCopyObject().(client.Object)
		}
		picked = append(picked, object)
	}
	return meta.SetList(into, picked)
}

// picker returns what a field selector picks, if all of its fields are indexed.
func (s *Snapshot) picker(kind schema.GroupVersionKind, selector fields.Selector) (func(client.Object) bool, bool) {
	var requirements []fields.Requirement
	if selector != nil {
		requirements = selector.Requirements()
	}
	for _, r := range requirements {
		if s.indexes[indexed{kind, r.Field}] == nil {
			return nil, false
		}
	}
	return func(object client.Object) bool {
		for _, r := range requirements {
			found := false
			for _, value := range s.indexes[indexed{kind, r.Field}](object) {
				found = found || value == r.Value
			}
			if !found {
				return false
			}
		}
		return true
	}, true
}

// whole returns the objects of a kind in a namespace, which nobody may change.
func (s *Snapshot) whole(ctx context.Context, at listed) ([]client.Object, error) {
	if objects, ok := s.lists[at]; ok {
		return objects, nil
	}
	objects, err := s.pages(ctx, at, pageSize)
	if apierrors.IsResourceExpired(err) {
		// So much has changed since the first page that there are no more of the kind.
		objects, err = s.pages(ctx, at, 0)
	}
	if err != nil {
		return nil, known(at.kind, err)
	}
	s.lists[at] = objects
	return objects, nil
}

func (s *Snapshot) pages(ctx context.Context, at listed, limit int64) ([]client.Object, error) {
	objects := []client.Object{}
	for next := ""; ; {
		page, err := s.scheme.New(at.kind.GroupVersion().WithKind(at.kind.Kind + "List"))
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", at.kind.Kind, err)
		}
		list, ok := page.(client.ObjectList)
		if !ok {
			return nil, fmt.Errorf("list %s: %T is no list", at.kind.Kind, page)
		}
		if err := s.reader.List(ctx, list, client.InNamespace(at.namespace), client.Limit(limit), client.Continue(next)); err != nil {
			return nil, err
		}
		items, err := meta.ExtractList(list)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", at.kind.Kind, err)
		}
		for _, item := range items {
			object, ok := item.(client.Object)
			if !ok {
				return nil, fmt.Errorf("list %s: %T is no object", at.kind.Kind, item)
			}
			if _, err := Transform(object); err != nil {
				return nil, err
			}
			objects = append(objects, object)
		}
		if next = list.GetContinue(); next == "" {
			return objects, nil
		}
	}
}

// isPartial reports whether an object or list is metadata alone, which is another thing than the whole.
func isPartial(o runtime.Object) bool {
	switch o.(type) {
	case *metav1.PartialObjectMetadata, *metav1.PartialObjectMetadataList:
		return true
	default:
		return false
	}
}

// known tells an API server that does not know the kind from an object that does not exist.
func known(kind schema.GroupVersionKind, err error) error {
	if !apierrors.IsNotFound(err) || !apierrors.HasStatusCause(err, metav1.CauseTypeUnexpectedServerResponse) {
		return err
	}
	return &chatops.Problem{
		Code:  chatops.CodeUnavailable,
		Title: "There is no Kargo in this cluster.",
		Body: []chatops.Text{chatops.Line(
			chatops.Plain("Its API server knows no "), chatops.Code(kind.Kind), chatops.Plain(" of "), chatops.Code(kind.Group),
			chatops.Plain(". Is it the cluster that you mean? "), chatops.Code("kubectl config current-context"),
		)},
		// It must not be taken for an object that is missing.
		Err: errors.New(err.Error()),
	}
}
