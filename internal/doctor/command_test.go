package doctor_test

import (
	"fmt"
	"strings"
	"testing"
)

// hostile is a repository's URL that ends a here-document where a line break is made of it.
func hostile(lineBreak string) string {
	return fmt.Sprintf("https://git.example/x%[1]sEOF%[1]stouch /tmp/x; cat <<'EOF'%[1]s", lineBreak)
}

func TestAForeignValueNeverEndsAHereDocument(t *testing.T) {
	for _, lineBreak := range []string{`\r`, `\n`, `\r\n`, `\u0085`, `\u2028`, `\u2029`, `\u001b[A`, `\u202e`} {
		d, _ := newWorld().look(t, clusterOf(t, staged("red-production",
			`{uses: git-clone, config: {repoURL: "`+hostile(lineBreak)+`"}}, {uses: argocd-update, config: {apps: [{name: red-app}]}}`)))
		if f := only(t, d, "argocd-application"); f.Command != "" {
			t.Errorf("%s: a command is shown:\n%q", lineBreak, f.Command)
		}
		for _, f := range d.Findings {
			if strings.Contains(f.Command, "touch") {
				t.Errorf("%s: a command has it:\n%q", lineBreak, f.Command)
			}
		}
	}
}

func TestTheApplicationThatIsMissing(t *testing.T) {
	d, _ := newWorld().look(t, clusterOf(t, staged("red-production",
		`{uses: git-clone, config: {repoURL: "https://git.acme.dev/acme/it's.git"}}, {uses: argocd-update, config: {apps: [{name: "on"}]}}`)))
	const want = `kubectl apply -f - <<'EOF'
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  annotations:
    kargo.akuity.io/authorized-stage: microsvcs:red-production
  name: "on"
  namespace: argocd
spec:
  destination:
    namespace: red-production
    server: https://kubernetes.default.svc
  project: default
  source:
    path: k8s/overlays/production/red
    repoURL: https://git.acme.dev/acme/it's.git
    targetRevision: HEAD
EOF`
	if got := only(t, d, "argocd-application").Command; got != want {
		t.Errorf("%s", got)
	}
}
