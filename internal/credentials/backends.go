package credentials

import (
	"slices"

	"github.com/davidaparicio/kargo-bot/internal/nearest"
)

// backends are those that references may name, with the least number of parts that a path in each has. They are called
// what vals (v0.46.1) calls them in references; env and envfile are ours.
var backends = map[string]int{
	"vault":              2, // mount and path
	"openbao":            2,
	"awssecrets":         1,
	"awsssm":             1,
	"gcpsecrets":         1,
	"azurekeyvault":      2, // vault and secret
	"op":                 3, // vault, item and field
	"onepasswordconnect": 2, // vault and item
	"doppler":            0,
	"sops":               1,
	"k8s":                4, // version, kind, namespace and name
	"file":               1,
	"env":                1,
	"envfile":            1,
}

// unsafe are backends of vals that no declaration can allow: whoever writes a reference would run programs, or make
// up what is taken for a secret.
var unsafe = []string{"echo", "exec", "envsubst"}

// Backends returns the names of the backends that a declaration can allow, sorted.
func Backends() []string {
	names := make([]string, 0, len(backends))
	for name := range backends {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// refuseBackend returns why there is no such backend, or "" if there is one.
func refuseBackend(name string) (message, fix string) {
	if _, ok := backends[name]; ok {
		return "", ""
	}
	if slices.Contains(unsafe, name) {
		return "backend " + name + " is never allowed: it runs programs, or gives back what the reference says",
			"keep the value in a store, or in a file"
	}
	fix = "backends are " + list(Backends())
	if guess, ok := nearest.Word(name, Backends()); ok {
		fix = "did you mean " + guess + "? Otherwise: " + fix
	}
	return "backend " + quote(name) + " is not known", fix
}
