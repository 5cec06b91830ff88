package overlay_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/overlay"
)

// FuzzKustomization has whatever kustomization file: it never reaches out, never ends the process, shows no
// Secret, and either renders or is refused in words of ours.
func FuzzKustomization(f *testing.F) {
	for _, seed := range []string{
		"resources: [base, pod.yaml, secret.yaml]\nimages: [{name: a, newTag: v1}]",
		"bases: [base]\nnamePrefix: x-\nnameSuffix: -x\nnamespace: n\ncommonLabels: {a: b}\ncommonAnnotations: {a: b}",
		"resources: ['https://acme.dev/a.yaml', github.com/acme/base, 'git@github.com:acme/base', 'git::https://acme.dev//x?ref=main']",
		"components: [base]\nconfigurations: [config.yaml]\ncrds: [crd.yaml]\nopenapi: {path: schema.json}",
		"resources: [pod.yaml]\npatches: [{target: {kind: Pod}, patch: '[{op: add, path: /metadata/labels, value: {a: b}}]'}, {path: patch.yaml}]",
		"resources: [pod.yaml]\npatchesStrategicMerge: [patch.yaml, '{kind: Pod, metadata: {name: a}}']\npatchesJson6902: [{target: {version: v1, kind: Pod, name: a}, path: patch.json}]",
		"configMapGenerator: [{name: a, files: [k=pod.yaml], envs: [env], env: env, literals: [a=b]}]\nsecretGenerator: [{name: a, files: [pod.yaml], literals: [b=xyzzy-4711]}]\ngeneratorOptions: {disableNameSuffixHash: true}",
		"helmCharts: [{name: a, repo: 'https://acme.dev'}]\nhelmGlobals: {chartHome: x}\nhelmChartInflationGenerator: [{chartName: a}]",
		"generators: [pod.yaml, '{apiVersion: builtin, kind: HelmChartInflationGenerator, metadata: {name: a}}']\ntransformers: [pod.yaml]\nvalidators: [pod.yaml]",
		"resources: [pod.yaml]\nreplacements: [{path: replacement.yaml}, {source: {kind: Pod, fieldPath: metadata.name}, targets: [{select: {kind: Pod}, fieldPaths: [spec.x], options: {create: true}}]}]",
		"resources: [pod.yaml]\nreplicas: [{name: a, count: 3}]\nlabels: [{pairs: {a: b}, includeSelectors: true, fields: [{path: spec/x, create: true}]}]\nsortOptions: {order: fifo}\nbuildMetadata: [originAnnotations, transformerAnnotations, managedByLabel]",
		"vars: [{name: A, objref: {apiVersion: v1, kind: Pod, name: a}}]\nimageTags: [{name: a, newTag: v3}]",
		"resources: &a [*a]\nimages: [{name: '[', newName: '.nan'}]",
	} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, kustomization, other string) {
		r := with(t, map[string]string{
			"kustomization.yaml": kustomization, "pod.yaml": pod, "env": "A=b", "patch.json": other, "patch.yaml": other, "config.yaml": other, "replacement.yaml": other,
			"secret.yaml":             "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: " + sentinel + "}}",
			"base/kustomization.yaml": other, "base/pod.yaml": pod, "github.com/acme/base/kustomization.yaml": "",
		})
		c, err := overlay.Diff(t.Context(), r, "o", []overlay.Image{{Name: "a", NewTag: "v2"}})
		if escaped() {
			t.Fatal("it left the process")
		}
		var refusal *overlay.Refusal
		switch {
		case err == nil && len(told(c)) > 1<<20:
			t.Fatal("the result is unbounded")
		case err == nil && strings.Contains(kustomization+other, "4711"):
			// The input itself may put it elsewhere.
		case err == nil && leaks(told(c)):
			t.Fatal("a Secret is shown")
		case err != nil && (!errors.As(err, &refusal) || refusal.Reason == "" || len(refusal.Reason) > 1000):
			t.Fatalf("got %v", err)
		}
	})
}
