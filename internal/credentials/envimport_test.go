package credentials_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
	"github.com/davidaparicio/kargo-bot/internal/golden"
)

// guide has the variables that the deployment guide had over time.
const guide = `# GitHub
GITHUB_USERNAME=davidaparicio
GITHUB_PAT=ghp_sentinel
export QUAY_USERNAME='davidaparicio+kargo'
QUAY_PASSWORD="sentinel"
DOCKERHUB_USERNAME=davidaparicio # the old ones
DOCKERHUB_PAT=dckr_pat_sentinel
EDITOR=vi
`

func TestImportOfTheGuidesEnv(t *testing.T) {
	made, err := credentials.ImportEnv([]byte(guide), credentials.ImportOptions{
		File: "kargo/.env", Namespace: "microsvcs", GitRepo: "https://github.com/davidaparicio/microsvcs.git",
		Repositories: []credentials.Repository{{Type: "image", URL: "quay.io/davidaparicio/red"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "import.yaml", string(made.YAML))
	if got := lines(made.Warnings); got != "kargo/.env:8:1: EDITOR: is not one that the guide has, and is left out; declare what it is for by hand, if Kargo needs it\n" {
		t.Errorf("warnings: %s", got)
	}
	if got := lines(made.File.Warnings); got != "" {
		t.Errorf("warnings of what was made: %s", got)
	}
	if o := made.File.Overlaps(); len(o) != 1 || o[0].Message != "quay.io/davidaparicio/red (image, microsvcs): Kargo takes microsvcs/quay-creds." {
		t.Errorf("overlaps: %+v", o)
	}
}

func TestImportGivesTheGuidesSecrets(t *testing.T) {
	made, err := credentials.ImportEnv([]byte(guide), credentials.ImportOptions{File: ".env", Namespace: "microsvcs"})
	if err != nil {
		t.Fatal(err)
	}
	env, err := credentials.ParseEnv(".env", []byte(guide))
	if err != nil {
		t.Fatal(err)
	}
	values := store{}
	for _, name := range env.Names() {
		value, _ := env.Lookup(name)
		values[name] = value.Reveal()
	}
	got := map[string]string{}
	for _, w := range made.File.Wanted() {
		content, err := w.Credential.Render("o", values.value)
		if err != nil {
			t.Fatal(err)
		}
		got[w.String()] = content.Labels["kargo.akuity.io/cred-type"] + " " + content.Annotations["kargo.akuity.io/repo-url-pattern"] + " " +
			string(content.Data["username"]) + ":" + string(content.Data["password"])
	}
	want := map[string]string{
		"microsvcs/github-creds":    "git https://github.com/* davidaparicio:ghp_sentinel",
		"microsvcs/quay-creds":      "image quay.io/* davidaparicio+kargo:sentinel",
		"microsvcs/dockerhub-creds": "image docker.io/* davidaparicio:dckr_pat_sentinel",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for repo, want := range map[string]string{
		"docker.io/acme/red": "dockerhub-creds", "acme/red": "dockerhub-creds", "busybox": "dockerhub-creds", "index.docker.io/acme/red": "dockerhub-creds",
		"quay.io/acme/red": "quay-creds", "ghcr.io/acme/red": "", "localhost:5000/red": "", "quay.io.evil.example/acme/red": "",
	} {
		if c, _ := credentials.Match(credentials.TypeImage, repo, made.File.Candidates(), nil); c.Name != want {
			t.Errorf("for %s, Kargo takes %q, want %q", repo, c.Name, want)
		}
	}
}

func TestImportToAStore(t *testing.T) {
	made, err := credentials.ImportEnv([]byte("GITHUB_USERNAME=yes\nGITHUB_TOKEN=x\n"), credentials.ImportOptions{
		File: ".env", Namespace: "microsvcs", GitRepo: "git@github.com:acme/microsvcs.git",
		Reference: func(variable string) string {
			return "ref+vault://kv/kargo?address=https://vault.acme.dev#/" + variable
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "import-vault.yaml", string(made.YAML))
	if got := lines(made.Warnings); got != ".env:2:1: GITHUB_TOKEN: is of no use with the pipeline's gitRepo, which is an SSH URL; write gitRepo as an https URL\n" {
		t.Errorf("warnings: %s", got)
	}
}

func TestImportTellsWhatIsWrong(t *testing.T) {
	for _, test := range []struct {
		name, data string
		options    credentials.ImportOptions
		want       string
	}{
		{"not a file of variables", "sentinel", credentials.ImportOptions{}, ".env:1:1: is not a variable; write NAME=value, with no space before or after the equals sign"},
		{"nothing to import", "EDITOR=vi\n", credentials.ImportOptions{}, ".env: there is none of GITHUB_PAT, QUAY_PASSWORD and DOCKERHUB_PAT in it; fill it as the guide's kargo/.env.example is"},
		{"no token", "GITHUB_USERNAME=x\nGITHUB_PAT=\n", credentials.ImportOptions{}, ".env:1:1: GITHUB_USERNAME: is there without a token; add GITHUB_PAT, or remove the line"},
		{"no username", "QUAY_TOKEN=sentinel\n", credentials.ImportOptions{}, ".env:1:1: QUAY_TOKEN: is there without a username; add QUAY_USERNAME"},
		{"two tokens", "QUAY_USERNAME=x\nQUAY_PASSWORD=sentinel\nQUAY_PAT=sentinel\n", credentials.ImportOptions{}, ".env:3:1: QUAY_PAT: is there beside QUAY_PASSWORD; remove the one that is out of date"},
		{
			"the example", "GITHUB_USERNAME=x\nGITHUB_PAT=ghp_your_github_pat_here\n", credentials.ImportOptions{},
			".env:2:1: GITHUB_PAT: still has the text of the example; write the real value, or remove the line",
		},
		{"swapped", "GITHUB_USERNAME=ghp_sentinel\nGITHUB_PAT=x\n", credentials.ImportOptions{}, ".env:1:1: GITHUB_USERNAME: looks like a token; write the username there, and the token into GITHUB_PAT"},
		{"username", "GITHUB_USERNAME=a:sentinel\nGITHUB_PAT=x\n", credentials.ImportOptions{}, ".env:1:1: GITHUB_USERNAME: contains a colon, where a username ends when it is sent; correct it"},
		{
			"reference", "GITHUB_USERNAME=a\nGITHUB_PAT=x\n", credentials.ImportOptions{Reference: func(string) string { return "ref+exec://sentinel" }},
			".env: credentials.backends[0]: backend exec is never allowed: it runs programs, or gives back what the reference says; keep the value in a store, or in a file\n" +
				".env: credentials.secrets[0].password: backend exec is never allowed: it runs programs, or gives back what the reference says; keep the value in a store, or in a file",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.options.File, test.options.Namespace = ".env", "p"
			made, err := credentials.ImportEnv([]byte(test.data), test.options)
			if err == nil || made != nil {
				t.Fatalf("accepted: %s", made.YAML)
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if strings.Contains(err.Error(), "sentinel") {
				t.Errorf("shown: %v", err)
			}
		})
	}
}
