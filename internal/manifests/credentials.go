package manifests

import (
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// LoadCredentials reads the declaration of credentials from a file of its own, or from a pipeline file that has one.
// The error is a strictyaml.Problem if it can't be read, and strictyaml.Problems if its content is wrong.
func LoadCredentials(path string) (*credentials.File, error) {
	data, err := strictyaml.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return ParseCredentials(path, data)
}

// ParseCredentials does what LoadCredentials does with the content of the named file.
func ParseCredentials(file string, data []byte) (*credentials.File, error) {
	if !isPipeline(data) {
		return credentials.Parse(file, data)
	}
	p, err := Parse(file, data)
	if err != nil {
		return nil, err
	}
	if p.Credentials == nil {
		return nil, strictyaml.Problems{{File: file, Path: "credentials", Message: "missing",
			Fix: "add it, or name the file that has it"}}
	}
	return credentials.NewFile(p.Namespace, p.Credentials, p.Repositories(), p.CredentialWarnings), nil
}

// isPipeline tells the two kinds of files apart by what only a pipeline file has.
func isPipeline(data []byte) bool {
	var any struct{}
	doc := strictyaml.Decode("", data, &any)
	return doc.Has("project")
}

// Repositories returns what Kargo uses for the pipeline: the Git repository that it commits to, and the images of the
// services.
func (p *Pipeline) Repositories() []credentials.Repository {
	var all []credentials.Repository
	if p.GitRepo != "" {
		all = append(all, credentials.Repository{Type: credentials.TypeGit, URL: p.GitRepo, Namespace: p.Namespace})
	}
	if registry := strings.TrimSuffix(p.DockerRegistry, "/"); registry != "" {
		for _, service := range p.Services {
			all = append(all, credentials.Repository{Type: credentials.TypeImage, URL: registry + "/" + service, Namespace: p.Namespace})
		}
	}
	return all
}
