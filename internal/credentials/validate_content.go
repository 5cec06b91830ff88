package credentials

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

func isLabel(s string) []string { return validation.IsDNS1123Label(s) }

// content checks that the credential consists of exactly one thing, and that Kargo uses that for its type.
func (v *validator) content(path strictyaml.Path, c *Credential) bool {
	var given []string
	for _, content := range contents {
		if !v.doc.Has(path + "." + content.name) {
			continue
		}
		given = append(given, string(content.name))
		if !slices.Contains(content.types, c.Type) {
			v.doc.Report(path+"."+content.name, fmt.Sprintf("is of no use in a credential of type %s", c.Type),
				"use "+strings.Join(usableFor(c.Type), " or ")+", or correct the type")
			return false
		}
	}
	switch {
	case len(given) == 0 && v.doc.Unread(path):
		return false // what it consists of may be what could not be read
	case len(given) == 0:
		v.doc.Report(path, "does not say what the credential consists of", "add "+strings.Join(usableFor(c.Type), " or "))
		return false
	case len(given) > 1:
		v.doc.Report(path, "consists of "+strings.Join(given, " and ")+", of which Kargo would use one", "keep one, and make two credentials if both are needed")
		return false
	}
	v.username(path, c, given[0])
	return true
}

// usableFor returns what a credential of a type can consist of.
func usableFor(t Type) []string {
	var names []string
	for _, content := range contents {
		if slices.Contains(content.types, t) {
			names = append(names, string(content.name))
		}
	}
	return names
}

// username checks that it is there if and only if there is a password. Kargo uses neither without the other.
func (v *validator) username(path strictyaml.Path, c *Credential, content string) {
	written := v.doc.Has(path.Key("username"))
	switch {
	case content == "password" && !written:
		fix := "add it"
		if c.Type == TypeGit {
			fix = "add it; where the host does not care for it, as GitHub does not with a token, any name will do"
		}
		v.doc.Report(path.Key("username"), "missing, and Kargo does not use a password without one", fix)
	case content == "password" && c.Username == "":
		v.doc.Report(path.Key("username"), "is empty, and Kargo does not use a password without one", "write it")
	case content != "password" && written:
		v.doc.Report(path.Key("username"), "is of no use beside "+content, "remove the line")
	}
}

// fields checks each value: what is secret is a reference, references can be read, and the rest has the right shape.
func (v *validator) fields(path strictyaml.Path, c *Credential) {
	for _, f := range c.fields() {
		v.field(path+within(f.path), f)
	}
	if v.doc.Has(path.Key("password")) && c.Password == "" {
		v.emptySecret(path.Key("password"))
	}
	if v.doc.Has(path.Key("sshPrivateKey")) && c.SSHPrivateKey == "" {
		v.emptySecret(path.Key("sshPrivateKey"))
	}
	switch {
	case c.GitHubApp != nil:
		v.app(path.Key("githubApp"), c)
	case c.Type == TypeGeneric:
		v.data(path.Key("data"), c)
	case c.SSHPrivateKey != "":
		v.warn(path.Key("sshPrivateKey"), "Kargo 1.13 no longer supports SSH", "use githubApp, or a username and token with an https URL")
	}
}

// within returns a path below a credential as it goes on from that.
func within(path strictyaml.Path) strictyaml.Path { return "." + path }

func (v *validator) emptySecret(path strictyaml.Path) {
	v.doc.Report(path, "is empty", "write a reference such as ref+vault://kv/github#/token")
}

func (v *validator) field(path strictyaml.Path, f field) {
	switch {
	case IsReference(f.text) || strings.HasPrefix(f.text, "secretref+"):
		v.reference(path, f.text)
	case f.secret, looksSecret(f.text):
		v.doc.Report(path, secretInFileMessage, secretInFileFix)
	default:
		if _, fault := f.shape(f.text); fault != nil {
			fault.report(v.doc, path)
		}
	}
}

func (v *validator) reference(path strictyaml.Path, text string) {
	r, fault := parseReference(text)
	if fault == nil {
		fault = r.embeddedSecret()
	}
	if fault != nil {
		fault.report(v.doc, path)
		return
	}
	if at := v.at.Key("backends"); !slices.Contains(v.d.Backends, r.Backend) && !v.doc.Unread(at) {
		fix := fmt.Sprintf("add it: %s: [%s]", at, list(append(slices.Clone(v.d.Backends), r.Backend)))
		v.doc.Report(path, "backend "+r.Backend+" is not among those that the declaration allows", fix)
	}
}

// app checks what is particular to a GitHub App.
func (v *validator) app(path strictyaml.Path, c *Credential) {
	a := c.GitHubApp
	switch {
	case a.ID == "" && a.ClientID == "" && !v.doc.Unread(path):
		v.doc.Report(path, "has neither clientID nor id", "add clientID, from the App's settings at GitHub")
	case a.ID != "" && a.ClientID != "":
		v.doc.Report(path.Key("id"), "is not used beside clientID", "remove the line")
	}
	for project, names := range a.Scopes {
		at := path.Key("scopes").Key(project)
		checkNamespace(v.doc, at, project)
		for i, name := range names {
			if name == "" || strings.Contains(name, "/") || name != strings.ToLower(name) {
				v.doc.Report(at.Index(i), "is not compared with the repository's whole name", "write the name alone, in lower case: microsvcs")
			}
		}
	}
	if len(a.Scopes) == 0 {
		return
	}
	for _, namespace := range c.namespaces(v.namespace) {
		if _, ok := a.Scopes[namespace]; !ok && namespace != v.d.SharedNamespace {
			v.warn(path.Key("scopes"), "they leave out Project "+quote(namespace)+", which then gets no token at all", "add it")
		}
	}
}

func (v *validator) data(path strictyaml.Path, c *Credential) {
	if v.doc.Has(path) && len(c.Data) == 0 {
		v.doc.Report(path, "is empty", "write a reference for each key")
	}
	for key, text := range c.Data {
		at := path.Key(key)
		if len(validation.IsConfigMapKey(key)) > 0 {
			v.doc.Report(at, "is not a key that Kubernetes takes", "use at most 253 letters, digits, hyphens, underscores and dots")
		}
		if text == "" {
			v.emptySecret(at)
		}
	}
}
