package resolve_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/resolve"
)

// all are the backends that declarations can allow.
var all = []string{
	"vault", "openbao", "awssecrets", "awsssm", "gcpsecrets", "azurekeyvault", "op", "onepasswordconnect", "doppler", "sops",
	"k8s", "file", "env", "envfile",
}

// folder has files by name and content, under which relative references start.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// one resolves a single reference.
func one(t testing.TB, options resolve.Options, reference string) (string, string) {
	t.Helper()
	if options.Backends == nil {
		options.Backends = all
	}
	if options.Timeout == 0 {
		options.Timeout = 10 * time.Second
	}
	answer, ok := resolve.New(options).Resolve(t.Context(), []string{reference}, nil).Values[reference]
	if !ok {
		t.Fatalf("%s has no answer", reference)
	}
	if answer.Problem == "" && answer.Value.Empty() {
		t.Fatalf("%s has neither a value nor a problem", reference)
	}
	return answer.Value.Reveal(), answer.Problem
}

func TestFilesAndVariablesAreRead(t *testing.T) {
	dir := folder(t, map[string]string{
		"token":            "whole\n",
		"kargo/creds.yaml": "github:\n  pat: from yaml\n1: first\n",
		"creds.json":       "{\n\t\"quay\": {\"token\": \"from json\"}\n}",
		"c++ one/.env":     "KEY=\"of\ntwo \\\"lines\\\"\"\t# note\n",
		"kargo/.env":       "\ufeff# of the guide\r\nexport GITHUB_PAT=plain # note\r\nQUAY_TOKEN=\"in # quotes\"\n\nDOCKERHUB_PAT='single'\n",
	})
	environment := map[string]string{"GITHUB_PAT": "from the environment"}
	options := resolve.Options{Dir: dir, LookupEnv: func(name string) (string, bool) { v, ok := environment[name]; return v, ok }}
	for reference, want := range map[string]string{
		"ref+file://token":                                "whole\n",
		"ref+file://" + dir + "/token":                    "whole\n",
		"ref+file://./token":                              "whole\n",
		"ref+file://token?encode=base64":                  "d2hvbGUK",
		"ref+file://kargo/creds.yaml#/github/pat":         "from yaml",
		"ref+file://kargo/creds.yaml#/1":                  "first",
		"ref+file://creds.json#/quay/token":               "from json",
		"ref+file://creds.json?encode=base64#/quay/token": "from json",
		"ref+envfile://kargo/.env#/GITHUB_PAT":            "plain",
		"ref+envfile://kargo/.env#/QUAY_TOKEN":            "in # quotes",
		"ref+envfile://kargo/.env#/DOCKERHUB_PAT":         "single",
		"ref+envfile://c++ one/.env#/KEY":                 "of\ntwo \"lines\"",
		"ref+env://GITHUB_PAT":                            "from the environment",
	} {
		got, problem := one(t, options, reference)
		if got != want {
			t.Errorf("%s is %q (%s), want %q", reference, got, problem, want)
		}
	}
}

