package vaultfake

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

// login hands out a token, a new one each time.
func (v *Vault) login(w http.ResponseWriter, r *http.Request, path string) {
	v.logins++
	if r.Method != http.MethodPut && r.Method != http.MethodPost {
		v.refuse(w, http.StatusMethodNotAllowed, "unsupported operation")
		return
	}
	var body map[string]string
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&body); err != nil {
		v.refuse(w, http.StatusBadRequest, "failed to parse JSON input")
		return
	}
	switch path {
	case "approle/login":
		secret, known := v.roles[body["role_id"]]
		if !known || secret == "" || secret != body["secret_id"] {
			v.refuse(w, http.StatusBadRequest, "invalid role or secret ID")
			return
		}
	case "kubernetes/login":
		jwt, known := v.accounts[body["role"]]
		if !known {
			v.refuse(w, http.StatusBadRequest, `invalid role name "`+body["role"]+`"`)
			return
		}
		if jwt == "" || jwt != body["jwt"] {
			v.refuse(w, http.StatusForbidden, "permission denied")
			return
		}
	default:
		v.refuse(w, http.StatusForbidden, "permission denied")
		return
	}
	token := "hvs.fake-" + strconv.Itoa(v.logins)
	v.tokens[token] = true
	write(w, http.StatusOK, map[string]any{"auth": map[string]any{"client_token": token, "lease_duration": 3600, "renewable": true}})
}
