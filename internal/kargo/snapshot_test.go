package kargo_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// counted is an API server whose requests are counted.
type counted struct {
	client.WithWatch
	scheme      *runtime.Scheme
	gets, lists int
	limits      []int64
	// fails is the answer to every request, if it is set.
	fails error
	// list replaces the answer to a list.
	list func(*client.ListOptions, client.ObjectList) error
}

func newCounted(t *testing.T, objects ...client.Object) *counted {
	t.Helper()
	c := &counted{scheme: runtime.NewScheme()}
	if err := kargoapi.AddToScheme(c.scheme); err != nil {
		t.Fatal(err)
	}
	c.WithWatch = interceptor.NewClient(fake.NewClientBuilder().WithScheme(c.scheme).WithObjects(objects...).Build(), interceptor.Funcs{
		Get: func(ctx context.Context, to client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			c.gets++
			if c.fails != nil {
				return c.fails
			}
			return to.Get(ctx, key, o, opts...)
		},
		List: func(ctx context.Context, to client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			c.lists++
			var o client.ListOptions
			o.ApplyOptions(opts)
			c.limits = append(c.limits, o.Limit)
			switch {
			case c.fails != nil:
				return c.fails
			case c.list != nil:
				return c.list(&o, list)
			}
			return to.List(ctx, list, opts...)
		},
	})
	return c
}

func stageNamed(namespace, name string) *kargoapi.Stage {
	return &kargoapi.Stage{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
}

func promotionTo(name, stage string) *kargoapi.Promotion {
	return &kargoapi.Promotion{
		ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: name},
		Spec:       kargoapi.PromotionSpec{Stage: stage, Vars: []kargoapi.ExpressionVariable{{Name: "a"}}},
	}
}

func TestASnapshotReadsEachListOnce(t *testing.T) {
	server := newCounted(t, stageNamed("microsvcs", "red-production"), stageNamed("microsvcs", "red-staging"), stageNamed("shop", "cart-production"))
	snapshot := kargo.NewSnapshot(server, server.scheme)
	for range 3 {
		for namespace, want := range map[string]int{"microsvcs": 2, "shop": 1, "nowhere": 0} {
			var list kargoapi.StageList
			if err := snapshot.List(t.Context(), &list, client.InNamespace(namespace)); err != nil || len(list.Items) != want {
				t.Fatalf("%s has %d Stages, %v", namespace, len(list.Items), err)
			}
			if want > 0 {
				// What is handed out is the caller's own.
				list.Items[0].Name = "changed"
			}
		}
	}
	stage := &kargoapi.Stage{}
	if err := snapshot.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: "red-staging"}, stage); err != nil || stage.Name != "red-staging" {
		t.Errorf("got %q, %v", stage.Name, err)
	}
	if server.lists != 3 || server.gets != 0 {
		t.Errorf("it took %d lists and %d gets", server.lists, server.gets)
	}
}

func TestASnapshotListsWhatIsGotOneByOne(t *testing.T) {
	var objects []client.Object
	for i := range 100 {
		objects = append(objects, stageNamed("microsvcs", fmt.Sprintf("s%d-production", i)))
	}
	server := newCounted(t, objects...)
	snapshot := kargo.NewSnapshot(server, server.scheme)
	for _, object := range objects {
		stage := &kargoapi.Stage{}
		if err := snapshot.Get(t.Context(), client.ObjectKeyFromObject(object), stage); err != nil || stage.Name != object.GetName() {
			t.Fatalf("got %q, %v", stage.Name, err)
		}
	}
	if err := snapshot.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: "none"}, &kargoapi.Stage{}); !apierrors.IsNotFound(err) {
		t.Errorf("what is not there is answered with %v", err)
	}
	if server.lists != 1 || server.gets > 5 {
		t.Errorf("it took %d lists and %d gets", server.lists, server.gets)
	}
}

