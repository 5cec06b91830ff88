package resolve_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"filippo.io/age"
	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/aes"
	sopsage "github.com/getsops/sops/v3/age"
	"github.com/getsops/sops/v3/cmd/sops/common"
	"github.com/getsops/sops/v3/cmd/sops/formats"
	"github.com/getsops/sops/v3/config"
	"github.com/getsops/sops/v3/keys"
	"github.com/getsops/sops/v3/keyservice"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/resolve"
)

// encrypted is what `sops encrypt --age` makes of a file of that name.
func encrypted(t testing.TB, recipient, name, content string) string {
	t.Helper()
	store := common.StoreForFormat(formats.FormatForPath(name), config.NewStoresConfig())
	branches, err := store.LoadPlainFile([]byte(content))
	if err != nil {
		t.Fatal(err)
	}
	key, err := sopsage.MasterKeyFromRecipient(recipient)
	if err != nil {
		t.Fatal(err)
	}
	tree := sops.Tree{Branches: branches, FilePath: name, Metadata: sops.Metadata{
		KeyGroups: []sops.KeyGroup{{keys.MasterKey(key)}}, Version: "3.13.2", UnencryptedSuffix: sops.DefaultUnencryptedSuffix,
	}}
	dataKey, errs := tree.GenerateDataKeyWithKeyServices([]keyservice.KeyServiceClient{keyservice.NewLocalClient()})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if err := common.EncryptTree(common.EncryptTreeOpts{Tree: &tree, Cipher: aes.NewCipher(), DataKey: dataKey}); err != nil {
		t.Fatal(err)
	}
	sealed, err := store.EmitEncryptedFile(tree)
	if err != nil {
		t.Fatal(err)
	}
	return string(sealed)
}

