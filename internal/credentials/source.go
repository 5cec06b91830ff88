package credentials

import (
	"fmt"
	"hash/fnv"
	"net/url"
	"strings"
)

// longestSource bounds the name of a source, in runes.
const longestSource = 200

// sourceOf names the source of a reference: its backend, then what tells one server, account or file of that backend
// from another.
func sourceOf(r Reference) string {
	words := append([]string{r.Backend}, whereabouts(r)...)
	name := []rune(strings.Join(words, " "))
	if len(name) > longestSource {
		// Cut in the middle of a path, two might be the same.
		return string(name[:longestSource-len("… 00000000")]) + "… " + fingerprint(string(name))
	}
	return string(name)
}

func whereabouts(r Reference) []string {
	p := r.Parameters
	switch r.Backend {
	case "vault", "openbao":
		words := []string{server(r)}
		words = append(words, named(p, "namespace", "auth_method", "username", "token_env", "token_file")...)
		if role := p["role_id"]; role != "" {
			words = append(words, "role "+fingerprint(role))
		}
		return words
	case "awssecrets", "awsssm":
		return named(p, "region", "profile", "role_arn")
	case "gcpsecrets":
		if segments := parts(r.Path); len(segments) > 1 {
			return segments[:1]
		}
	case "azurekeyvault":
		return parts(r.Path)[:1]
	case "doppler":
		return []string{server(r)}
	case "k8s":
		return named(p, "kubeConfigPath", "kubeContext")
	case "sops":
		if p["key_type"] == "base64" {
			return []string{"in the reference", fingerprint(r.Path)}
		}
		return []string{r.Path}
	case "file", "envfile":
		return []string{r.Path}
	}
	return nil
}

// server returns host and port of the server, or where vals takes them from if the reference does not say.
func server(r Reference) string {
	if u, err := url.Parse(r.Parameters["address"]); err == nil && u.Host != "" {
		return u.Host
	}
	if host := r.Parameters["host"]; host != "" {
		return host
	}
	return map[string]string{"vault": "at VAULT_ADDR", "openbao": "at BAO_ADDR", "doppler": "api.doppler.com"}[r.Backend]
}

// named returns the values of parameters that are there, each behind its name where more than one can be.
func named(parameters map[string]string, names ...string) []string {
	var words []string
	for _, name := range names {
		if value := parameters[name]; value != "" {
			words = append(words, name+"="+value)
		}
	}
	return words
}

// fingerprint tells one thing that is not shown from another. It is no use for finding out what it was made of.
func fingerprint(s string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s))
	return fmt.Sprintf("%08x", h.Sum32())
}
