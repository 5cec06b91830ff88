package credentials_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// store answers references by the key behind #.
type store map[string]string

func (s store) value(reference string) (secret.Text, bool) {
	_, key, _ := strings.Cut(reference, "#/")
	value, ok := s[key]
	return secret.NewText(value), ok
}

// credential parses one entry of a declaration.
func credential(t testing.TB, entry string) *credentials.Credential {
	t.Helper()
	file, err := credentials.Parse("f", []byte("namespace: p\ncredentials:\n  backends: [vault]\n  secrets:\n  - "+entry+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return &file.Declaration.Secrets[0]
}

func encoded(t testing.TB, kind string, der []byte, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func base64Of(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

const serviceAccount = `{"type": "service_account", "client_email": "x@y.iam.gserviceaccount.com", "private_key": "k"}`

// sshKey has OpenSSH's own format, with the name of its cipher.
func sshKey(t testing.TB, cipher string) string {
	t.Helper()
	return encoded(t, "OPENSSH PRIVATE KEY", fmt.Appendf([]byte("openssh-key-v1\x00"), "\x00\x00\x00%c%s", len(cipher), cipher), nil)
}

func TestRenderIsWhatKargoReads(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := encoded(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key), nil)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	pkcs8 := encoded(t, "PRIVATE KEY", der, err)
	app := func(privateKey string) store { return store{"key": privateKey} }
	const appEntry = "{name: c, type: git, repoURLRegex: '^https://github\\.com/acme/', githubApp: {clientID: Iv1.x, installation: '42', privateKey: ref+vault://kv/a#/key"
	for _, test := range []struct {
		name, entry string
		values      store
		data        map[string]string
		annotations map[string]string
	}{
		{
			"password", "{name: c, type: git, repoURL: https://github.com/acme/x.git, username: acme, password: ref+vault://kv/a#/token}",
			store{"token": "hunter2\r\n"},
			map[string]string{"repoURL": "https://github.com/acme/x.git", "username": "acme", "password": "hunter2"},
			map[string]string{"kargo.akuity.io/repo-url-pattern": "https://github.com/acme/x.git"},
		},
		{
			"regex, and the username from the store", "{name: c, type: image, repoURLRegex: '^quay\\.io/', username: ref+vault://kv/a#/user, password: ref+vault://kv/a#/token}",
			store{"token": "hunter2", "user": "acme+robot"},
			map[string]string{"repoURL": `^quay\.io/`, "repoURLIsRegex": "true", "username": "acme+robot", "password": "hunter2"},
			map[string]string{"kargo.akuity.io/repo-url-pattern": "quay.io/*"},
		},
		{
			"Docker Hub", "{name: c, type: image, repoURLRegex: '^(docker\\.io/|[^./:]+(/|$))', username: acme, password: ref+vault://kv/a#/token}",
			store{"token": "hunter2"},
			map[string]string{"repoURL": `^(docker\.io/|[^./:]+(/|$))`, "repoURLIsRegex": "true", "username": "acme", "password": "hunter2"},
			map[string]string{"kargo.akuity.io/repo-url-pattern": "docker.io/*"},
		},
		{
			"App", appEntry + ", scopes: {web: [x, y], api: [z]}}}", app(pkcs1),
			map[string]string{
				"repoURL": `^https://github\.com/acme/`, "repoURLIsRegex": "true", "githubAppClientID": "Iv1.x", "githubAppInstallationID": "42", "githubAppPrivateKey": pkcs1,
			},
			map[string]string{
				"kargo.akuity.io/repo-url-pattern": "https://github.com/acme/*", "kargo.akuity.io/github-token-scopes": `{"api":["z"],"web":["x","y"]}`,
			},
		},
		{
			"App with base64", appEntry + "}}", app(base64Of(pkcs8) + "\n"),
			map[string]string{
				"repoURL": `^https://github\.com/acme/`, "repoURLIsRegex": "true", "githubAppClientID": "Iv1.x", "githubAppInstallationID": "42", "githubAppPrivateKey": pkcs8,
			},
			map[string]string{"kargo.akuity.io/repo-url-pattern": "https://github.com/acme/*"},
		},
		{
			"SSH", "{name: c, type: git, repoURL: 'git@github.com:acme/x.git', sshPrivateKey: ref+vault://kv/a#/key}",
			app(strings.TrimSuffix(strings.ReplaceAll(sshKey(t, "none"), "\n", "\r\n"), "\r\n")),
			map[string]string{"repoURL": "git@github.com:acme/x.git", "sshPrivateKey": sshKey(t, "none")},
			map[string]string{"kargo.akuity.io/repo-url-pattern": "git@github.com:acme/x.git"},
		},
		{
			"AWS", "{name: c, type: image, repoURL: 123456789012.dkr.ecr.eu-west-3.amazonaws.com/red, aws: {region: eu-west-3, accessKeyID: ref+vault://kv/a#/id, secretAccessKey: ref+vault://kv/a#/key}}",
			store{"id": "AKIAIOSFODNN7EXAMPLE\n", "key": "hunter2/x+y="},
			map[string]string{
				"repoURL": "123456789012.dkr.ecr.eu-west-3.amazonaws.com/red", "awsRegion": "eu-west-3", "awsAccessKeyID": "AKIAIOSFODNN7EXAMPLE", "awsSecretAccessKey": "hunter2/x+y=",
			},
			map[string]string{"kargo.akuity.io/repo-url-pattern": "123456789012.dkr.ecr.eu-west-3.amazonaws.com/red"},
		},
		{
			"GCP", "{name: c, type: helm, repoURL: 'oci://europe-west9-docker.pkg.dev/acme/charts/red', gcp: {serviceAccountKey: ref+vault://kv/a#/key}}",
			app(serviceAccount + "\n"),
			map[string]string{"repoURL": "oci://europe-west9-docker.pkg.dev/acme/charts/red", "gcpServiceAccountKey": base64Of(serviceAccount)},
			map[string]string{"kargo.akuity.io/repo-url-pattern": "oci://europe-west9-docker.pkg.dev/acme/charts/red"},
		},
		{
			"GCP with base64", "{name: c, type: image, repoURLRegex: '^(eu\\.)?gcr\\.io/', gcp: {serviceAccountKey: ref+vault://kv/a#/key}}",
			app(base64Of(serviceAccount) + "\n"),
			map[string]string{"repoURL": `^(eu\.)?gcr\.io/`, "repoURLIsRegex": "true", "gcpServiceAccountKey": base64Of(serviceAccount)},
			map[string]string{"kargo.akuity.io/repo-url-pattern": `^(eu\.)?gcr\.io/`},
		},
		{
			"generic, as it is", "{name: c, type: generic, data: {webhook: ref+vault://kv/a#/webhook, binary: ref+vault://kv/a#/binary}}",
			store{"webhook": " hunter2\n", "binary": "\x00\xff"},
			map[string]string{"webhook": " hunter2\n", "binary": "\x00\xff"}, map[string]string{},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := credential(t, test.entry)
			got, err := c.Render("owner", test.values.value)
			if err != nil {
				t.Fatal(err)
			}
			data := map[string]string{}
			for key, value := range got.Data {
				data[key] = string(value)
			}
			if diff := cmp.Diff(test.data, data); diff != "" {
				t.Errorf("data (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(test.annotations, got.Annotations); diff != "" {
				t.Errorf("annotations (-want +got)\n%s", diff)
			}
			labels := map[string]string{
				"kargo.akuity.io/cred-type": string(c.Type), "app.kubernetes.io/managed-by": "kargo-secretsync", "kargobot.dev/secretsync": "owner",
			}
			if diff := cmp.Diff(labels, got.Labels); diff != "" {
				t.Errorf("labels (-want +got)\n%s", diff)
			}
		})
	}
}

func TestRenderRefusesWhatCanNotBeRight(t *testing.T) {
	const sentinel = "sentinel-8d2f6b2"
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := x509.MarshalPKCS8PrivateKey(curve)
	elliptical := encoded(t, "PRIVATE KEY", ecKey, err)
	const (
		password = "{name: c, type: git, repoURL: https://github.com/acme/x.git, username: ref+vault://kv/a#/user, password: 'ref+vault://kv/a?role_id=sentinel-8d2f6b2#/token'}"
		app      = "{name: c, type: git, repoURL: https://github.com/acme/x.git, githubApp: {id: ref+vault://kv/a#/id, installation: '1', privateKey: ref+vault://kv/a#/key}}"
		ssh      = "{name: c, type: git, repoURL: 'git@github.com:acme/x.git', sshPrivateKey: ref+vault://kv/a#/key}"
		aws      = "{name: c, type: image, repoURLRegex: '^123456789012\\.', aws: {region: ref+vault://kv/a#/region, accessKeyID: ref+vault://kv/a#/id, secretAccessKey: ref+vault://kv/a#/key}}"
		gcp      = "{name: c, type: image, repoURLRegex: '^gcr\\.io/', gcp: {serviceAccountKey: ref+vault://kv/a#/key}}"
		generic  = "{name: c, type: generic, data: {a: ref+vault://kv/a#/a}}"
		token    = "password, from ref+vault://kv/a?role_id=…#/token, "
		key      = "githubAppPrivateKey, from ref+vault://kv/a#/key, "
		sshFrom  = "sshPrivateKey, from ref+vault://kv/a#/key, "
		gcpFrom  = "gcpServiceAccountKey, from ref+vault://kv/a#/key, "
	)
	for _, test := range []struct {
		entry  string
		values store
		want   string
	}{
		{password, store{"user": "x"}, token + "has no value; put it into the store, or correct the reference"},
		{password, store{"user": "x", "token": ""}, token + "is empty; put the value there"},
		{password, store{"user": "x", "token": "\n"}, token + "is empty; put the value there"},
		{password, store{"user": "x", "token": " \t"}, token + "is blank; put the value there"},
		{password, store{"user": "x", "token": sentinel + "\n" + sentinel}, token + "has more than one line; name the key within the document, such as #/token, or store the token alone"},
		{password, store{"user": "x", "token": sentinel + "\x00"}, token + "contains a control character; store it anew"},
		{password, store{"user": "x", "token": sentinel + strings.Repeat("x", secret.MaxSize)}, token + "is larger than 64 KiB; check that it is the right one"},
		{password, store{"user": sentinel + ":x"}, "username, from ref+vault://kv/a#/user, contains a colon, where a username ends when it is sent; store username and password apart"},
		{app, store{"id": sentinel}, "githubAppID, from ref+vault://kv/a#/id, is not a number; take it from the App's settings at GitHub, where IDs are numbers"},
		{app, store{"id": "12", "key": sentinel}, key + "is not a private key in PEM; store the whole file that GitHub gave, from -----BEGIN to the end"},
		{app, store{"id": "12", "key": elliptical}, key + "is in PEM, but no RSA private key; store the whole file that GitHub gave, from -----BEGIN to the end"},
		{app, store{"id": "12", "key": strings.ReplaceAll(elliptical, "\n", `\n`)}, key + `has its line ends written as \n; store it with real line ends`},
		{ssh, store{"key": sentinel}, sshFrom + "is not a private key in PEM or OpenSSH's format; store the whole file, from -----BEGIN to the end"},
		{ssh, store{"key": "ssh-ed25519 " + sentinel}, sshFrom + "is not a private key in PEM or OpenSSH's format; store the whole file, from -----BEGIN to the end"},
		{ssh, store{"key": sshKey(t, "aes256-ctr")}, sshFrom + "is protected by a passphrase, which Kargo has no place for; make a key without one: ssh-keygen -N ''"},
		{ssh, store{"key": encoded(t, "ENCRYPTED PRIVATE KEY", []byte("x"), nil)}, sshFrom + "is protected by a passphrase, which Kargo has no place for; make a key without one: ssh-keygen -N ''"},
		{aws, store{"region": "EU"}, "awsRegion, from ref+vault://kv/a#/region, is not a region of AWS; write one such as eu-west-3"},
		{aws, store{"region": "us-gov-west-1", "id": sentinel}, "awsAccessKeyID, from ref+vault://kv/a#/id, is not the ID of an access key; write one such as AKIAIOSFODNN7EXAMPLE"},
		{gcp, store{"key": sentinel}, gcpFrom + "is not JSON; store the whole JSON file that Google gave"},
		{gcp, store{"key": `{"type": "authorized_user"}`}, gcpFrom + "is JSON, but no key of a service account; store the whole JSON file that Google gave"},
		{generic, store{"a": ""}, "a, from ref+vault://kv/a#/a, is empty; put the value there"},
	} {
		content, err := credential(t, test.entry).Render("o", test.values.value)
		var fault *credentials.Fault
		if !errors.As(err, &fault) || err.Error() != test.want {
			t.Errorf("got  %v\nwant %s", err, test.want)
			continue
		}
		if fault.Key == "" || fault.Reference == "" || content.Data != nil {
			t.Errorf("%v: key %q, reference %q, %d keys beside it", err, fault.Key, fault.Reference, len(content.Data))
		}
		if strings.Contains(fmt.Sprintf("%v %+v %#v", err, fault, err), sentinel) {
			t.Errorf("shown: %#v", err)
		}
	}
}

func TestRenderBoundsTheSecret(t *testing.T) {
	var entry strings.Builder
	values := store{}
	for i := range 17 {
		fmt.Fprintf(&entry, "k%02d: ref+vault://kv/a#/k%d, ", i, i)
		values[fmt.Sprintf("k%d", i)] = strings.Repeat("x", secret.MaxSize)
	}
	_, err := credential(t, "{name: c, type: generic, data: {"+entry.String()+"}}").Render("o", values.value)
	const want = "k16 is more than Kubernetes takes, together with the keys before it; use two Secrets"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestContentIsNeverPrinted(t *testing.T) {
	const sentinel = "sentinel-8d2f6b2"
	c, err := credential(t, "{name: c, type: generic, data: {a: ref+vault://kv/a#/a}}").Render("o", store{"a": sentinel}.value)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "c", c)
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "c", &c, "in", struct{ C credentials.Content }{c})
	holder := struct{ C *credentials.Content }{&c}
	fmt.Fprintf(&out, "%v %+v %#v %s %q %x %d %v", c, c, c, c, c, c, c, &c)
	fmt.Fprintf(&out, "%v %+v", holder, []credentials.Content{c})
	if data, err := json.Marshal(holder); err == nil {
		t.Errorf("encoded: %s", data)
	}
	for _, shown := range []string{sentinel, fmt.Sprintf("%x", sentinel), fmt.Sprintf("%d", []byte(sentinel)), base64Of(sentinel)} {
		if strings.Contains(out.String(), shown) {
			t.Errorf("shown: %s", out.String())
		}
	}
	if !strings.Contains(out.String(), "<redacted>") {
		t.Errorf("not shown at all: %s", out.String())
	}
}