func TestASnapshotPicksByIndex(t *testing.T) {
	server := newCounted(t, promotionTo("a", "red-production"), promotionTo("b", "red-production"), promotionTo("c", "blue-production"))
	snapshot := kargo.NewSnapshot(server, server.scheme)
	byStage := func(o client.Object) []string { return []string{o.(*kargoapi.Promotion).Spec.Stage} }
	if err := snapshot.IndexField(t.Context(), &kargoapi.Promotion{}, "spec.stage", byStage); err != nil {
		t.Fatal(err)
	}
	for stage, want := range map[string]int{"red-production": 2, "blue-production": 1, "green-production": 0} {
		var list kargoapi.PromotionList
		err := snapshot.List(t.Context(), &list, client.InNamespace("microsvcs"), client.MatchingFields{"spec.stage": stage}, client.UnsafeDisableDeepCopy)
		if err != nil || len(list.Items) != want {
			t.Errorf("%s has %d Promotions, %v", stage, len(list.Items), err)
		}
		for _, p := range list.Items {
			if p.Spec.Vars != nil {
				t.Errorf("%s was not made slim", p.Name)
			}
		}
	}
	if server.lists != 1 {
		t.Errorf("it took %d lists", server.lists)
	}
}

func TestASnapshotLeavesOtherListsToTheAPIServer(t *testing.T) {
	labelled := stageNamed("microsvcs", "red-production")
	labelled.Labels = map[string]string{"tier": "web"}
	server := newCounted(t, labelled, stageNamed("shop", "cart-production"))
	snapshot := kargo.NewSnapshot(server, server.scheme)
	for i, test := range []struct {
		opts []client.ListOption
		want int
	}{
		{nil, 2},
		{[]client.ListOption{client.InNamespace("microsvcs"), client.MatchingLabels{"tier": "db"}}, 0},
		{[]client.ListOption{client.InNamespace("microsvcs"), client.MatchingLabels{"tier": "web"}}, 1},
	} {
		var list kargoapi.StageList
		if err := snapshot.List(t.Context(), &list, test.opts...); err != nil || len(list.Items) != test.want || server.lists != i+1 {
			t.Errorf("list %d has %d Stages after %d lists, %v", i, len(list.Items), server.lists, err)
		}
	}
}

func TestASnapshotReadsInPages(t *testing.T) {
	server := newCounted(t)
	expires := false
	server.list = func(o *client.ListOptions, list client.ObjectList) error {
		stages := list.(*kargoapi.StageList)
		switch {
		case o.Continue != "" && expires:
			return apierrors.NewResourceExpired("compacted")
		case o.Limit > 0 && o.Continue == "":
			stages.Items, stages.Continue = []kargoapi.Stage{*stageNamed(o.Namespace, "a")}, "next"
		case o.Limit > 0:
			stages.Items = []kargoapi.Stage{*stageNamed(o.Namespace, "b")}
		default:
			stages.Items = []kargoapi.Stage{*stageNamed(o.Namespace, "a"), *stageNamed(o.Namespace, "b")}
		}
		return nil
	}
	snapshot := kargo.NewSnapshot(server, server.scheme)
	for namespace, expire := range map[string]bool{"microsvcs": false, "shop": true} {
		expires = expire
		var list kargoapi.StageList
		if err := snapshot.List(t.Context(), &list, client.InNamespace(namespace)); err != nil || len(list.Items) != 2 || list.Items[1].Name != "b" {
			t.Errorf("%s has %d Stages, %v", namespace, len(list.Items), err)
		}
	}
	for _, limit := range server.limits[:2] {
		if limit == 0 {
			t.Error("it asked for everything at once")
		}
	}
}

func TestASnapshotTellsAClusterWithoutKargo(t *testing.T) {
	resource := schema.GroupResource{Group: "kargo.akuity.io", Resource: "stages"}
	for name, test := range map[string]struct {
		err     error
		problem bool
	}{
		"no Kargo":  {apierrors.NewGenericServerResponse(404, "get", resource, "red-production", "404 page not found", 0, true), true},
		"no Stage":  {apierrors.NewNotFound(resource, "red-production"), false},
		"forbidden": {apierrors.NewForbidden(resource, "red-production", errors.New("no")), false},
	} {
		server := newCounted(t)
		server.fails = test.err
		snapshot := kargo.NewSnapshot(server, server.scheme)
		for what, err := range map[string]error{
			"get":  snapshot.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: "red-production"}, &kargoapi.Stage{}),
			"list": snapshot.List(t.Context(), &kargoapi.StageList{}, client.InNamespace("microsvcs")),
		} {
			problem, ok := errors.AsType[*chatops.Problem](err)
			switch {
			case ok != test.problem, !ok && !errors.Is(err, test.err):
				t.Errorf("%s: %s is answered with %v", name, what, err)
			case ok && (!strings.Contains(problem.Title, "no Kargo") || apierrors.IsNotFound(err)):
				t.Errorf("%s: %s is answered with %v", name, what, problem)
			}
		}
	}
}
