package demo

import (
	"embed"
	"io/fs"
	"maps"
	"path"
	"strings"
)

// templates are the manifests of a service in the guide's repository: base is its base, and overlay its
// overlay for an environment.
//
//go:embed monorepo
var templates embed.FS

// manifestsOf returns the manifests of a service, by path, as they are with those tags in the environments.
func manifestsOf(service string, tags map[string]string) map[string]string {
	files := map[string]string{}
	fill(files, "base", path.Join("k8s/base", service), "{service}", service)
	for environment, tag := range tags {
		maps.Copy(files, overlayOf(service, environment, tag))
	}
	return files
}

// overlayOf returns the overlay of a service for an environment after the image was set there.
func overlayOf(service, environment, tag string) map[string]string {
	files := map[string]string{}
	fill(files, "overlay", overlayPath(service, environment), "{service}", service, "{environment}", environment, "{tag}", tag)
	return files
}

// fill adds the files of a template.
func fill(files map[string]string, template, folder string, placeholders ...string) {
	replace := strings.NewReplacer(placeholders...)
	names, _ := fs.Glob(templates, "monorepo/"+template+"/*") // its one error is about the pattern
	for _, name := range names {
		text, _ := fs.ReadFile(templates, name) // it is there
		files[path.Join(folder, path.Base(name))] = replace.Replace(string(text))
	}
}

// codeOf returns the code of a service as it begins.
func codeOf(service string) map[string]string {
	return map[string]string{
		codeFolder(service) + "main.go":    "// Command " + service + " answers in " + service + ".\npackage main\n\nfunc main() { serve() }\n",
		codeFolder(service) + "Dockerfile": "FROM golang:1.25\n",
	}
}

// codeFolder is where the code of a service is, with a slash at the end.
func codeFolder(service string) string { return "projects/" + service + "/" }

// changelog is the file that a release writes.
const changelog = "CHANGELOG.md"
