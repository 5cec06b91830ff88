package doctor_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestATokenInAURLIsNeverShown: people write them where they must not, and Git repeats them in its messages.
func TestATokenInAURLIsNeverShown(t *testing.T) {
	const token = "ghp_s3ntinel"
	login := "https://oauth2:" + token + "@git.acme.dev/acme/"
	w := newWorld()
	image := w.warehouse.Spec.Subscriptions[0].Image
	image.RepoURL, image.Constraint, image.SemverConstraint = "https://"+token+"@quay.io/acme/red", "", "^1"
	w.warehouse.Status.Conditions = cannotDiscover("fatal: unable to access '" + login + "red.git/': 403. " + strings.Repeat("x", 280) + login)
	d, repairs := w.look(t, clusterOf(t, `apiVersion: kargo.akuity.io/v1alpha1
kind: Warehouse
metadata: {name: red, namespace: microsvcs}
spec: {subscriptions: [{git: {repoURL: "`+login+`red.git"}}, {git: {repoURL: "https://x:a@`+token+`@git.acme.dev/y"}}]}`,
		staged("red-production", `{uses: git-clone, config: {repoURL: "`+login+strings.Repeat("m", 250)+`", checkout: [{path: ./src}]}}, {uses: git-push, config: {path: src}},
      {uses: argocd-update, config: {apps: [{name: red-app}]}}`),
		staged("red-staging", `{uses: git-open-pr, config: {repoURL: "https://`+token+strings.Repeat("0", 250)+`@git.acme.dev/acme/red"}}`),
		secretOf("a-regex", "git", "repoURL: \"^"+login+"\", repoURLIsRegex: \"true\"", ""),
		secretOf("idle", "git", "repoURL: \""+login+"idle.git\"", ""),
	))
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	all := string(text)
	for _, r := range repairs {
		all += r.Says + fmt.Sprint(r.Finding)
	}
	if strings.Contains(all, token) {
		t.Errorf("it is shown: %s", all)
	}
	if len(findings(d, "argocd-application")) != 1 || len(findings(d, "credential-secret")) == 0 || len(findings(d, "warehouse")) != 2 || len(findings(d, "credential-missing")) == 0 {
		t.Errorf("it does not say enough: %s", all)
	}
}
