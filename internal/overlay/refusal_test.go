package overlay_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/overlay"
)

const pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: a:v1}]}}\n"

// keys returns that many fields of a mapping.
func keys(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, "k%d: x,", i)
	}
	return out.String()
}

// refused returns why an overlay of these files is not rendered.
func refused(t testing.TB, r *tree, images ...overlay.Image) *overlay.Refusal {
	t.Helper()
	c, err := overlay.Diff(t.Context(), r, "o", images)
	var refusal *overlay.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("got %+v, %v", c, err)
	}
	if escaped() {
		t.Error("it left the process")
	}
	return refusal
}

func TestReferencesThatLeaveTheTree(t *testing.T) {
	remote := map[string]string{
		"https://acme.dev/base.yaml":                      "The overlay uses a remote base or file, https://acme.dev/base.yaml; it is not rendered here.",
		"https://bob:hunter2@acme.dev/base?token=hunter2": "The overlay uses a remote base or file, https://acme.dev/base; it is not rendered here.",
		"HTTP:acme.dev":                                   "The overlay uses a remote base or file, HTTP:acme.dev; it is not rendered here.",
		"github.com/acme/base":                            "The overlay uses a remote base or file, github.com/acme/base; it is not rendered here.",
		"GitHub.com/acme/base?ref=main":                   "The overlay uses a remote base or file, GitHub.com/acme/base; it is not rendered here.",
		"git@github.com:acme/base.git":                    "The overlay uses a remote base or file, github.com:acme/base.git; it is not rendered here.",
		"bob@acme/base":                                   "The overlay uses a remote base or file, acme/base; it is not rendered here.",
		"git::https://acme.dev/base":                      "The overlay uses a remote base or file, git::https://acme.dev/base; it is not rendered here.",
		"file:///etc":                                     "The overlay uses a remote base or file, file:///etc; it is not rendered here.",
		"/etc/passwd":                                     "The overlay refers to /etc/passwd, which is not a plain path in the repository; it is not rendered here.",
		`..\..\etc`:                                       `The overlay refers to ..\..\etc, which is not a plain path in the repository; it is not rendered here.`,
		"../../etc/passwd":                                "The overlay refers to ../../etc/passwd, which is outside of the repository; it is not rendered here.",
		"x/../../../" + strings.Repeat("long", 100):       "The overlay refers to x/../../../" + strings.Repeat("long", 27) + "…, which is outside of the repository; it is not rendered here.",
	}
	places := []string{
		"resources: [%q]", "bases: [%q]", "components: [%q]", "configurations: [%q]", "patches: [{path: %q}]",
		"patchesStrategicMerge: [%q]", "patchesJson6902: [{path: %q, target: {kind: Pod, name: a}}]", "replacements: [{path: %q}]",
		"configMapGenerator: [{name: a, files: [%q]}]", "configMapGenerator: [{name: a, envs: [%q]}]", "configMapGenerator: [{name: a, env: %q}]",
		"secretGenerator: [{name: a, files: [%q]}]", "secretGenerator: [{name: a, envs: [%q]}]", "secretGenerator: [{name: a, env: %q}]",
	}
	for ref, reason := range remote {
		for _, place := range places {
			if strings.Contains(ref, "=") && strings.Contains(place, "files") {
				continue
			}
			// A folder of that name changes nothing.
			r := with(t, map[string]string{"kustomization.yaml": fmt.Sprintf(place, ref), "github.com/acme/base/kustomization.yaml": "resources: [a.yaml]", "github.com/acme/base/a.yaml": pod})
			if got := refused(t, r); got.Kind != overlay.Remote || got.Reason != reason {
				t.Errorf("%s, %s: %s", place, ref, got)
			}
		}
	}
	r := with(t, map[string]string{"kustomization.yaml": "configMapGenerator: [{name: a, files: ['key=https://acme.dev/x']}]"})
	if got := refused(t, r); got.Kind != overlay.Remote {
		t.Error(got)
	}
}

