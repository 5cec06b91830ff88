// Package vaultfake is a Vault, or an OpenBao, for tests: the KV engine in both versions, and the logins by token,
// AppRole and Kubernetes. It is as strict as the real one: what that refuses, it refuses with the same status, and it
// counts what it is asked.
package vaultfake

import (
	"maps"
	"net/http"
	"strings"
	"sync"
)

// Vault is a server with secrets. Its methods can be called while it serves.
type Vault struct {
	mu       sync.Mutex
	mounts   map[string]int
	secrets  map[string][]map[string]any
	denied   map[string]bool
	tokens   map[string]bool
	roles    map[string]string
	accounts map[string]string
	reads    map[string]int
	logins   int
	peeks    int
	sealed   bool
	says     string
	trouble  func(w http.ResponseWriter, r *http.Request) bool
}

// New returns a Vault that accepts the tokens, and has an engine of each version: `kv` of version 2 and `old` of 1.
func New(tokens ...string) *Vault {
	v := &Vault{
		mounts: map[string]int{"kv": 2, "old": 1}, secrets: map[string][]map[string]any{}, denied: map[string]bool{},
		tokens: map[string]bool{}, roles: map[string]string{}, accounts: map[string]string{}, reads: map[string]int{},
	}
	for _, token := range tokens {
		v.tokens[token] = true
	}
	return v
}

// Put writes a version of a secret, at a path such as kv/github.
func (v *Vault) Put(path string, data map[string]any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.secrets[path] = append(v.secrets[path], maps.Clone(data))
}

// Deny takes a path out of what every policy allows.
func (v *Vault) Deny(path string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.denied[path] = true
}

// AppRole lets a role log in.
func (v *Vault) AppRole(roleID, secretID string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.roles[roleID] = secretID
}

// Kubernetes lets a service account with a token log in as a role.
func (v *Vault) Kubernetes(role, jwt string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.accounts[role] = jwt
}

// Seal makes it answer everything with 503.
func (v *Vault) Seal() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sealed = true
}

// Say has it repeat a text in each of its errors.
func (v *Vault) Say(text string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.says = text
}

// Trouble lets a test answer instead: what returns true has done so. It is called without a lock, so it may wait, and
// write secrets.
func (v *Vault) Trouble(answer func(w http.ResponseWriter, r *http.Request) bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.trouble = answer
}

// Reads returns how often a path was read; "" sums up all of them.
func (v *Vault) Reads(path string) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	if path != "" {
		return v.reads[path]
	}
	sum := 0
	for _, n := range v.reads {
		sum += n
	}
	return sum
}

// Logins returns how often somebody has tried to log in.
func (v *Vault) Logins() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.logins
}

// Peeks returns how often it was asked of which version an engine is.
func (v *Vault) Peeks() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.peeks
}

// ServeHTTP answers as Vault's API does.
func (v *Vault) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	trouble := v.trouble
	v.mu.Unlock()
	if trouble != nil && trouble(w, r) {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	path, ok := strings.CutPrefix(r.URL.Path, "/v1/")
	switch {
	case !ok:
		v.refuse(w, http.StatusNotFound, "no handler for route")
	case r.Header.Get("X-Vault-Request") != "true":
		v.refuse(w, http.StatusPreconditionFailed, "required request header is missing")
	case v.sealed:
		v.refuse(w, http.StatusServiceUnavailable, "Vault is sealed")
	case strings.HasPrefix(path, "auth/"):
		v.login(w, r, strings.TrimPrefix(path, "auth/"))
	case r.Header.Get("X-Vault-Token") == "":
		v.refuse(w, http.StatusForbidden, "permission denied")
	case !v.tokens[r.Header.Get("X-Vault-Token")]:
		v.refuse(w, http.StatusForbidden, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n")
	case r.Method != http.MethodGet:
		v.refuse(w, http.StatusMethodNotAllowed, "unsupported operation")
	case strings.HasPrefix(path, "sys/internal/ui/mounts/"):
		v.peek(w, strings.TrimPrefix(path, "sys/internal/ui/mounts/"))
	default:
		v.read(w, r, path)
	}
}