func TestFilesThatCantBeRead(t *testing.T) {
	dir := folder(t, map[string]string{
		"creds.yaml":  "github: {pat: s3ntinel, user: bot}\nport: 22\nyes: true\nnothing:\nempty: ''\nlist: [s3ntinel]\nold: 0755\n",
		"creds.json":  `{"id": 17, "deep": {"key": "s3ntinel"}}`,
		"password":    "s3ntinel: x",
		"prose":       "s3ntinel",
		"broken.yaml": "a: s3ntinel\n\tb: s3ntinel",
		"empty":       "",
		"large":       strings.Repeat("s3ntinel", 64<<7+1),
		"huge":        strings.Repeat("s3ntinel", 1<<17+1),
		"folder/file": "",
		".env":        "GITHUB_PAT=s3ntinel\nQUAY_TOKEN=s3ntinel\n",
		"cut.env":     "KEY=-----BEGIN-----\nS3NTINEL=\n",
		"broken.env":  "GITHUB_PAT=$s3ntinel\ns3ntinel\n",
	})
	options := resolve.Options{Dir: dir, LookupEnv: func(string) (string, bool) { return "", false }}
	for reference, want := range map[string]string{
		"ref+file://missing":                   "file missing does not exist; create or mount it, or correct the path",
		"ref+file://folder":                    "file folder is a folder, or something else that is not a file; name the file inside it",
		"ref+file:///dev/zero":                 "file /dev/zero is a folder, or something else that is not a file; name the file inside it",
		"ref+file://huge":                      "file huge has more than 1 MiB; check that it is the right one",
		"ref+file://large":                     "file large has more than 64 KiB; check that it is the right one",
		"ref+file://empty":                     "file empty is empty; put the secret there",
		"ref+file://creds.yaml#/token":         "file creds.yaml has no key token (it has empty, github, list, nothing, old, port, yes); correct the reference, or add the key",
		"ref+file://creds.yaml#/github":        "file creds.yaml has several values at github (it has pat, user); name the one that is meant",
		"ref+file://creds.yaml#/github/pw":     "file creds.yaml has no key github/pw (it has pat, user); correct the reference, or add the key",
		"ref+file://creds.yaml#/port/x":        "file creds.yaml has no keys inside of port; correct the reference",
		"ref+file://creds.yaml#/port":          "file creds.yaml has a number or a yes/no at port, which may have been changed on its way; put it in quotes",
		"ref+file://creds.yaml#/old":           "file creds.yaml has a number or a yes/no at old, which may have been changed on its way; put it in quotes",
		"ref+file://creds.yaml#/yes":           "file creds.yaml has a number or a yes/no at yes, which may have been changed on its way; put it in quotes",
		"ref+file://creds.json#/id":            "file creds.json has a number or a yes/no at id, which may have been changed on its way; put it in quotes",
		"ref+file://creds.yaml#/nothing":       "file creds.yaml has no value at nothing; give it one",
		"ref+file://creds.yaml#/empty":         "file creds.yaml is empty at empty; put the secret there",
		"ref+file://creds.yaml#/list":          "file creds.yaml has no text at list; correct the reference, or write the value in quotes",
		"ref+file://password#/key":             "file password has no key key; correct the reference, or add the key",
		"ref+file://prose#/key":                "file prose is neither YAML nor JSON with keys; write it so, or leave out what follows # to take all of it",
		"ref+file://broken.yaml#/a":            "file broken.yaml is neither YAML nor JSON with keys; write it so, or leave out what follows # to take all of it",
		"ref+envfile://.env#/DOCKERHUB_PAT":    "file .env has no key DOCKERHUB_PAT; correct the reference, or add the key",
		"ref+envfile://cut.env#/TOKEN":         "file cut.env has no key TOKEN; correct the reference, or add the key",
		"ref+envfile://.env":                   "does not name a variable of the file; write it as ref+envfile://kargo/.env#/GITHUB_PAT",
		"ref+envfile://broken.env#/GITHUB_PAT": "file broken.env has something else than NAME=value in it, or quotes that shells disagree about; run `secretsync import --env-file` on it, which says where",
		"ref+env://MISSING":                    "environment variable MISSING is not set; set it, or correct the name",
	} {
		value, problem := one(t, options, reference)
		if value != "" || problem != want {
			t.Errorf("%s:\n got %q\nwant %q", reference, problem, want)
		}
	}
}

func TestReferencesThatAreRefused(t *testing.T) {
	notOne := "is not a reference; write one such as ref+vault://kv/github#/token"
	for reference, want := range map[string]string{
		"s3ntinel":                                 notOne,
		"secretref+file://s3ntinel":                "begins with secretref+, which is of use in templates only; write ref+ instead",
		"token ref+file://s3ntinel":                notOne,
		"ref+vault://user:s3ntinel@kv/a#/b":        "what stands before @ would be lost; take it out, and write %40 if the sign belongs to a name",
		"ref+file://" + strings.Repeat("x", 5000):  "is longer than any reference; check that it is one",
		"ref+echo://s3ntinel":                      "backend echo is never allowed: it runs programs, or gives back what the reference says; keep the value in a store, or in a file",
		"ref+gcpsecrets://p/n?fallback_value=s3nt": "the reference has fallback_value, so that a store that can't be read would pass for one that can; take it out",
		"ref+gcpsecrets://p/n?optional=true":       "the reference has optional, so that a store that can't be read would pass for one that can; take it out",
		"ref+doppler://p/c/K?token=s3ntinel":       "the reference has a secret in token; take it out, have it changed, and give it to the program in its environment",
		"ref+vault://kv/a?secret_id=s3ntinel#/b":   "the reference has a secret in secret_id; take it out, have it changed, and give it to the program in its environment",
		"ref+sops://YTog?key_type=base64#/a":       "the reference has a document in it; put that into a file, and name the file",
		"ref+doppler://kargo/prd":                  "the reference does not say which key of the document is meant; end it with #/KEY",
		"ref+k8s://v1/Secret/ns/name":              "the reference does not say which key of the document is meant; end it with #/KEY",
		"ref+op://vault/item/field#/x":             "a reference to 1Password has no part after #; write ref+op://VAULT/ITEM/FIELD",
		"ref+onepasswordconnect://vault/item":      "the reference does not say which field is meant; write ref+onepasswordconnect://VAULT/ITEM#/FIELD",
	} {
		value, problem := one(t, resolve.Options{}, reference)
		if value != "" || problem != want {
			t.Errorf("%s:\n got %q\nwant %q", reference, problem, want)
		}
	}
}

func TestBackendsThatAreNotAllowed(t *testing.T) {
	dir := folder(t, map[string]string{"token": "s3ntinel"})
	options := resolve.Options{Dir: dir, Backends: []string{"env"}}
	value, problem := one(t, options, "ref+file://token")
	if want := "references to file are not allowed here; add it to backends in the declaration if they should be"; value != "" || problem != want {
		t.Errorf("got %q, want %q", problem, want)
	}
	options.Backends = []string{}
	if value, problem := one(t, options, "ref+env://PATH"); value != "" || problem == "" {
		t.Error("without backends, one is allowed")
	}
}