func TestRefusals(t *testing.T) {
	const bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n" +
		"d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n"
	doubled := map[string]string{"kustomization.yaml": "resources: [d0]"}
	for i := range 30 {
		doubled[fmt.Sprintf("d%d/kustomization.yaml", i)] = fmt.Sprintf("resources: [../d%d, ../e%d]", i+1, i+1)
		doubled[fmt.Sprintf("e%d/kustomization.yaml", i)] = fmt.Sprintf("namePrefix: x\nresources: [../d%d, ../e%d]", i+1, i+1)
	}
	doubled["d30/kustomization.yaml"], doubled["d30/a.yaml"] = "resources: [a.yaml]", pod
	doubled["e30/kustomization.yaml"], doubled["e30/a.yaml"] = "namePrefix: z\nresources: [a.yaml]", pod
	list := "a: [" + strings.Repeat("x,", 90_000) + "]"
	many := map[string]string{"kustomization.yaml": "resources: [a.yaml]", "a.yaml": strings.Repeat(pod+"---\n", 501)}
	files := map[string]string{"kustomization.yaml": "configMapGenerator: [{name: a, files: [" + strings.Repeat("x,", 250) + "]}]", "x": ""}
	heavy := map[string]string{"kustomization.yaml": "resources: [a.yaml]\npatches: [{path: p.yaml, target: {kind: Pod}}]", "p.yaml": "kind: Pod\nmetadata: {name: a}\n#" + strings.Repeat("x", 1<<19), "a.yaml": strings.Repeat(pod+"---\n", 200)}
	for _, test := range []struct {
		name   string
		files  map[string]string
		kind   overlay.Kind
		reason string
	}{
		{"no kustomization", map[string]string{"a.yaml": pod}, overlay.NotKustomization, "o has no kustomization.yaml; there is nothing to render."},
		{"two", map[string]string{"kustomization.yaml": "", "kustomization.yml": ""}, overlay.NotKustomization, "o has 2 kustomization files; keep one of them."},
		{"a file that is not there", map[string]string{"kustomization.yaml": "resources: [a.yaml]"}, overlay.Missing, "The overlay refers to o/a.yaml, which is not in the repository."},
		{"an unknown field", map[string]string{"kustomization.yaml": "wasm: [a]"}, overlay.Invalid, "The overlay does not build: o/kustomization.yaml is not a kustomization file that is understood here."},
		{"an empty one", map[string]string{"kustomization.yaml": ""}, overlay.Invalid, "The overlay does not build: o/kustomization.yaml has to have one document."},
		{"not YAML", map[string]string{"kustomization.yaml": "resources: [a.yaml]", "a.yaml": "a: [hunter2"}, overlay.Invalid, "The overlay does not build: o/a.yaml is not valid YAML."},
		{"itself", map[string]string{"kustomization.yaml": "resources: [../o]"}, overlay.Invalid, "The overlay does not build: o refers to itself."},
		{"the library says no", map[string]string{"kustomization.yaml": "resources: [a.yaml]", "a.yaml": pod + "---\n" + pod}, overlay.Invalid, `The overlay does not build; "kustomize build o" says why.`},

		{"Helm", map[string]string{"kustomization.yaml": "helmCharts: [{name: a, repo: https://acme.dev}]"}, overlay.Unsupported, "o/kustomization.yaml uses helmCharts; it is not rendered here."},
		{"Helm's globals", map[string]string{"kustomization.yaml": "helmGlobals: {chartHome: /etc}"}, overlay.Unsupported, "o/kustomization.yaml uses helmCharts; it is not rendered here."},
		{"Helm, the old way", map[string]string{"kustomization.yaml": "helmChartInflationGenerator: [{chartName: a, helmBin: /bin/sh}]"}, overlay.Unsupported, "o/kustomization.yaml uses helmChartInflationGenerator; it is not rendered here."},
		{"generators", map[string]string{"kustomization.yaml": "generators: [a.yaml]"}, overlay.Unsupported, "o/kustomization.yaml uses generators; it is not rendered here."},
		{"transformers, in another case", map[string]string{"kustomization.yaml": "TRANSFORMERS: ['{apiVersion: builtin, kind: PatchTransformer, path: https://acme.dev}']"}, overlay.Unsupported, "o/kustomization.yaml uses transformers; it is not rendered here."},
		{"validators", map[string]string{"kustomization.yaml": "validators: [a.yaml]"}, overlay.Unsupported, "o/kustomization.yaml uses validators; it is not rendered here."},
		{"OpenAPI", map[string]string{"kustomization.yaml": "openapi: {path: https://acme.dev}"}, overlay.Unsupported, "o/kustomization.yaml uses openapi; it is not rendered here."},
		{"CRDs", map[string]string{"kustomization.yaml": "crds: [https://acme.dev]"}, overlay.Unsupported, "o/kustomization.yaml uses crds; it is not rendered here."},
		{"vars", map[string]string{"kustomization.yaml": "vars: [{name: A, objref: {kind: Secret, name: a, apiVersion: v1}}]"}, overlay.Unsupported, "o/kustomization.yaml uses vars; it is not rendered here."},
		{"image tags", map[string]string{"kustomization.yaml": "imageTags: [{name: a, newTag: v1}]"}, overlay.Unsupported, "o/kustomization.yaml uses imageTags; it is not rendered here."},
		{"a copy in a JSON patch", map[string]string{"kustomization.yaml": "resources: [a.yaml]\npatches: [{target: {kind: Pod}, patch: '[{\"op\": \"c\\u006fpy\", \"from\": \"/a\", \"path\": \"/b\"}]'}]", "a.yaml": pod}, overlay.Unsupported,
			"The overlay uses a JSON patch that copies or moves values, or changes what kind an object is of, which is not rendered here."},
		{"a new kind by a JSON patch", map[string]string{"kustomization.yaml": "patches: [{target: {kind: Secret}, path: p.json}]", "p.json": `[{"op": "replace", "path": "/kind", "value": "ConfigMap"}]`}, overlay.Unsupported,
			"The overlay uses a JSON patch that copies or moves values, or changes what kind an object is of, which is not rendered here."},
		{"a new kind by a patch", map[string]string{"kustomization.yaml": "patches: [{target: {kind: Secret}, path: p.yaml, options: {allowKindChange: true}}]"}, overlay.Unsupported,
			"The overlay uses a patch that makes an object one of another kind, which is not rendered here."},
		{"a replacement from a Secret", map[string]string{"kustomization.yaml": "replacements: [{path: r.yaml}]", "r.yaml": "source: {kind: Secret, name: a, fieldPath: data.a}"}, overlay.Unsupported,
			"The overlay uses a replacement from a Secret, or from an object whose kind it does not name, which is not rendered here."},
		{"a replacement that doubles", map[string]string{"kustomization.yaml": "replacements: [{source: {kind: ConfigMap, fieldPath: data}, targets: [{select: {kind: ConfigMap}, fieldPaths: [data.b], options: {create: true}}]}]"}, overlay.Unsupported,
			"The overlay uses a replacement into a value that another one copies, which is not rendered here."},
		{"a replacement that grows", map[string]string{"kustomization.yaml": "replacements: [{source: {kind: ConfigMap, fieldPath: 'data.[x=y]'}, targets: [{select: {kind: ConfigMap}, fieldPaths: [data.a], options: {delimiter: x, index: 99}}]}]"}, overlay.Unsupported,
			"The overlay uses a replacement into a value that another one copies, which is not rendered here."},

		{"a key twice", map[string]string{"kustomization.yaml": "resources: [a.yaml]", "a.yaml": "a: 1\na: 2"}, overlay.Invalid, "The overlay does not build: o/a.yaml has values that Kubernetes objects can't have."},
		{"a bomb of aliases", map[string]string{"kustomization.yaml": "resources: [a.yaml]", "a.yaml": bomb}, overlay.Invalid, "The overlay does not build: o/a.yaml has too many values."},
		{"an alias of itself", map[string]string{"kustomization.yaml": "resources: [a.yaml]", "a.yaml": "a: &a [*a]"}, overlay.Invalid, "The overlay does not build: o/a.yaml is nested too deeply."},
		{"deep", map[string]string{"kustomization.yaml": "resources: [a.yaml]", "a.yaml": strings.Repeat("[", 100) + strings.Repeat("]", 100)}, overlay.Invalid, "The overlay does not build: o/a.yaml is nested too deeply."},
		{"no number", map[string]string{"kustomization.yaml": "resources: [a.yaml]", "a.yaml": "a: .nan"}, overlay.Invalid, "The overlay does not build: o/a.yaml has values that Kubernetes objects can't have."},
		{"many keys", map[string]string{"kustomization.yaml": "resources: [a.yaml]", "a.yaml": "{kind: ConfigMap, data: {" + keys(2001) + "}}"}, overlay.Invalid, "The overlay does not build: o/a.yaml has too many values."},
		{"many values", map[string]string{"kustomization.yaml": "resources: [a.yaml, b.yaml, c.yaml]", "a.yaml": list, "b.yaml": list, "c.yaml": list}, overlay.TooLarge, "The overlay is too large to be rendered here: its resources have more than 200000 values."},
		{"folders that unfold", doubled, overlay.TooLarge, "The overlay is too large to be rendered here: it consists of more than 200 files."},
		{"many resources", many, overlay.TooLarge, "The overlay is too large to be rendered here: it has more than 500 resources."},
		{"many files", files, overlay.TooLarge, "The overlay is too large to be rendered here: it consists of more than 200 files."},
		{"a large file", map[string]string{"kustomization.yaml": "resources: [a.yaml]", "a.yaml": strings.Repeat("#", 1<<20+1)}, overlay.TooLarge, "The overlay is too large to be rendered here: o/a.yaml has more than 1024 KiB."},
		{"large files", map[string]string{"kustomization.yaml": "configMapGenerator: [{name: a, files: [a=x, b=x, c=x, d=x, e=x, f=x, g=x, h=x, i=x]}]", "x": strings.Repeat("#", 1<<20)}, overlay.TooLarge, "The overlay is too large to be rendered here: its files have more than 8 MiB."},
		{"patches times resources", heavy, overlay.TooLarge, "The overlay is too large to be rendered here: its patches and labels apply to too many values."},
		{"a long prefix", map[string]string{"kustomization.yaml": "namePrefix: " + strings.Repeat("x", 2000)}, overlay.TooLarge, "The overlay is too large to be rendered here: o/kustomization.yaml has a value of more than 1024 bytes."},
		{"many patches", map[string]string{"kustomization.yaml": "resources: [a.yaml]\npatches: [" + strings.Repeat("{path: p.yaml},", 50) + "]", "p.yaml": "{kind: Pod, metadata: {name: a}}", "a.yaml": strings.Repeat(pod+"---\n", 300)}, overlay.TooLarge, "The overlay is too large to be rendered here: it does too much to too many resources."},
		{"many images", map[string]string{"kustomization.yaml": "resources: [a.yaml]\nimages: [" + strings.Repeat("{name: a, newTag: v1},", 30) + "]", "a.yaml": "a: [" + strings.Repeat("{image: a},", 1000) + "]"}, overlay.TooLarge, "The overlay is too large to be rendered here: it sets too many images."},
		{"large copies", map[string]string{"kustomization.yaml": "resources: [a.yaml, b.yaml]\nreplacements: [{source: {kind: ConfigMap, fieldPath: data.a}, targets: [{select: {kind: Pod}, fieldPaths: [spec.a]}]}]", "a.yaml": strings.Repeat(pod+"---\n", 100), "b.yaml": "{kind: ConfigMap, data: {a: " + strings.Repeat("x", 1<<19) + "}}"}, overlay.TooLarge, "The overlay is too large to be rendered here: its replacements copy too much."},
	} {
		if got := refused(t, with(t, test.files)); got.Kind != test.kind || got.Reason != test.reason || got.After {
			t.Errorf("%s: %s: %s", test.name, got.Kind, got)
		}
	}
}

