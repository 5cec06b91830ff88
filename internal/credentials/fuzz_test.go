package credentials_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// FuzzParse checks that what is accepted can be used: each Secret once, with values from allowed places alone.
func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Add(read(f, "errors.yaml"))
	f.Add(read(f, "warnings.yaml"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := credentials.Parse("f", data)
		if err != nil {
			return
		}
		seen := map[credentials.SecretName]bool{}
		for _, w := range file.Wanted() {
			if w.Name == "" || w.Namespace == "" || seen[w.SecretName] {
				t.Fatalf("%q is accepted, or twice", w)
			}
			seen[w.SecretName] = true
			for _, r := range w.Credential.References() {
				if !strings.Contains(" "+strings.Join(file.Declaration.Backends, " ")+" ", " "+r.Backend+" ") || r.Source == "" {
					t.Fatalf("%s is accepted, of source %q", r, r.Source)
				}
			}
			_, _ = w.Credential.Render("o", func(string) (secret.Text, bool) { return secret.NewText("x"), true })
		}
		_, _ = file.Overlaps(), file.Unmatched()
	})
}

// FuzzParseReference checks that a reference is taken apart without loss, and that a refused one is not shown.
func FuzzParseReference(f *testing.F) {
	for _, s := range []string{
		"ref+vault://kv/a?address=https://v.acme.dev&role_id=r#/t", "ref+awssecrets://arn:aws:secretsmanager:eu:1:secret:x#/a", "ref+envfile://a b#/C",
		"ref+doppler:////X", "ref+doppler://#X", "ref+sops://a?key_type=base64", "ref+k8s://v1/Secret/a/b/c", "secretref+vault://a", "ref+://", "ref+vault://a/b#",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := credentials.ParseReference(text)
		if err != nil {
			if tail := text[min(len(text), len("ref+x://")):]; len(tail) > 40 && strings.Contains(err.Error(), tail) {
				t.Fatalf("shown: %v", err)
			}
			return
		}
		if !strings.HasPrefix(text, r.Document) || !strings.HasPrefix(r.Document, "ref+"+r.Backend+"://"+r.Path) || !strings.HasSuffix(text, r.Fragment) {
			t.Fatalf("%q: %+v", text, r)
		}
		if r.Source == "" || len([]rune(r.Source)) > 200 || strings.ContainsAny(r.Source, "\n\r\x00") {
			t.Fatalf("%q: source %q", text, r.Source)
		}
		if again, err := credentials.ParseReference(r.Document + strings.TrimPrefix(text, r.Document)); err != nil || again.String() != r.String() {
			t.Fatalf("%q is another one the second time: %v", text, err)
		}
	})
}

// FuzzParseEnv checks that what is read survives being written in single quotes, and that nothing of a value is shown.
func FuzzParseEnv(f *testing.F) {
	f.Add([]byte(guide))
	f.Add([]byte("A=\"x\\n\\$\"\nB='\n'\n#\nexport C=a#b #c"))
	f.Fuzz(func(t *testing.T, data []byte) {
		env, err := credentials.ParseEnv("f", data)
		if err != nil {
			return
		}
		var b strings.Builder
		for _, name := range env.Names() {
			value, _ := env.Lookup(name)
			if strings.Contains(value.Reveal(), "'") || strings.Contains(value.Reveal(), "\r") {
				return
			}
			fmt.Fprintf(&b, "%s='%s'\n", name, value.Reveal())
		}
		again, err := credentials.ParseEnv("f", []byte(b.String()))
		if err != nil || fmt.Sprint(again.Names()) != fmt.Sprint(env.Names()) {
			t.Fatalf("%q: %v", b.String(), err)
		}
		for _, name := range env.Names() {
			one, _ := env.Lookup(name)
			other, _ := again.Lookup(name)
			if one.Reveal() != other.Reveal() {
				t.Fatalf("%s was %q and is %q", name, one.Reveal(), other.Reveal())
			}
		}
	})
}

// FuzzImportEnv checks that what is imported has the username that was there, and no token.
func FuzzImportEnv(f *testing.F) {
	f.Add("davidaparicio", "kargo/.env", "microsvcs")
	f.Add("acme+robot", "a b/.env", "a: b")
	f.Add("yes", "#", "0x1")
	f.Add("'\" \t#\u2028", "\n", "-")
	f.Fuzz(func(t *testing.T, username, file, namespace string) {
		const token = "sentinel-8d2f6b2"
		data := "QUAY_USERNAME='" + username + "'\nQUAY_TOKEN=" + token + "\n"
		made, err := credentials.ImportEnv([]byte(data), credentials.ImportOptions{File: file, Namespace: namespace})
		if strings.Contains(fmt.Sprint(err), token) {
			t.Fatal(err)
		}
		if err != nil || strings.Contains(username, "'") {
			return
		}
		c := made.File.Declaration.Secrets[0]
		if strings.Contains(string(made.YAML), token) || !strings.HasPrefix(username, c.Username) || made.File.Namespace != namespace {
			t.Fatalf("%q in %q became\n%s", username, namespace, made.YAML)
		}
	})
}

// FuzzNormalize checks that what Kargo compares is compared the same when it is normalized already.
func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"https://github.com/a/b.git/", "git@github.com:a/b.git", "docker.io/library/xx:1", "oci://h/x", "[::1]:5/ab", "h:", "h:%zz", "a@b/c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, repo string) {
		for _, kind := range []credentials.Type{credentials.TypeGit, credentials.TypeImage, credentials.TypeHelm} {
			self := credentials.Candidate{Type: kind, RepoURL: repo}
			if _, ok := credentials.Match(kind, repo, []credentials.Candidate{self}, nil); !ok {
				t.Fatalf("%s %q does not match itself", kind, repo)
			}
		}
	})
}

// FuzzRender checks that no value gets into what is said of it.
func FuzzRender(f *testing.F) {
	for _, s := range []string{"x\n", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", serviceAccount, base64Of(serviceAccount), "\x00", "12"} {
		f.Add(s)
	}
	entries := []string{
		"{name: c, type: git, repoURL: https://github.com/a/b, username: ref+vault://kv/a#/x, password: ref+vault://kv/a#/x}",
		"{name: c, type: git, repoURL: https://github.com/a/b, githubApp: {id: '1', installation: '1', privateKey: ref+vault://kv/a#/x}}",
		"{name: c, type: git, repoURL: 'git@github.com:a/b', sshPrivateKey: ref+vault://kv/a#/x}",
		"{name: c, type: image, repoURLRegex: '^gcr\\.io/', gcp: {serviceAccountKey: ref+vault://kv/a#/x}}",
		"{name: c, type: generic, data: {a: ref+vault://kv/a#/x}}",
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, entry := range entries {
			content, err := credential(t, entry).Render("o", store{"x": value}.value)
			if err != nil && len(value) > 12 && strings.Contains(err.Error(), value) {
				t.Fatalf("shown: %v", err)
			}
			for key, data := range content.Data {
				if len(data) == 0 {
					t.Fatalf("%s is empty", key)
				}
			}
		}
	})
}
