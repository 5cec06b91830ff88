package credentials

import (
	"maps"
	"slices"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// field is one value of a credential: where it stands in the declaration, and which key of the Secret it becomes.
type field struct {
	key  string
	path strictyaml.Path // below the credential
	text string          // written out, or a reference
	// secret says that nothing but a reference will do.
	secret bool
	// shape makes of a value what Kargo wants, or says what is wrong with it.
	shape func(string) (string, *Fault)
}

// contents are the ways to say what a credential consists of, by the field of the declaration, with the types that
// Kargo uses each for.
var contents = []struct {
	name  strictyaml.Path
	types []Type
}{
	{"password", []Type{TypeGit, TypeImage, TypeHelm}},
	{"githubApp", []Type{TypeGit}},
	{"sshPrivateKey", []Type{TypeGit}},
	{"aws", []Type{TypeImage, TypeHelm}},
	{"gcp", []Type{TypeImage, TypeHelm}},
	{"data", []Type{TypeGeneric}},
}

// fields returns the values of the credential that end up in the Secret, in the order in which they are declared. What
// was left out is not among them.
func (c *Credential) fields() []field {
	var all []field
	add := func(f field) {
		if f.text != "" {
			all = append(all, f)
		}
	}
	add(field{key: KeyUsername, path: "username", text: c.Username, shape: shapeUsername})
	add(field{key: KeyPassword, path: "password", text: c.Password, secret: true, shape: shapeToken})
	if a := c.GitHubApp; a != nil {
		add(field{key: KeyAppID, path: "githubApp.id", text: a.ID, shape: shapeNumber})
		add(field{key: KeyAppClientID, path: "githubApp.clientID", text: a.ClientID, shape: shapeToken})
		add(field{key: KeyAppInstallation, path: "githubApp.installation", text: a.Installation, shape: shapeNumber})
		add(field{key: KeyAppPrivateKey, path: "githubApp.privateKey", text: a.PrivateKey, secret: true, shape: shapeAppKey})
	}
	add(field{key: KeySSHPrivateKey, path: "sshPrivateKey", text: c.SSHPrivateKey, secret: true, shape: shapeSSHKey})
	if a := c.AWS; a != nil {
		add(field{key: KeyAWSRegion, path: "aws.region", text: a.Region, shape: shapeRegion})
		add(field{key: KeyAWSAccessKeyID, path: "aws.accessKeyID", text: a.AccessKeyID, shape: shapeAccessKey})
		add(field{key: KeyAWSSecretKey, path: "aws.secretAccessKey", text: a.SecretAccessKey, secret: true, shape: shapeToken})
	}
	if g := c.GCP; g != nil {
		add(field{key: KeyGCPServiceAccount, path: "gcp.serviceAccountKey", text: g.ServiceAccountKey, secret: true, shape: shapeServiceAccount})
	}
	for _, key := range slices.Sorted(maps.Keys(c.Data)) {
		add(field{key: key, path: strictyaml.Path("data").Key(key), text: c.Data[key], secret: true, shape: shapeAnything})
	}
	return all
}

// References returns where the values of a valid credential are, each once.
func (c *Credential) References() []Reference {
	var all []Reference
	seen := map[string]bool{}
	for _, f := range c.fields() {
		if !IsReference(f.text) || seen[f.text] {
			continue
		}
		seen[f.text] = true
		if r, err := ParseReference(f.text); err == nil {
			all = append(all, r)
		}
	}
	return all
}
