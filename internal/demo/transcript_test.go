package demo

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPlainMarkdownReadsTables reads what the GitHub adapter's own tests hold it to.
func TestPlainMarkdownReadsTables(t *testing.T) {
	for name, want := range map[string]string{
		"table": `What runs where
development   staging   production
red   sha-4f2c1aa   3.2.0 ✓   3.1.0 ✓, 3.2.0 waits
yellow   sha-77aa310   3.3.2 ✗ verification failed
As of 12:04 UTC.
/promote red production 3.2.0 — Promote red · /abort red production — Abort
Open in Kargo`,
		"failed": `❌ Promotion of red to production failed at argocd-update
Failed · step 5 of 5 · 1:57
3.1.0 → 3.2.0 · Freight rafting-starfish · asked by @octocat
✓ git-clone   ✓ kustomize-set-image   ✓ git-commit   ✓ git-push   ✗ argocd-update
The Application red-production does not allow Kargo Stage microsvcs:red-production to change it.
Fix: add the annotation kargo.akuity.io/authorized-stage: microsvcs:red-production to the ApplicationSet's template.
Open in Kargo`,
	} {
		comment, err := os.ReadFile("../github/testdata/markdown/" + name + ".md")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, plainMarkdown(string(comment))); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}
