package e2e_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// guideFile is the guide's own pipeline file, for a project of the test's own.
func guideFile(t *testing.T) string {
	t.Helper()
	return example(t, "color/kargo/config.yaml", "project: microsvcs\nnamespace: microsvcs\n")
}

// example reads a file of examples, of which some lines name the project.
func example(t *testing.T, name, named string) string {
	t.Helper()
	root, err := harness.Root()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(root, "examples", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(data), named, "project: PROJECT\n", 1)
	if text == string(data) {
		t.Fatalf("%s does not say %q", name, named)
	}
	return text
}

// versions returns the resource version of each object that was generated, by kind and name.
func versions(t *testing.T, g *harness.Generator) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, list := range []client.ObjectList{&kargoapi.ProjectConfigList{}, &kargoapi.WarehouseList{}, &kargoapi.StageList{}} {
		if err := cluster.Client.List(t.Context(), list, client.InNamespace(g.Project)); err != nil {
			t.Fatal(err)
		}
		switch list := list.(type) {
		case *kargoapi.ProjectConfigList:
			for _, o := range list.Items {
				out["projectconfig/"+o.Name] = applied(&o)
			}
		case *kargoapi.WarehouseList:
			for _, o := range list.Items {
				out["warehouse/"+o.Name] = applied(&o)
			}
		case *kargoapi.StageList:
			for _, o := range list.Items {
				out["stage/"+o.Name] = applied(&o)
			}
		}
	}
	return out
}

// applied returns when an object was applied last: Kargo writes statuses meanwhile.
func applied(o client.Object) string {
	for _, entry := range o.GetManagedFields() {
		if entry.Operation == metav1.ManagedFieldsOperationApply {
			return entry.Manager + " at " + entry.Time.String()
		}
	}
	return ""
}

func TestGenerateAppliesTheGuidesFileAndTwiceIsOnce(t *testing.T) {
	t.Parallel()
	g := cluster.NewGenerator(t, guideFile(t))

	ran := g.Run(t, "--apply")
	mustEnd(t, ran, 1)
	mustSay(t, ran.Stderr, "create project/"+g.Project, "create stage/red-production", "add --yes")
	if n := len(versions(t, g)); n != 0 {
		t.Fatalf("%d objects were made though nobody said yes", n)
	}

	ran = g.Run(t, "--apply", "--yes")
	mustEnd(t, ran, 0)
	mustSay(t, ran.Stdout, "27 objects: 27 created, 0 changed, 0 deleted, 0 as they were")
	first := versions(t, g)
	if len(first) != 1+10+15 {
		t.Errorf("%d objects: %v", len(first), first)
	}
	for name, manager := range first {
		if !strings.HasPrefix(manager, "kargo-bot-generate at ") {
			t.Errorf("%s is managed by %q", name, manager)
		}
	}
	ran = g.Run(t, "--apply", "--yes")
	mustEnd(t, ran, 0)
	mustSay(t, ran.Stdout, "27 objects, nothing to do")
	mustEnd(t, g.Run(t, "--diff"), 0)
	mustEnd(t, g.Run(t, "--check"), 0)

	var stage kargoapi.Stage
	cluster.Get(t, g.Project, "red-production", &stage)
	request := stage.Spec.RequestedFreight[0]
	if request.Origin.Name != "red-releases" || !slices.Equal(request.Sources.Stages, []string{"red-staging"}) || request.Sources.Direct {
		t.Errorf("red-production takes %+v", request)
	}
	var warehouse kargoapi.Warehouse
	cluster.Get(t, g.Project, "red-dev", &warehouse)
	if image := warehouse.Spec.Subscriptions[0].Image; !slices.Equal(image.AllowTagsRegexes, []string{"^sha-.*"}) || image.AllowTags != "" {
		t.Errorf("red-dev discovers %+v", image)
	}
}

