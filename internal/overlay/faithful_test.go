package overlay_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/davidaparicio/kargo-bot/internal/overlay"
)

// TestRendersAsTheLibraryAlone compares with the library on the files as they are, which is what Kargo and
// Argo CD run.
func TestRendersAsTheLibraryAlone(t *testing.T) {
	everything := map[string]string{
		"kustomization.yaml": `
bases: [base]
resources: [other.yaml]
components: [component]
namePrefix: x-
nameSuffix: -z
namespace: ns
commonLabels: {a: b}
commonAnnotations: {c: "1", d: "true"}
labels: [{pairs: {e: f}, includeTemplates: true, fields: [{path: spec/labels, kind: Thing, create: true}]}]
images: [{name: a, newName: b, tagSuffix: -x}, {name: c, digest: "sha256:aa"}]
replicas: [{name: a, count: 3}]
configurations: [config.yaml]
patchesStrategicMerge:
  - merge.yaml
  - |
    {apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {inline: "yes"}}
patchesJson6902: [{target: {version: v1, kind: Service, name: s}, path: json.json}]
patches:
  - {path: delete.yaml}
  - {target: {kind: Deployment, labelSelector: app=a}, patch: '[{"op": "replace", "path": "/metadata/labels/app", "value": "z"}]', options: {allowNameChange: true}}
configMapGenerator:
  - {name: g, files: [key=data.txt, data.txt], envs: [env], env: env2, literals: ["quoted='x y'", "n=1"], options: {labels: {g: h}, immutable: true}}
  - {name: c, behavior: merge, literals: [more=1]}
secretGenerator: [{name: k, type: Opaque, literals: [p=q], options: {disableNameSuffixHash: true}}]
generatorOptions: {annotations: {gen: "yes"}}
replacements:
  - path: replacement.yaml
  - {sourceValue: "9", targets: [{select: {kind: Deployment}, fieldPaths: [spec.minReadySeconds], options: {create: true}}]}
sortOptions: {order: legacy, legacySortOptions: {orderFirst: [Secret], orderLast: [Service]}}
buildMetadata: [managedByLabel, originAnnotations]
`,
		"base/kustomization.yml": "resources: [all.yaml]\nnameSuffix: -base\nbuildMetadata: [originAnnotations]",
		"base/all.yaml": `
apiVersion: apps/v1
kind: Deployment
metadata: &m {name: a, labels: {app: a}}
spec:
  template:
    metadata: *m
    spec:
      containers: [{name: a, image: "a:1.0"}, {name: c, image: c}]
      volumes: [{name: v, configMap: {name: c}}, {name: w, configMap: {name: g}}, {name: k, secret: {secretName: k}}]
---
{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {app: a}, ports: [{port: 80}]}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {date: "2024-01-01", big: "9007199254740993", octal: "0o7"}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: gone}}
`,
		"other.yaml":                   "{apiVersion: acme.dev/v1, kind: Thing, metadata: {name: t}, spec: {image: a:1.0, n: 1.5, ref: s}}\n---\n{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Namespace, metadata: {name: n}}]}",
		"component/Kustomization":      "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: comp-\nresources: [more.yaml]",
		"component/more.yaml":          "{apiVersion: v1, kind: ServiceAccount, metadata: {name: sa}}",
		"config.yaml":                  "images: [{path: spec/image, kind: Thing}]\nnameReference: [{kind: Service, version: v1, fieldSpecs: [{path: spec/ref, kind: Thing}]}]",
		"merge.yaml":                   "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {template: {spec: {containers: [{name: c, env: [{name: X, value: z}]}]}}}}",
		"json.json":                    `[{"op": "add", "path": "/spec/type", "value": "NodePort"}]`,
		"delete.yaml":                  "{apiVersion: v1, kind: ConfigMap, metadata: {name: gone}, $patch: delete}",
		"data.txt":                     "some\ntext\n",
		"env":                          "# a comment\nA=b\n",
		"env2":                         "C=d",
		"replacement.yaml":             "- source: {kind: Service, name: s}\n  targets: [{select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.[name=c].env.[name=X].value']}]",
		"unused/kustomization.yaml":    "resources: [https://acme.dev]",
		"base/unused/elsewhere.yaml":   "a: [",
		"component/unused/binary.data": "\x00\xff",
	}
	for name, r := range map[string]*tree{
		"o": with(t, everything), "k8s/overlays/production/red": repository(t), "k8s/overlays/staging/red": repository(t),
	} {
		fs := filesys.MakeFsInMemory()
		for file, data := range r.files {
			if err := fs.WriteFile("/"+file, []byte(data)); err != nil {
				t.Fatal(err)
			}
		}
		options := krusty.MakeDefaultOptions()
		options.LoadRestrictions = types.LoadRestrictionsNone
		resources, err := krusty.MakeKustomizer(options).Run(fs, "/"+name)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, resource := range resources.Resources() {
			want = append(want, resource.String())
		}
		got, err := overlay.Rendered(t.Context(), r, name)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(got), "\n")
		slices.Sort(want)
		slices.Sort(lines)
		if diff := cmp.Diff(want, lines); diff != "" {
			t.Errorf("%s: -library +ours\n%s", name, diff)
		}
		for _, file := range slices.Sorted(maps.Keys(r.files)) {
			if strings.Contains(file, "unused") && slices.Contains(r.read, file) {
				t.Errorf("%s is read", file)
			}
		}
	}
}
