package doctor_test

import (
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/doctor"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// pushing is a Stage that clones repositories and pushes what is in a folder.
func pushing(name, folder string, clones ...string) string {
	var steps []string
	for i, url := range clones {
		steps = append(steps, `{uses: git-clone, config: {repoURL: "`+url+`", checkout: [{path: ./`+string(rune('a'+i))+`}]}}`)
	}
	return staged(name, strings.Join(append(steps, `{uses: git-push, config: {path: "`+folder+`"}}`), ", "))
}

func TestSecretsAndTheirLabels(t *testing.T) {
	for _, test := range []struct {
		name, secret string
		// says is in the finding, "" for none; command and repaired say what comes with it.
		says              string
		command, repaired bool
	}{
		{"a registry's name in a path", secretOf("x", "git", `repoURL: "https://git.acme.dev/acme/quay.io"`, ""), "", false, false},
		{"a registry's name in a host", secretOf("x", "git", `repoURL: "https://ghcr.io.acme.dev/red"`, ""), "", false, false},
		{"CodeCommit", secretOf("x", "git", `repoURL: "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/red"`, ""), "", false, false},
		{"GitLab's registry is not its Git", secretOf("x", "image", `repoURL: registry.gitlab.com/acme/red`, ""), "", false, false},
		{"a registry", secretOf("x", "git", `repoURL: "^quay\\.io/acme/", repoURLIsRegex: "true"`, ""), "is labelled git", true, false},
		{"no label, a registry", secretOf("x", "", `repoURL: 1234.dkr.ecr.eu-west-1.amazonaws.com/red`, ""), "lacks the label", true, true},
		{"no label, charts", secretOf("x", "", `repoURL: "oci://quay.io/acme/charts"`, ""), "lacks the label", true, true},
		{"no label, Git by SSH", secretOf("x", "", `repoURL: "git@github.com:acme/red.git"`, ""), "lacks the label", true, true},
		{"no label, nobody knows", secretOf("x", "", `repoURL: "https://acme.dev/amazonaws.com"`, ""), "lacks the label", false, false},
		{"made by somebody", secretOf("x", "", `repoURL: quay.io/acme/red`, "ownerReferences: [{kind: ExternalSecret, name: quay, apiVersion: a/v1, uid: x}]"),
			"ExternalSecret quay makes Secret x: change it in its declaration.", false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			// A Task: what else is in use is not known, and nothing is said of what is not used.
			d, repairs := newWorld().look(t, clusterOf(t, staged("red-production", "{task: {name: deploy}}"), test.secret))
			var text, command string
			for _, f := range findings(d, "credential-secret") {
				text, command = text+f.What+f.Fix, command+f.Command
			}
			if (text == "") != (test.says == "") || !strings.Contains(text, test.says) || (command != "") != test.command || (len(repairs) == 1) != test.repaired {
				t.Errorf("says %q, command %q, repairs %v", text, command, repairs)
			}
		})
	}
}

// TestACredentialThatWorksKeepsItsLabel: that a Git host is called as a registry is nobody's business.
func TestACredentialThatWorksKeepsItsLabel(t *testing.T) {
	d, repairs := newWorld().look(t, clusterOf(t, pushing("red-production", "./a", "https://quay.io/acme/red.git"),
		secretOf("x", "git", `repoURL: "^(https://)?quay\\.io/", repoURLIsRegex: "true"`, "")))
	if all := findings(d, "credential-secret"); len(all) > 0 || len(repairs) > 0 {
		t.Errorf("%+v", all)
	}
}

func TestCredentialsThatNothingUses(t *testing.T) {
	const idle = "matches no repository"
	secret := func(kind, url string) string { return secretOf("x", kind, `repoURL: "`+url+`"`, "") }
	for _, test := range []struct {
		name, stage, secret string
		idle                bool
	}{
		{"nothing", staged("red-production", "{uses: http}"), secret("git", "https://git.acme.dev/red"), true},
		{"a Stage of no service", pushing("infra", "./a", "https://git.acme.dev/red.git"), secret("git", "https://git.acme.dev/red"), false},
		{"a task", staged("infra", "{task: {name: deploy}}"), secret("image", "quay.io/acme/tools"), false},
		{"a pull request", staged("infra", `{uses: git-wait-for-pr, config: {repoURL: "https://git.acme.dev/red"}}`), secret("git", "https://git.acme.dev/red"), false},
		{"an artifact", staged("infra", `{uses: oci-push, config: {srcRef: "quay.io/acme/red:1", destRef: "quay.io:443/acme/tools:${{ ctx.stage }}"}}`), secret("image", "quay.io:443/acme/tools"), false},
		{"a chart", staged("infra", `{uses: oci-download, config: {imageRef: "oci://quay.io/acme/chart@sha256:00"}}`), secret("helm", "oci://quay.io/acme/chart"), false},
		{"dependencies of charts", staged("infra", "{uses: helm-template, config: {path: x}}"), secret("helm", "oci://quay.io/acme/chart"), false},
		{"worked out as it runs", staged("infra", `{uses: git-clone, config: {repoURL: "${{ outputs.x.y }}"}}`), secret("git", "https://git.acme.dev/red"), false},
		{"of another type", staged("infra", `{uses: git-clone, config: {repoURL: "${{ outputs.x.y }}"}}`), secret("image", "quay.io/acme/tools"), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, _ := newWorld().look(t, clusterOf(t, test.stage, test.secret))
			got := findings(d, "credential-secret")
			if test.idle != (len(got) == 1 && strings.Contains(got[0].What, idle)) || !test.idle && len(got) > 0 {
				t.Errorf("%+v", got)
			}
			for _, f := range got {
				if f.Command != "" || strings.Contains(f.Fix, "delete") {
					t.Errorf("it would delete what may be in use: %+v", f)
				}
			}
		})
	}
}

