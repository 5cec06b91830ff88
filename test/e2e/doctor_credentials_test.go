package e2e_test

import (
	"slices"
	"strings"
	"testing"
)

// sentinel is a value of a Secret, which must not be seen anywhere.
const sentinel = "s3ntinel-value"

// credential is a Secret with one.
func credential(name, labels, data string) string {
	return `apiVersion: v1
kind: Secret
metadata: {name: ` + name + `, namespace: "{project}", labels: {` + labels + `}}
stringData: {` + data + `}
---
`
}

func TestDoctorCuresCredentials(t *testing.T) {
	t.Parallel()
	p := cluster.NewPatient(t)
	p.Apply(t, staged("red-app"))
	const git = "kargo.akuity.io/cred-type: git"
	const login = `, username: octocat, password: "` + sentinel + `"`
	for _, a := range []ailment{
		{
			name: "missing", check: "credential-missing", finds: "error Stage/red-production",
			says: []string{"pushes to https://git.acme.dev/acme/microsvcs.git"}, types: "octocat\n" + sentinel + "\n",
		},
		{
			name: "not labelled", objects: credential("plain", "", `repoURL: "https://github.com/acme/red"`+login),
			check: "credential-secret", finds: "error Secret/plain", says: []string{"lacks the label"}, fixable: true,
		},
		{
			name: "labelled for the wrong thing", objects: credential("quay", git, `repoURL: "^quay\\.io/", repoURLIsRegex: "true"`+login),
			check: "credential-secret", finds: "error Secret/quay", says: []string{"is labelled git"}, then: `kubectl -n {project} get secret quay -o jsonpath='{.metadata.labels}' | grep -q image`,
		},
		{
			name: "a line end", objects: credential("ended", git, `repoURL: "https://git.acme.dev/acme/microsvcs", username: octocat, password: "`+sentinel+`\n"`),
			check: "credential-secret", finds: "error Secret/ended", says: []string{"password ends in a line break"},
			then: `test "$(kubectl -n {project} get secret ended -o jsonpath='{.data.password}')" = "$(printf %s ` + sentinel + ` | base64)"; kubectl -n {project} delete secret ended`,
		},
		{
			name: "half of it", objects: credential("half", git, `repoURL: "https://git.acme.dev/acme/microsvcs", username: octocat`),
			check: "credential-secret", finds: "error Secret/half", says: []string{"password is missing"}, types: sentinel + "\n",
			then: `kubectl -n {project} delete secret half`,
		},
		{
			name: "shadowed", objects: credential("a-regex", git, `repoURL: "^https://git\\.acme\\.dev/", repoURLIsRegex: "true"`+login),
			check: "credential-shadowed", finds: "warning Secret/git-acme-dev-acme-microsvcs-git-creds", says: []string{"a-regex"},
		},
	} {
		t.Run(a.name, func(t *testing.T) { a.cure(t, p) })
	}
	p.Apply(t, credential("idle", git, `repoURL: "https://git.acme.dev/acme/microsvc"`+login))
	if d := examine(t, p); !slices.ContainsFunc(d.Findings, func(f found) bool {
		return f.Subject == "Secret/idle" && strings.Contains(f.What, "matches no repository") && f.Command == ""
	}) {
		t.Errorf("%+v", d.Findings)
	}
	for _, args := range [][]string{nil, {"-o", "json"}, {"-v"}} {
		if ran := p.Doctor(t, p.Person, "", args...); strings.Contains(ran.Stdout+ran.Stderr, sentinel) {
			t.Errorf("a value is shown: %s%s", ran.Stdout, ran.Stderr)
		}
	}
}
