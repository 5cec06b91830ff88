package harness

import (
	"fmt"
	"maps"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

// OpenPull is an open pull request of WithCode's repository. It touches red.
const OpenPull = 231

// WithCode returns options for a world in which the repository has the code of red and blue, in the versions
// that Project.Service promotes, and the overlays that promotions change.
func WithCode() WorldOptions {
	return WorldOptions{Config: configureCode, GitHub: addCode}
}

func configureCode(config map[string]any) {
	github := config["github"].(map[string]any)
	github["web"] = "https://github.com"
	github["sources"] = map[string]any{
		"*": map[string]any{"repo": Repo, "paths": []any{"projects/{service}/**"}, "tags": []any{"{service}/{version}"}},
	}
	pipeline := config["pipelines"].([]any)[0].(map[string]any)
	pipeline["overlays"] = map[string]any{"repo": Repo, "path": "k8s/overlays/{environment}/{service}", "image": "acme/app"}
}

func addCode(config *githubfake.Config) {
	maps.Copy(config.App.Permissions, map[string]string{"contents": "read"})
	config.App.Events = append(config.App.Events, "pull_request", "push", "create", "release")
	repo := &config.World.Repositories[0]
	repo.Commits = []githubfake.Commit{
		{ID: "c1", Author: "octocat", Message: "chore: begin", Files: beginning()},
		{ID: "c2", Author: "octocat", Message: "chore: release red 3.1.0 (#5)", Files: map[string]string{"projects/red/VERSION": "3.1.0\n"}},
		{ID: "c3", Author: "hubot", Message: "feat(red)!: drop /v1 (#7)", Files: map[string]string{"projects/red/main.go": "package red // v2\n"}},
		{ID: "c4", Author: "octocat", Message: "fix(blue): close idle connections (#8)", Files: map[string]string{"projects/blue/main.go": "package blue // fixed\n"}},
		{ID: "s1", Parents: []string{"c3"}, Author: "octocat", Message: "fix(red): retry on 429", Files: map[string]string{"projects/red/retry.go": "package red\n"}},
		{ID: "c5", Parents: []string{"c4", "s1"}, Author: "octocat", Message: "Merge pull request #9 from acme/retry\n\nfix(red): retry on 429 & <friends>"},
		{ID: "c6", Author: "octocat", Message: "chore: release red 3.2.0 (#10)", Files: map[string]string{"projects/red/VERSION": "3.2.0\n"}},
		{ID: "p1", Parents: []string{"c6"}, Author: "octocat", Message: "feat(red): announce the region", Files: map[string]string{"projects/red/region.go": "package red\n"}},
	}
	repo.Branches = map[string]string{"main": "c6", "region": "p1"}
	repo.Tags = []githubfake.Tag{{Name: "red/3.1.0", Commit: "c2"}, {Name: "red/3.2.0", Commit: "c6"}, {Name: "blue/3.1.0", Commit: "c2"}, {Name: "blue/3.2.0", Commit: "c6"}}
	repo.Releases = []githubfake.Release{
		{Tag: "red/3.1.0", Name: "red 3.1.0", Notes: "The first."},
		{Tag: "red/3.2.0", Name: "red 3.2.0", Notes: "### Bug Fixes\n\n* **red:** retry on 429, says @hubot ([#9](https://github.com/acme/microsvcs/issues/9))\n"},
	}
	repo.PullRequests = []githubfake.PullRequest{
		{Number: PullRequest, Title: "feat(red)!: drop /v1", Author: "hubot", Merged: true, HeadSHA: "c3", BaseSHA: "c2", MergeSHA: "c3"},
		{Number: OpenPull, Title: "feat(red): announce the region", Author: "octocat", Head: "region", HeadSHA: "p1", BaseSHA: "c6"},
	}
}

// beginning is the content of the repository at its beginning.
func beginning() map[string]string {
	files := map[string]string{"README.md": "# acme\n"}
	for _, service := range []string{"red", "blue"} {
		files["projects/"+service+"/main.go"] = "package " + service + "\n"
		files["k8s/base/"+service+"/kustomization.yaml"] = "resources: [deployment.yaml, secret.yaml]\n"
		files["k8s/base/"+service+"/secret.yaml"] = "apiVersion: v1\nkind: Secret\nmetadata: {name: " + service + "}\nstringData: {token: sentinel-of-the-manifests}\n"
		files["k8s/base/"+service+"/deployment.yaml"] = fmt.Sprintf(`apiVersion: apps/v1
kind: Deployment
metadata: {name: %[1]s}
spec:
  selector: {matchLabels: {app: %[1]s}}
  template:
    metadata: {labels: {app: %[1]s}}
    spec:
      containers:
      - {name: %[1]s, image: acme/app}
`, service)
		for _, environment := range []string{"staging", "production"} {
			files["k8s/overlays/"+environment+"/"+service+"/kustomization.yaml"] = fmt.Sprintf(`namespace: %s
resources: [../../../base/%s]
images:
- {name: acme/app, newName: %s, newTag: 3.1.0}
`, environment, service, image(service))
		}
	}
	return files
}