func TestMissingCredentials(t *testing.T) {
	const git = "https://git.acme.dev/acme/"
	for _, test := range []struct {
		name, stage string
		secret      string
		succeeded   bool
		want        []string
	}{
		{"what is pushed", pushing("red-production", "a/overlays", git+"red.git", git+"library.git"), "", false, []string{"error red-production pushes to " + git + "red.git, for which"}},
		{"what is pushed elsewhere", pushing("red-production", "./b", git+"red.git", git+"library.git"), "", false, []string{"error red-production pushes to " + git + "library.git, for which"}},
		{"it worked", pushing("red-production", "./a", git+"red.git"), "", true, nil},
		{"http", pushing("red-production", "./a", "http://git.acme.dev/red"), secretOf("x", "git", `repoURL: "http://git.acme.dev/red"`, ""), false,
			[]string{"warning red-production pushes to http://git.acme.dev/red: over http:// Kargo sends no credentials"}},
		{"http, and it worked", pushing("red-production", "./a", "http://git.acme.dev/red"), "", true, nil},
		{"SSH", pushing("red-production", "./a", "git@git.acme.dev:acme/red.git"), "", false, []string{"error red-production pushes to git@git.acme.dev:acme/red.git, for which"}},
		{"a folder worked out as it runs", pushing("red-production", "${{ outputs.x.y }}", git+"red.git"), "", false, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld()
			if test.succeeded {
				p := promotion(kargoapi.PromotionPhaseSucceeded, 5, "")
				w.promotions = append(w.promotions, p)
				w.production.Status.LastPromotion = lastPromotion(p)
			}
			d, _ := w.look(t, clusterOf(t, test.stage, test.secret))
			got := findings(d, "credential-missing")
			if len(got) != len(test.want) {
				t.Fatalf("%+v", got)
			}
			for i, f := range got {
				if text := string(f.Severity) + " " + strings.TrimPrefix(f.What, "Stage "); !strings.HasPrefix(text, test.want[i]) {
					t.Errorf("%s", text)
				}
				if test.name == "SSH" && (f.Command != "" || !strings.Contains(f.Fix, "sshPrivateKey")) {
					t.Errorf("%+v", f)
				}
			}
		})
	}
}

func TestAShadowedCredentialOfADeclarationIsChangedThere(t *testing.T) {
	regex := secretOf("a-regex", "git", `repoURL: "^https://git\\.acme\\.dev/", repoURLIsRegex: "true"`, "")
	stage := pushing("red-production", "./a", "https://git.acme.dev/acme/red.git")
	for more, by := range map[string]string{
		"": "",
		"ownerReferences: [{kind: ExternalSecret, name: red, apiVersion: a/v1, uid: x}]": "ExternalSecret red",
		"annotations: {argocd.argoproj.io/tracking-id: x}":                               "Argo CD",
	} {
		d, _ := newWorld().look(t, clusterOf(t, regex, stage, secretOf("red", "git", `repoURL: "https://git.acme.dev/acme/red"`, more)))
		if f := only(t, d, "credential-shadowed"); (f.Command == "") != (by != "") || by != "" && !strings.Contains(f.Fix, by+" makes Secret red") {
			t.Errorf("%s: %+v", more, f)
		}
	}
	labelled := strings.Replace(secretOf("red", "git", `repoURL: "https://git.acme.dev/acme/red"`, ""), "labels: {", "labels: {app.kubernetes.io/managed-by: kargo-secretsync, ", 1)
	d, _ := newWorld().look(t, clusterOf(t, regex, stage, labelled))
	if f := only(t, d, "credential-shadowed"); f.Command != "" || !strings.Contains(f.Fix, "kargo-secretsync makes Secret red") {
		t.Errorf("%+v", f)
	}
}

// TestReleasesOfHelmAreNotRead: they are many and large.
func TestReleasesOfHelmAreNotRead(t *testing.T) {
	release := secretOf("sh.helm.release.v1.red.v1", "", "repoURL: quay.io/acme/red", "") + "\ntype: helm.sh/release.v1"
	var d answers.Diagnosis
	var repairs []doctor.Repair
	if d, repairs = newWorld().look(t, clusterOf(t, release)); len(findings(d, "credential-secret")) > 0 || len(repairs) > 0 {
		t.Errorf("%+v", d.Findings)
	}
}
