package credentials

import (
	"fmt"
	"slices"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// MaxSecrets is how many Secrets a declaration can have. The inventory of more does not fit into a ConfigMap.
const MaxSecrets = 5000

// The bounds of durations. Stores limit how often they are asked, and who waits longer for one has a broken one.
const (
	shortestInterval = 10 * time.Second
	longestInterval  = 7 * 24 * time.Hour
	shortestTimeout  = time.Second
	longestTimeout   = 5 * time.Minute
	longestWarning   = 366 * 24 * time.Hour
	longestSilence   = 24 * time.Hour
)

// validator goes through a declaration.
type validator struct {
	doc       *strictyaml.Document
	namespace string
	d         *Declaration
	at        strictyaml.Path // where the declaration stands
	warnings  strictyaml.Problems
	taken     map[SecretName]bool
}

// Validate reports to doc everything that is wrong with the declaration, which stands there at the path. The namespace is
// for Secrets that say none. What is allowed and probably not meant is returned.
func (d *Declaration) Validate(doc *strictyaml.Document, at strictyaml.Path, namespace string) strictyaml.Problems {
	if !doc.Has(at) {
		return nil // that it is missing has been reported, and its defaults have not been filled in
	}
	v := &validator{doc: doc, namespace: namespace, d: d, at: at, taken: map[SecretName]bool{}}
	checkName(doc, at.Key("owner"), d.Owner, isLabel, "63 lower-case letters, digits and hyphens")
	v.backends()
	v.duration("interval", d.Interval, shortestInterval, longestInterval)
	v.duration("timeout", d.Timeout, shortestTimeout, longestTimeout)
	v.duration("failingAfter", d.FailingAfter, 0, longestSilence)
	v.duration("expiryWarning", d.ExpiryWarning, 0, longestWarning)
	checkNamespace(doc, at.Key("sharedNamespace"), d.SharedNamespace)
	for i, r := range d.Repositories {
		path := at.Key("repositories").Index(i)
		v.repository(path.Key("url"), r.Type, r.URL)
		if doc.Has(path.Key("namespace")) {
			checkNamespace(doc, path.Key("namespace"), r.Namespace)
		}
	}
	for i := range d.Secrets {
		v.credential(at.Key("secrets").Index(i), &d.Secrets[i])
		if len(v.taken) > MaxSecrets {
			doc.Report(at.Key("secrets"), fmt.Sprintf("these are more than %d Secrets", MaxSecrets), "use several declarations, each with its owner")
			break
		}
	}
	return v.warnings
}

// warn adds a warning, unless what it is about could not be read.
func (v *validator) warn(path strictyaml.Path, message, fix string) {
	if !v.doc.Unread(path) {
		v.warnings = append(v.warnings, v.doc.Problem(path, message, fix))
	}
}

func (v *validator) backends() {
	for i, name := range v.d.Backends {
		path := v.at.Key("backends").Index(i)
		if message, fix := refuseBackend(name); message != "" {
			v.doc.Report(path, message, fix)
		} else if slices.Index(v.d.Backends, name) < i {
			v.doc.Report(path, quote(name)+" is there twice", "remove one of the two")
		}
	}
}

func (v *validator) duration(name string, d, least, most time.Duration) {
	if d < least || d > most {
		v.doc.Report(v.at.Key(name), d.String()+" is out of range", fmt.Sprintf("write a duration from %s to %s", short(least), short(most)))
	}
}

// short writes a duration as people do.
func short(d time.Duration) string {
	switch {
	case d == 0:
		return "0s"
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	default:
		return d.String()
	}
}

// credential checks one entry.
func (v *validator) credential(path strictyaml.Path, c *Credential) {
	checkSecretName(v.doc, path.Key("name"), c.Name)
	v.names(path, c)
	if c.Type == "" {
		return // it has been reported, and everything below depends on it
	}
	usable := v.content(path, c)
	if usable {
		v.fields(path, c)
	}
	v.target(path, c, usable)
	v.trial(path, c)
}

// names checks where the Secrets are, and that no two are the same.
func (v *validator) names(path strictyaml.Path, c *Credential) {
	at := path.Key("namespaces")
	if v.doc.Has(at) && len(c.Namespaces) == 0 {
		v.doc.Report(at, "is empty", "name the namespaces, or remove the line")
	}
	for i, namespace := range c.Namespaces {
		checkNamespace(v.doc, at.Index(i), namespace)
	}
	for i, namespace := range c.namespaces(v.namespace) {
		name := SecretName{Namespace: namespace, Name: c.Name}
		if c.Name == "" || namespace == "" {
			continue
		}
		if v.taken[name] {
			where := path.Key("name")
			if len(c.Namespaces) > 0 {
				where = at.Index(i)
			}
			v.doc.Report(where, "Secret "+quote(name.String())+" is declared twice", "remove one of the two, or rename it")
		}
		v.taken[name] = true
	}
}

// trial checks what is said about trying the credential.
func (v *validator) trial(path strictyaml.Path, c *Credential) {
	at := path.Key("checkURL")
	if !v.doc.Has(at) {
		return
	}
	switch {
	case c.RepoURLRegex == "":
		v.doc.Report(at, "says nothing that repoURL does not say", "remove the line")
	case v.repository(at, c.Type, c.CheckURL) && !v.matches(c):
		v.doc.Report(at, "is not matched by repoURLRegex, so that Kargo does not use the credential for it", "write a repository that it is for")
	}
}

func (v *validator) matches(c *Credential) bool {
	own := newMatcher([]Candidate{{Type: c.Type, RepoURL: c.RepoURLRegex, IsRegex: true}})
	return len(own) == 0 || len(own.match(c.Type, c.CheckURL)) > 0 // what can't be compiled has been reported
}
