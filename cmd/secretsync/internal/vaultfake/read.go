package vaultfake

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// peek says of which version an engine is to whoever may read the path.
func (v *Vault) peek(w http.ResponseWriter, path string) {
	v.peeks++
	mount, _, _ := strings.Cut(path, "/")
	version, ok := v.mounts[mount]
	if !ok || v.denied[path] {
		v.refuse(w, http.StatusForbidden, "preflight capability check returned 403, please ensure client's policies grant access to path \""+path+"/\"")
		return
	}
	options := map[string]any{"version": strconv.Itoa(version)}
	if version == 1 {
		options = nil
	}
	write(w, http.StatusOK, map[string]any{"data": map[string]any{"path": mount + "/", "type": "kv", "options": options}})
}

// read answers a version of a secret, the latest if the request does not say which.
func (v *Vault) read(w http.ResponseWriter, r *http.Request, path string) {
	mount, rest, _ := strings.Cut(path, "/")
	version, ok := v.mounts[mount]
	if ok && version == 2 {
		if rest, ok = strings.CutPrefix(rest, "data/"); !ok {
			v.refuse(w, http.StatusNotFound) // as of a versioned engine at a path that is not
			return
		}
	}
	path = mount + "/" + rest
	if !ok || v.denied[path] {
		v.refuse(w, http.StatusForbidden, "1 error occurred:\n\t* permission denied\n\n")
		return
	}
	v.reads[path]++
	versions := v.secrets[path]
	if len(versions) == 0 {
		v.refuse(w, http.StatusNotFound)
		return
	}
	if version == 1 {
		write(w, http.StatusOK, map[string]any{"lease_duration": 2764800, "data": versions[len(versions)-1]})
		return
	}
	v.version(w, r.URL.Query().Get("version"), versions)
}

func (v *Vault) version(w http.ResponseWriter, asked string, versions []map[string]any) {
	number := len(versions)
	if asked != "" {
		n, err := strconv.Atoi(asked)
		if err != nil || n < 0 {
			v.refuse(w, http.StatusBadRequest, "Field validation failed: error converting input for field \"version\"")
			return
		}
		if n > 0 {
			number = n
		}
	}
	if number > len(versions) {
		v.refuse(w, http.StatusNotFound)
		return
	}
	write(w, http.StatusOK, map[string]any{"data": map[string]any{
		"data":     versions[number-1],
		"metadata": map[string]any{"version": number, "destroyed": false, "deletion_time": "", "created_time": "2026-01-02T15:04:05Z"},
	}})
}

// refuse answers with errors, each with what the test has it say.
func (v *Vault) refuse(w http.ResponseWriter, status int, messages ...string) {
	said := make([]string, 0, len(messages))
	for _, message := range messages {
		said = append(said, message+v.says)
	}
	write(w, status, map[string]any{"errors": said})
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // if the client is gone, nobody is left to tell
}