// identity makes a key of age, and has SOPS find it.
func identity(t testing.TB) *age.X25519Identity {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	path := filepath.Join(home, "keys.txt")
	if err := os.WriteFile(path, []byte("# of a test\n"+key.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"SOPS_AGE_KEY_FILE": path, "SOPS_AGE_KEY": "", "HOME": home, "XDG_CONFIG_HOME": home, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": home + "/none", "AWS_SHARED_CREDENTIALS_FILE": home + "/none",
	} {
		t.Setenv(name, value)
	}
	return key
}

func TestSOPSIsRead(t *testing.T) {
	recipient := identity(t).Recipient().String()
	dir := folder(t, map[string]string{
		"creds.yaml":   encrypted(t, recipient, "creds.yaml", "github:\n  token: from yaml\nnumber: \"0755\"\n"),
		"creds.json":   encrypted(t, recipient, "creds.json", `{"quay": {"token": "from json"}}`),
		"prod.env":     encrypted(t, recipient, "prod.env", "# of the guide\nGITHUB_PAT=from #env\nQUOTED=\"in quotes\"\nLINES=a\\nb\n"),
		"key.pem":      encrypted(t, recipient, "key.pem", "-----BEGIN KEY-----\n"),
		"secrets.sops": encrypted(t, recipient, "secrets.yaml", "token: no extension\n"),
	})
	for reference, want := range map[string]string{
		"ref+sops://creds.yaml#/github/token":             "from yaml",
		"ref+sops://creds.yaml#/number":                   "0755",
		"ref+sops://creds.json#/quay/token":               "from json",
		"ref+sops://prod.env#/GITHUB_PAT":                 "from #env",
		"ref+sops://prod.env#/QUOTED":                     "in quotes",
		"ref+sops://prod.env#/LINES":                      "a\nb",
		"ref+sops://key.pem":                              "-----BEGIN KEY-----\n",
		"ref+sops://secrets.sops#/token":                  "no extension",
		"ref+sops://" + dir + "/creds.yaml#/github/token": "from yaml",
	} {
		if got, problem := one(t, resolve.Options{Dir: dir}, reference); got != want {
			t.Errorf("%s is %q (%s), want %q", reference, got, problem, want)
		}
	}
}

// TestSOPSFilesThatNameAServerAreRefused has a file that names one beside age, and tells SOPS to ask it first.
func TestSOPSFilesThatNameAServerAreRefused(t *testing.T) {
	recipient := identity(t).Recipient().String()
	var asked atomic.Int32
	server := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Setenv("VAULT_TOKEN", sentinel)
	t.Setenv("SOPS_DECRYPTION_ORDER", "hc_vault")
	const list = "sops_hc_vault__list_0__map_"
	files := map[string]string{}
	for name, test := range map[string]struct{ content, before, more string }{
		"creds.yaml": {"token: x\n", "sops:\n", "    hc_vault:\n        - {vault_address: '" + server +
			"', engine_path: transit, key_name: k, created_at: '2026-01-02T15:04:05Z', enc: 'vault:v1:x'}\n"},
		"creds.json": {`{"token": "x"}`, `"sops": {`, `"hc_vault": [{"vault_address": "` + server +
			`", "engine_path": "transit", "key_name": "k", "created_at": "2026-01-02T15:04:05Z", "enc": "vault:v1:x"}],`},
		"prod.env": {"token=x\n", "", list + "vault_address=" + server + "\n" + list + "engine_path=transit\n" + list + "key_name=k\n" +
			list + "created_at=2026-01-02T15:04:05Z\n" + list + "enc=vault:v1:x\n"},
	} {
		before, after, _ := strings.Cut(encrypted(t, recipient, name, test.content), test.before)
		files[name] = before + test.before + test.more + after
	}
	dir := folder(t, files)
	for name := range files {
		problemIs(t, resolve.Options{Dir: dir}, "ref+sops://"+name+"#/token", "SOPS file "+name+" is encrypted with other keys than those of age, "+
			"for which this program would have to log in wherever the file says; encrypt it for age alone: take the others out of .sops.yaml, and run `sops updatekeys` on it")
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("the server that a file names was asked %d times", n)
	}
}

func TestSOPSFaults(t *testing.T) {
	other := identity(t).Recipient().String()
	recipient := identity(t).Recipient().String()
	sealed := encrypted(t, recipient, "creds.yaml", "token: "+sentinel+"\nother: "+sentinel+"x\n")
	first, rest, _ := strings.Cut(sealed, "\n")
	second, rest, _ := strings.Cut(rest, "\n")
	dir := folder(t, map[string]string{
		"others.yaml":  encrypted(t, other, "others.yaml", "token: "+sentinel+"\n"),
		"plain.yaml":   "token: " + sentinel + "\n",
		"cut.yaml":     first + "\n" + rest,
		"garbled.yaml": "token: ENC[AES256_GCM,data:" + sentinel + "]\n\tsops",
		"fine.yaml":    first + "\n" + second + "\n" + rest,
	})
	for reference, want := range map[string]string{
		"ref+sops://others.yaml#/token":  "SOPS file others.yaml can't be decrypted, as none of its keys is here; mount the age key and set SOPS_AGE_KEY_FILE, or add this program's key to it with `sops updatekeys`",
		"ref+sops://plain.yaml#/token":   "SOPS file plain.yaml is not encrypted by SOPS; encrypt it, or write ref+file:// if it is not meant to be",
		"ref+sops://cut.yaml#/other":     "SOPS file cut.yaml was changed without SOPS, as its checksum does not fit; restore it, and change it with `sops edit`",
		"ref+sops://missing.yaml#/token": "SOPS file missing.yaml does not exist; create or mount it, or correct the path",
		"ref+sops://fine.yaml#/pass":     "SOPS file fine.yaml has no key pass (it has other, token); correct the reference, or add the key",
		"ref+sops://garbled.yaml#/token": "SOPS file garbled.yaml answered something unexpected when asked for garbled.yaml; run `secretsync validate` to check the reference, and look into the store's own log",
	} {
		answers := resolve.New(resolve.Options{Backends: all, Dir: dir}).Resolve(t.Context(), []string{reference}, nil)
		if got := answers.Values[reference].Problem; got != want {
			t.Errorf("%s:\n got %q\nwant %q", reference, got, want)
		}
		unseen(t, answers)
	}
}