func TestGeneratePrunesWhatItMadeAndNothingElse(t *testing.T) {
	t.Parallel()
	file := guideFile(t)
	g := cluster.NewGenerator(t, file)
	mustEnd(t, g.Run(t, "--apply", "--yes"), 0)
	// Somebody's own Warehouse is none of the file's business.
	own := &kargoapi.Warehouse{ObjectMeta: metav1.ObjectMeta{Namespace: g.Project, Name: "by-hand"}}
	own.Spec.Interval = &metav1.Duration{Duration: 3600e9}
	own.Spec.Subscriptions = []kargoapi.RepoSubscription{{Image: &kargoapi.ImageSubscription{RepoURL: "127.0.0.1:9/acme/by-hand"}}}
	if err := cluster.Client.Create(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	g.Write(t, strings.Replace(file, "  - yellow\n", "", 1))

	ran := g.Run(t, "--diff")
	mustEnd(t, ran, 1)
	mustSay(t, ran.Stdout, "--- live/stage/yellow-production", "+++ /dev/null", "-  name: yellow-dev")
	ran = g.Run(t, "--check")
	mustEnd(t, ran, 1)
	mustSay(t, ran.Stdout, "delete stage/yellow-staging", "delete warehouse/yellow-releases")

	ran = g.Run(t, "--apply", "--yes")
	mustEnd(t, ran, 0)
	mustSay(t, ran.Stdout, "deleted stage/yellow-production", "0 created, 0 changed, 5 deleted, 22 as they were")
	if strings.Index(ran.Stdout, "deleted warehouse/") < strings.LastIndex(ran.Stdout, "deleted stage/") {
		t.Errorf("a Warehouse went before the Stages that live off it:\n%s", ran.Stdout)
	}
	left := versions(t, g)
	if _, there := left["warehouse/by-hand"]; !there || len(left) != 1+8+12+1 {
		t.Errorf("what is left: %v", left)
	}
}

func TestGenerateShowsAndRepairsWhatSomebodyChanged(t *testing.T) {
	t.Parallel()
	g := cluster.NewGenerator(t, guideFile(t))
	mustEnd(t, g.Run(t, "--apply", "--yes"), 0)
	var warehouse kargoapi.Warehouse
	cluster.Get(t, g.Project, "red-releases", &warehouse)
	changed := client.MergeFrom(warehouse.DeepCopy())
	warehouse.Spec.Subscriptions[0].Image.Constraint = ">=9.0.0"
	warehouse.Labels["team"] = "web"
	if err := cluster.Client.Patch(t.Context(), &warehouse, changed); err != nil {
		t.Fatal(err)
	}

	ran := g.Run(t, "--diff")
	mustEnd(t, ran, 1)
	mustSay(t, ran.Stdout, "-      constraint: '>=9.0.0'", "+      constraint: '>=0.0.0'")
	if strings.Contains(ran.Stdout, "stage/") || strings.Contains(ran.Stdout, "managedFields") || strings.Contains(ran.Stdout, "-    team: web") {
		t.Errorf("shows more than what would change:\n%s", ran.Stdout)
	}
	ran = g.Run(t, "--apply", "--yes")
	mustEnd(t, ran, 0)
	mustSay(t, ran.Stdout, "changed warehouse/red-releases", "0 created, 1 changed, 0 deleted, 26 as they were")
	cluster.Get(t, g.Project, "red-releases", &warehouse)
	if warehouse.Spec.Subscriptions[0].Image.Constraint != ">=0.0.0" || warehouse.Labels["team"] != "web" {
		t.Errorf("after applying: %+v", warehouse)
	}
}

func TestGenerateTakesOutWhatKeepsAWarehouseFromDiscovering(t *testing.T) {
	t.Parallel()
	g := cluster.NewGenerator(t, guideFile(t))
	mustEnd(t, g.Run(t, "--apply", "--yes"), 0)
	// What the guide's templates say: from Kargo 1.11 on, discovery fails with it.
	var warehouse kargoapi.Warehouse
	cluster.Get(t, g.Project, "red-dev", &warehouse)
	changed := client.MergeFrom(warehouse.DeepCopy())
	warehouse.Spec.Subscriptions[0].Image.AllowTags = "^sha-.*"
	if err := cluster.Client.Patch(t.Context(), &warehouse, changed); err != nil {
		t.Fatal(err)
	}
	// And what is somebody's own, and stays.
	cluster.Get(t, g.Project, "blue-dev", &warehouse)
	changed = client.MergeFrom(warehouse.DeepCopy())
	warehouse.Spec.Shard = "eu"
	if err := cluster.Client.Patch(t.Context(), &warehouse, changed); err != nil {
		t.Fatal(err)
	}

	ran := g.Run(t, "--apply", "--yes")
	mustEnd(t, ran, 0)
	mustSay(t, ran.Stdout, "changed warehouse/red-dev", "1 changed", "26 as they were")
	cluster.Get(t, g.Project, "red-dev", &warehouse)
	if image := warehouse.Spec.Subscriptions[0].Image; image.AllowTags != "" || len(image.AllowTagsRegexes) != 1 {
		t.Errorf("red-dev discovers %+v", image)
	}
	cluster.Get(t, g.Project, "blue-dev", &warehouse)
	if warehouse.Spec.Shard != "eu" {
		t.Error("a field that the file does not speak of was taken out")
	}
	mustSay(t, g.Run(t, "--apply", "--yes").Stdout, "27 objects, nothing to do")
}

func TestGenerateTakesOutWhatTheFileNoLongerSays(t *testing.T) {
	t.Parallel()
	file := guideFile(t)
	g := cluster.NewGenerator(t, file)
	mustEnd(t, g.Run(t, "--apply", "--yes"), 0)
	g.Write(t, strings.Replace(file, "      discoveryLimit: 10\n", "", 1))
	ran := g.Run(t, "--apply", "--yes")
	mustEnd(t, ran, 0)
	mustSay(t, ran.Stdout, "5 changed")
	var warehouse kargoapi.Warehouse
	cluster.Get(t, g.Project, "red-dev", &warehouse)
	if n := warehouse.Spec.Subscriptions[0].Image.DiscoveryLimit; n == 10 {
		t.Error("the limit that the file no longer has is still there")
	}
}

func TestGenerateAsksBeforeItTakesANamespaceForTheProjects(t *testing.T) {
	t.Parallel()
	g := cluster.NewGenerator(t, guideFile(t))
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: g.Project, Labels: map[string]string{"team": "web"}}}
	if err := cluster.Client.Create(t.Context(), namespace); err != nil {
		t.Fatal(err)
	}
	ran := g.Run(t, "--apply")
	mustEnd(t, ran, 1)
	mustSay(t, ran.Stderr, "label  namespace/"+g.Project+" (it is there already: Kargo takes it for the Project's only with its label)")
	ran = g.Run(t, "--apply", "--yes")
	mustEnd(t, ran, 0)
	mustSay(t, ran.Stdout, "labelled namespace/"+g.Project)
	cluster.Get(t, "", g.Project, namespace)
	if namespace.Labels["kargo.akuity.io/project"] != "true" || namespace.Labels["team"] != "web" || namespace.Annotations["kargo.akuity.io/keep-namespace"] != "true" {
		t.Errorf("the namespace: %v, %v", namespace.Labels, namespace.Annotations)
	}
}

func TestGenerateAppliesEverythingThatAFileCanSay(t *testing.T) {
	t.Parallel()
	// Argo CD is not there, and would be the only one to take its objects.
	file := strings.Replace(example(t, "everything.yaml", "project: shop\n"), "argocd: {}\n", "", 1)
	g := cluster.NewGenerator(t, file)
	ran := g.Run(t, "--apply", "--yes")
	mustEnd(t, ran, 0)
	mustSay(t, ran.Stdout, "created stage/legacy-us", "created warehouse/search-releases")
	mustSay(t, g.Run(t, "--apply", "--yes").Stdout, "nothing to do")
}
