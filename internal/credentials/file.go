package credentials

import (
	"cmp"
	"slices"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// File is a declaration that has been read, with what it needs of its surroundings.
type File struct {
	// Namespace of Secrets that say none, and of the inventory.
	Namespace   string
	Declaration Declaration
	// Repositories are those that Kargo is known to use: of the pipeline file, and declared. Each has its Namespace.
	Repositories []Repository
	// Warnings are about what is allowed and probably not meant.
	Warnings strictyaml.Problems
}

// document is a file that has a declaration and nothing else.
type document struct {
	Namespace   string      `yaml:"namespace" required:"true" example:"microsvcs"`
	Credentials Declaration `yaml:"credentials" required:"true" example:"{backends: [vault], secrets: [...]}"`
}

// Parse reads the content of a file with a declaration of its own. The error is strictyaml.Problems.
func Parse(file string, data []byte) (*File, error) {
	var d document
	doc := strictyaml.Decode(file, data, &d)
	if doc.Has("namespace") {
		checkNamespace(doc, "namespace", d.Namespace)
	}
	warnings := d.Credentials.Validate(doc, "credentials", d.Namespace)
	if err := doc.Problems().Err(); err != nil {
		return nil, err
	}
	return NewFile(d.Namespace, &d.Credentials, nil, warnings), nil
}

// NewFile returns a valid declaration with the repositories that are known beside those that it says itself.
func NewFile(namespace string, d *Declaration, known []Repository, warnings strictyaml.Problems) *File {
	f := &File{Namespace: namespace, Declaration: *d, Warnings: warnings}
	for _, r := range slices.Concat(known, d.Repositories) {
		r.Namespace = cmp.Or(r.Namespace, namespace)
		if !slices.Contains(f.Repositories, r) {
			f.Repositories = append(f.Repositories, r)
		}
	}
	return f
}

// Wanted is a Secret that there is to be.
type Wanted struct {
	SecretName

	Credential *Credential
}

// Wanted returns each credential in each of its namespaces, by namespace and name.
func (f *File) Wanted() []Wanted {
	var all []Wanted
	for i := range f.Declaration.Secrets {
		c := &f.Declaration.Secrets[i]
		for _, namespace := range c.namespaces(f.Namespace) {
			all = append(all, Wanted{SecretName: SecretName{Namespace: namespace, Name: c.Name}, Credential: c})
		}
	}
	slices.SortFunc(all, func(a, b Wanted) int { return a.Compare(b.SecretName) })
	return all
}

// Compare orders names of Secrets by namespace, then by name.
func (n SecretName) Compare(other SecretName) int {
	return cmp.Or(cmp.Compare(n.Namespace, other.Namespace), cmp.Compare(n.Name, other.Name))
}

// namespaces returns where the credential's Secrets are.
func (c *Credential) namespaces(fallback string) []string {
	if len(c.Namespaces) == 0 {
		return []string{fallback}
	}
	return c.Namespaces
}
