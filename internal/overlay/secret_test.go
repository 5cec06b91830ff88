package overlay_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/golden"
	"github.com/davidaparicio/kargo-bot/internal/overlay"
)

// sentinel is in Secrets, and must be nowhere else.
const sentinel = "xyzzy-4711"

// leaks reports whether the sentinel is in a text, in some form.
func leaks(s string) bool {
	for _, form := range []string{sentinel, "4711", base64.StdEncoding.EncodeToString([]byte(sentinel)), base64.StdEncoding.EncodeToString([]byte(sentinel + "v1"))[:12]} {
		if strings.Contains(s, form) {
			return true
		}
	}
	return false
}

// TestSecretsAreNotShown has Secrets that change with an image, wherever they may be.
func TestSecretsAreNotShown(t *testing.T) {
	encoded := base64.StdEncoding.EncodeToString([]byte(sentinel))
	r := with(t, map[string]string{
		"kustomization.yaml": `
resources: [pod.yaml, secret.yaml, list.yaml]
images: [{name: a, newTag: v1}]
replacements:
  - source: {kind: Pod, fieldPath: spec.containers.0.image, options: {delimiter: ":", index: 1}}
    targets:
      - select: {kind: Secret}
        fieldPaths: [stringData.changed, stringData.token, metadata.labels.version]
        options: {create: true}
      - select: {kind: Bundle}
        fieldPaths: [spec.template.stringData.changed, spec.version]
        options: {create: true}
`,
		"pod.yaml": pod,
		"secret.yaml": `
apiVersion: v1
kind: Secret
metadata:
  name: one
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"stringData": {"same": "` + sentinel + `"}}'
data: {encoded: ` + encoded + `}
stringData: {same: ` + sentinel + `, changed: ` + sentinel + `}
`,
		"list.yaml": `
apiVersion: v1
kind: SecretList
items:
  - {apiVersion: v1, kind: Secret, metadata: {name: two}, stringData: {same: ` + sentinel + `}}
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Secret, metadata: {name: three}, data: {encoded: ` + encoded + `}}
---
apiVersion: acme.dev/v1
kind: Bundle
metadata: {name: nested}
spec:
  template: {kind: Secret, stringData: {same: ` + sentinel + `, changed: v0}}
  more:
    - {kind: secret, data: [` + sentinel + `]}
`,
	})
	c := diff(t, r, "o", overlay.Image{Name: "a", NewTag: "v2"})
	got := told(c)
	if leaks(got) {
		t.Error("a Secret is shown")
	}
	golden.Compare(t, "secrets.diff", got)
}

// TestErrorsDoNotQuoteSecrets has overlays that don't build, whose errors quote what they were given.
func TestErrorsDoNotQuoteSecrets(t *testing.T) {
	for _, files := range []map[string]string{
		{"kustomization.yaml": "secretGenerator: [{name: a, literals: [" + sentinel + "]}]"},
		{"kustomization.yaml": "secretGenerator: [{name: a, envs: [env]}]", "env": "a=\xff" + sentinel},
		{"kustomization.yaml": "secretGenerator: [{name: a, literals: ['" + sentinel + "=a=" + sentinel + "'], behavior: odd}]\nconfigMapGenerator: [{name: b, behavior: merge}]"},
		{"kustomization.yaml": "resources: [s.yaml]\npatches: [{patch: '{kind: Secret, metadata: {name: b}, stringData: {a: " + sentinel + "}}'}]", "s.yaml": pod},
		{"kustomization.yaml": "resources: [s.yaml]\npatches: [{target: {kind: Secret}, patch: '[{op: test, path: /stringData/a, value: " + sentinel + "}]'}]", "s.yaml": "{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {a: b}}"},
		{"kustomization.yaml": "resources: [s.yaml, s.yaml]", "s.yaml": "{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {a: " + sentinel + "}}"},
		{"kustomization.yaml": "resources: [s.yaml]", "s.yaml": "{apiVersion: v1, kind: Secret, stringData: {a: " + sentinel + "}}"},
		{"kustomization.yaml": "resources: [s.yaml]", "s.yaml": "{apiVersion: v1, kind: Secret, stringData: {a: " + sentinel},
		{"kustomization.yaml": "secretGenerator: [" + sentinel + "]"},
		{"kustomization.yaml": sentinel + ": Secret"},
	} {
		r := refused(t, with(t, files))
		if leaks(r.Error()) || leaks(fmt.Sprintf("%+v", r)) {
			t.Errorf("%v: %+v", files, r)
		}
	}
}

func TestTheCauseIsLoggedWithoutSecrets(t *testing.T) {
	r := refused(t, with(t, map[string]string{"kustomization.yaml": "resources: [a.yaml, a.yaml]", "a.yaml": pod}))
	if r.Err == nil || !strings.Contains(r.Err.Error(), "may not add resource with an already registered id") || !errors.Is(r, r.Err) {
		t.Errorf("got %v", r.Err)
	}
}
