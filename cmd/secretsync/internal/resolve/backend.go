package resolve

import "strings"

// shape is what a store gives when it is asked for a document.
type shape int

const (
	// texts are what keys are found in if they are YAML or JSON.
	texts shape = iota
	// trees have keys.
	trees
	// fields are texts that a reference names as such: there is nothing to find in them.
	fields
)

// backend is a kind of store.
type backend struct {
	// name as declarations list it, and references begin with it.
	name string
	// label is what people call it.
	label string
	shape shape
	// elements, if any, are how many of a path's elements name a document; one more is a key in it.
	elements int
	// last says that the last element of a path is a key in the document, unless a fragment says which.
	last bool
	// serial says that the store's client can't be asked for several documents at the same time.
	serial bool
	// login says how the program proves who it is, and allow how it is given a document.
	login, allow string
}

// backends by the schemes of references: those that internal/credentials knows.
var backends = map[string]backend{
	"vault": {
		name: "vault", label: "Vault", shape: trees, last: true,
		login: "set VAULT_TOKEN, VAULT_TOKEN_FILE, or auth_method=kubernetes or approle with the role_id that Vault has for it",
		allow: "give the policy of its role the capability read there",
	},
	"openbao": {
		name: "openbao", label: "OpenBao", shape: trees, last: true,
		login: "set BAO_TOKEN, BAO_TOKEN_FILE, or auth_method=kubernetes or approle with the role_id that OpenBao has for it",
		allow: "give the policy of its role the capability read there",
	},
	"awssecrets": {
		name: "awssecrets", label: "AWS Secrets Manager", shape: texts,
		login: "give its service account a role (IRSA, Pod Identity), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; and a region",
		allow: "allow its role secretsmanager:GetSecretValue on it, and kms:Decrypt on the key that encrypts it",
	},
	"awsssm": {
		name: "awsssm", label: "AWS Parameter Store", shape: texts,
		login: "give its service account a role (IRSA, Pod Identity), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; and a region",
		allow: "allow its role ssm:GetParameter, ssm:GetParametersByPath and kms:Decrypt on it",
	},
	"gcpsecrets": {
		name: "gcpsecrets", label: "Google Secret Manager", shape: texts,
		login: "use Workload Identity, or set GOOGLE_APPLICATION_CREDENTIALS",
		allow: "grant its service account roles/secretmanager.secretAccessor on it",
	},
	"azurekeyvault": {
		name: "azurekeyvault", label: "Azure Key Vault", shape: texts,
		login: "use a workload or managed identity, and set AZKV_AUTH accordingly",
		allow: "grant its identity the role Key Vault Secrets User",
	},
	"op": {
		name: "op", label: "1Password", shape: fields, serial: true,
		login: "set OP_SERVICE_ACCOUNT_TOKEN",
		allow: "share the vault with its service account",
	},
	"onepasswordconnect": {
		name: "onepasswordconnect", label: "1Password Connect", shape: texts,
		login: "set OP_CONNECT_HOST and OP_CONNECT_TOKEN",
		allow: "give its token access to the vault",
	},
	"doppler": {
		name: "doppler", label: "Doppler", shape: trees, elements: 2,
		login: "set DOPPLER_TOKEN to a service token",
		allow: "give its service token access to the config",
	},
	"sops": {
		name: "sops", label: "SOPS file", shape: texts,
		login: "mount the age key and set SOPS_AGE_KEY_FILE",
		allow: "let the user that it runs as read the file",
	},
	"k8s": {
		name: "k8s", label: "Kubernetes", shape: trees, elements: 4,
		login: "run it in the cluster, or set KUBECONFIG",
		allow: "allow its service account `get` on it",
	},
	"file":    {name: "file", label: "file", shape: texts, allow: "let the user that it runs as read the file"},
	"env":     {name: "env", label: "environment variable", shape: texts},
	"envfile": {name: "envfile", label: "file", shape: trees, allow: "let the user that it runs as read the file"},
}

func (r reference) backend() backend { return backends[r.scheme] }

// located returns the reference with what in its path selects a key moved to the keys, so that each document has one
// path. What it returns beside is why that can't be, for people.
func (r reference) located() (reference, string) {
	b, path := r.backend(), strings.Split(r.path, "/")
	switch {
	case b.shape == fields && r.keys != nil:
		return r, "a reference to " + b.label + " has no part after #; write ref+op://VAULT/ITEM/FIELD"
	case r.scheme == "envfile" && len(r.keys) != 1:
		return r, "the reference does not say which variable of the file is meant; write ref+envfile://PATH#/NAME"
	case r.scheme == "onepasswordconnect" && r.keys == nil:
		return r, "the reference does not say which field is meant; write ref+onepasswordconnect://VAULT/ITEM#/FIELD"
	case r.keys != nil:
	case b.last && len(path) > 1:
		r.path, r.keys = strings.Join(path[:len(path)-1], "/"), path[len(path)-1:]
	case b.elements > 0 && len(path) == b.elements+1:
		r.path, r.keys = strings.Join(path[:b.elements], "/"), path[b.elements:]
	case b.shape == trees:
		return r, "the reference does not say which key of the document is meant; end it with #/KEY"
	}
	return r, ""
}
