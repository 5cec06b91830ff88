package cluster_test

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/manifests/cluster"
)

// plan plans as an administrator.
func (w *world) plan(t *testing.T, file string) *cluster.Plan {
	t.Helper()
	plan, err := w.as(t, "system:admin", "system:masters").Plan(t.Context(), generated(t, file))
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// deleted returns the names of the Applications that a plan has Argo CD delete.
func deleted(plan *cluster.Plan) []string {
	var names []string
	for _, s := range plan.Steps {
		names = append(names, s.Deletes...)
	}
	return names
}

// applicationSet returns the one of project p.
func (w *world) applicationSet(t *testing.T) *unstructured.Unstructured {
	t.Helper()
	set := &unstructured.Unstructured{}
	set.SetGroupVersionKind(argo("ApplicationSet"))
	if err := w.admin.Get(t.Context(), client.ObjectKey{Namespace: "argocd", Name: "p"}, set); err != nil {
		t.Fatal(err)
	}
	return set
}

func TestAPlanNamesTheApplicationsThatArgoCDDeletes(t *testing.T) {
	w := newWorld(t)
	w.ready(t, metav1.ConditionTrue, "")
	w.apply(t, generated(t, file+argocd))
	for _, test := range []struct {
		name, from, to string
		want           []string
	}{
		{"nothing", "", "", nil},
		{"a service more", "[red, blue]", "[red, blue, green]", nil},
		{"a service less", "[red, blue]", "[red]", []string{"blue-dev", "blue-prod"}},
		{"another name", "[red, blue]", "[red, navy]", []string{"blue-dev", "blue-prod"}},
		{"an environment less", "- {name: prod}\n", "", []string{"blue-prod", "red-prod"}},
		{"other paths, so a list in place of a matrix", "[red, blue]", "[red, {name: blue, promotion: {path: x}}]", nil},
	} {
		if got := deleted(w.plan(t, strings.Replace(file, test.from, test.to, 1)+argocd)); !slices.Equal(got, test.want) {
			t.Errorf("%s: Argo CD would delete %q; want %q", test.name, got, test.want)
		}
	}
	// Somebody has forbidden Argo CD to.
	set := w.applicationSet(t)
	if err := unstructured.SetNestedField(set.Object, "create-update", "spec", "syncPolicy", "applicationsSync"); err != nil {
		t.Fatal(err)
	}
	if err := w.admin.Update(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	if got := deleted(w.plan(t, strings.Replace(file, "[red, blue]", "[red]", 1)+argocd)); len(got) != 0 {
		t.Errorf("Argo CD keeps Applications, and would delete %q", got)
	}
}

func TestOfSomebodysOwnApplicationSetWhatItOwnsIsLookedAt(t *testing.T) {
	w := newWorld(t)
	w.ready(t, metav1.ConditionTrue, "")
	set := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{
		"generators": []any{map[string]any{"git": map[string]any{"repoURL": "https://github.com/acme/p.git"}}},
		"template":   map[string]any{"metadata": map[string]any{"name": "{{.path.basename}}"}},
	}}}
	set.SetGroupVersionKind(argo("ApplicationSet"))
	set.SetNamespace("argocd")
	set.SetName("p")
	w.create(t, set)
	for name, owner := range map[string]*unstructured.Unstructured{"red-prod": set, "old-prod": set, "somebody-elses": nil} {
		application := &unstructured.Unstructured{}
		application.SetGroupVersionKind(argo("Application"))
		application.SetNamespace("argocd")
		application.SetName(name)
		if owner != nil {
			application.SetOwnerReferences([]metav1.OwnerReference{*metav1.NewControllerRef(owner, argo("ApplicationSet"))})
		}
		w.create(t, application)
	}
	if got := deleted(w.plan(t, file+argocd)); !slices.Equal(got, []string{"old-prod"}) {
		t.Errorf("Argo CD would delete %q", got)
	}
}

func TestWhatIsInTheNamespaceThatArgoCDWasInIsToldOf(t *testing.T) {
	w := newWorld(t)
	w.ready(t, metav1.ConditionTrue, "")
	w.create(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "gitops"}})
	w.apply(t, generated(t, file+argocd))
	moved := w.plan(t, file+"argocd: {namespace: gitops}\n")
	var left []string
	for _, s := range moved.Left {
		left = append(left, s.Namespace+" "+s.String())
	}
	slices.Sort(left)
	if want := []string{"argocd applicationset/p", "argocd appproject/p"}; !slices.Equal(left, want) {
		t.Errorf("left: %q; want %q", left, want)
	}
	if plan := w.plan(t, file+argocd); len(plan.Left) != 0 {
		t.Errorf("what the file makes is left: %+v", plan.Left)
	}
}

func TestANumberIsTheSameHoweverItIsWritten(t *testing.T) {
	w := newWorld(t)
	w.ready(t, metav1.ConditionTrue, "")
	const steps = "promotion: {steps: [{uses: http, config: {a: 5.0, b: 1e3, c: 1.5, d: 7}}]}\n"
	w.apply(t, generated(t, file+steps))
	if done, _ := w.apply(t, generated(t, file+steps)); len(done) != 0 {
		t.Errorf("did %q the second time", done)
	}
}
