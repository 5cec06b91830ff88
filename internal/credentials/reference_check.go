package credentials

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// secretParameters are parameters of vals' backends that take a secret, with what takes it elsewhere: in the environment,
// where that is all there is to say.
var secretParameters = map[string]string{
	"secret_id":      "",
	"token":          "",
	"password":       "name a variable with password_env, or a file with password_file",
	"client_secret":  "",
	"fallback_value": "remove it: a value is read, or it is not",
}

// tokenVariables are where backends look for a token.
var tokenVariables = map[string]string{"vault": "VAULT_TOKEN", "openbao": "BAO_TOKEN", "doppler": "DOPPLER_TOKEN"}

// elsewhere says how a secret is given to the program that a parameter has in it.
func (r Reference) elsewhere(parameter string) string {
	variable := "it"
	switch {
	case secretParameters[parameter] != "":
		return secretParameters[parameter]
	case parameter == "token" && tokenVariables[r.Backend] != "":
		variable = tokenVariables[r.Backend]
	case parameter == "secret_id" && r.Backend == "openbao":
		variable = "BAO_SECRET_ID"
	case parameter == "secret_id":
		variable = "VAULT_SECRET_ID"
	}
	return "set " + variable + " in the program's environment"
}

// hidden reports whether a parameter is not shown. A role's ID is half of what it takes to be that role.
func hidden(name string) bool {
	decoded, err := url.QueryUnescape(name)
	_, secret := secretParameters[decoded]
	return err != nil || secret || decoded == "role_id"
}

// hasUser reports whether the value of a parameter may be an address with a user and password.
func hasUser(value string) bool {
	return strings.Contains(value, "://") && strings.Contains(value, "@") || strings.Contains(value, "%")
}

// embeddedSecret returns what is wrong with a parameter that has a secret in it.
func (r Reference) embeddedSecret() *Fault {
	for _, name := range slices.Sorted(maps.Keys(r.Parameters)) {
		if _, ok := secretParameters[name]; ok {
			return &Fault{Message: fmt.Sprintf("a secret stands in the file, as %s of the reference", name),
				Fix: r.elsewhere(name) + ", and change it: it was in a file"}
		}
	}
	if u, err := url.Parse(r.Parameters["address"]); err == nil && u.User != nil {
		return &Fault{Message: "the address of the reference contains credentials", Fix: "remove them, and change them: they were in a file"}
	}
	return nil
}

// ours reports whether a backend is not one of vals.
func (r *Reference) ours() bool { return r.Backend == "env" || r.Backend == "envfile" }

// check refuses what can't be read, whatever the store holds.
func (r *Reference) check() *Fault {
	if strings.ContainsFunc(r.Text, func(c rune) bool { return unicode.IsControl(c) || c == unicode.ReplacementChar }) {
		return &Fault{Message: "contains a character that is not text", Fix: "write it anew"}
	}
	if fault := r.checkPath(); fault != nil {
		return fault
	}
	switch r.Backend {
	case "env":
		if r.Fragment != "" || len(r.Parameters) > 0 || !isVariable(r.Path) {
			return &Fault{Message: "does not name an environment variable", Fix: "write it as ref+env://GITHUB_PAT"}
		}
	case "envfile":
		if len(r.Parameters) > 0 || !isVariable(r.Fragment) {
			return &Fault{Message: "does not name a variable of the file", Fix: "write it as ref+envfile://kargo/.env#/GITHUB_PAT"}
		}
	case "vault", "openbao":
		return r.checkAddress()
	case "k8s":
		if !strings.HasPrefix(r.Path, "v1/") {
			return &Fault{Message: "is of no object that can be read", Fix: "write it as ref+k8s://v1/Secret/NAMESPACE/NAME/KEY"}
		}
	}
	return nil
}

// checkAddress refuses an address for which vals would check no certificate: it goes by whether 127.0.0.1 is in it, be it
// as part of a name.
func (r *Reference) checkAddress() *Fault {
	const local = "127.0.0.1"
	address := r.Parameters["address"]
	if address == "" && r.Parameters["host"] != "" {
		proto := r.Parameters["proto"]
		if proto == "" {
			proto = "https"
		}
		address = proto + "://" + r.Parameters["host"]
	}
	if !strings.Contains(address, local) {
		return nil
	}
	if u, err := url.Parse(address); err == nil && (u.Hostname() == local || u.Scheme == "http") {
		return nil
	}
	return &Fault{Message: "has 127.0.0.1 in the address of another host, whose certificate would not be checked", Fix: "give the host by another name"}
}

// checkPath refuses what vals cuts off, or can't parse, and paths that are too short.
func (r *Reference) checkPath() *Fault {
	if least := backends[r.Backend]; len(parts(r.Path)) < least {
		return &Fault{Message: fmt.Sprintf("has a path of fewer than %d parts", least),
			Fix: "write where the value is in " + r.Backend + ", behind ://"}
	}
	if r.ours() {
		return nil
	}
	rest := strings.TrimPrefix(r.Text, scheme)
	if strings.ContainsAny(rest, "+ ") || strings.HasSuffix(rest, ",") || strings.HasSuffix(rest, `"`) {
		return &Fault{Message: "contains a plus sign, a space, or a comma or quotation mark at its end, where a reference would end",
			Fix: "write %2B for a plus sign and %20 for a space, or give it another name in the store"}
	}
	if strings.HasPrefix(r.Path, "arn:") {
		return nil
	}
	u, err := url.Parse(rest)
	switch {
	case err != nil:
		return &Fault{Message: "is not written as a URL", Fix: "write the ID of what has a name with other signs than letters, digits, hyphens and dots"}
	case u.User != nil:
		return &Fault{Message: "what stands before @ would be lost", Fix: "take it out, and write %40 if the sign belongs to a name"}
	}
	return nil
}

// parts returns what is between the slashes.
func parts(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// isVariable reports whether a name is one of an environment variable.
func isVariable(s string) bool {
	return s != "" && (s[0] < '0' || s[0] > '9') && !strings.ContainsFunc(s, func(r rune) bool { return !isWordRune(r) })
}