func TestOnlyThePromotionDoesNotBuild(t *testing.T) {
	r := with(t, map[string]string{"kustomization.yaml": "resources: [a.yaml]", "a.yaml": strings.ReplaceAll(pod, "a:v1", "a")})
	// Once set, the library takes this for a number that no object can have.
	got := refused(t, r, overlay.Image{Name: "a", NewName: ".nan"})
	if !got.After || got.Reason != `With the images of the promotion: The overlay does not build; "kustomize build o" says why.` {
		t.Errorf("got %+v", got)
	}
}

// TestTheProcessGoesOn has what makes the library end the process: a name that may be of two objects, in one
// that it can't write as JSON.
func TestTheProcessGoesOn(t *testing.T) {
	const account = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: c}}\n"
	r := with(t, map[string]string{
		"kustomization.yaml":   "resources: [x, z]\nimages: [{name: a, newName: '.nan'}]",
		"x/kustomization.yaml": "namespace: x\nresources: [c.yaml]", "x/c.yaml": account,
		"z/kustomization.yaml": "namespace: z\nresources: [c.yaml]", "z/c.yaml": account + "---\n" +
			"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b}, subjects: [{kind: ServiceAccount, name: c}], containers: [{image: a}]}",
	})
	if got := refused(t, r); got.Kind != overlay.Invalid || got.Err == nil || !strings.Contains(got.Err.Error(), "gave up") {
		t.Errorf("got %+v", got)
	}
}
