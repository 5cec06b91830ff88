package doctor

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// repositoryConfig is what names repositories in the configuration of the steps that look for credentials
// (pkg/promotion/runner/builtin of v1.11.2).
type repositoryConfig struct {
	RepoURL  string `json:"repoURL"`
	Path     string `json:"path"`
	ImageRef string `json:"imageRef"`
	SrcRef   string `json:"srcRef"`
	DestRef  string `json:"destRef"`
	Checkout []struct {
		Path string `json:"path"`
	} `json:"checkout"`
}

// steppedIn gathers what the steps of one Stage use.
type steppedIn struct {
	*state
	*inventory

	stage placed
	// folders has, by folder, where among what is used the repository is that was checked out there.
	folders map[string]int
}

// stepped adds the repositories of a Stage's steps.
func (s *state) stepped(v *inventory, stage placed) {
	in := &steppedIn{state: s, inventory: v, stage: stage, folders: map[string]int{}}
	if !stage.stage.IsControlFlow() {
		for _, one := range stage.stage.Spec.PromotionTemplate.Spec.Steps {
			if one.Task != nil {
				v.unknownOf(anyType...)
			}
		}
	}
	for _, one := range s.steps(stage.stage) {
		config, _ := configured[repositoryConfig](one)
		switch strings.ToLower(one.Uses) {
		case "git-clone":
			if i, ok := in.add(one, credentials.TypeGit, config.RepoURL); ok {
				in.checkedOut(one, config, i)
			}
		case "git-open-pr", "git-merge-pr":
			if i, ok := in.add(one, credentials.TypeGit, config.RepoURL); ok {
				in.pushed(i)
			}
		case "git-wait-for-pr":
			in.add(one, credentials.TypeGit, config.RepoURL)
		case "git-push", "github-push":
			in.push(one, config.Path)
		case "oci-download":
			in.addArtifact(one, config.ImageRef)
		case "oci-push":
			in.addArtifact(one, config.SrcRef)
			if i, ok := in.addArtifact(one, config.DestRef); ok {
				in.pushed(i)
			}
		case "helm-update-chart", "helm-template":
			v.unknownOf(credentials.TypeHelm) // the dependencies of the chart, which are in Git
		}
	}
}

// add adds a repository, and returns where it is. It reports false if it is only known as the step runs.
func (in *steppedIn) add(one step, t credentials.Type, written string) (int, bool) {
	url, known := one.env.resolve(written)
	if !known || url == "" {
		in.unknownOf(t)
		return 0, false
	}
	u := used{by: "Stage " + in.stage.stage.Name, service: in.stage.service}
	u.Type, u.URL, u.Namespace = t, url, in.Namespace
	in.used = append(in.used, u)
	return len(in.used) - 1, true
}

// addArtifact adds the repository of an artifact in a registry: of charts, if it says oci://.
func (in *steppedIn) addArtifact(one step, written string) (int, bool) {
	reference, known := one.env.resolve(written)
	if !known {
		in.unknownOf(credentials.TypeImage, credentials.TypeHelm)
		return 0, false
	}
	reference, _, _ = strings.Cut(reference, "@")
	if i := strings.LastIndexByte(reference, ':'); i > strings.LastIndexByte(reference, '/') {
		reference = reference[:i]
	}
	t := credentials.TypeImage
	if strings.HasPrefix(reference, "oci://") {
		t = credentials.TypeHelm
	}
	return in.add(one, t, reference)
}

// pushed notes that Kargo pushes to a repository.
func (in *steppedIn) pushed(i int) { in.used[i].writes, in.used[i].proven = true, in.stage.proven }

// checkedOut notes in which folders a repository is.
func (in *steppedIn) checkedOut(one step, config repositoryConfig, i int) {
	for _, checkout := range config.Checkout {
		if folder, known := one.env.resolve(checkout.Path); known {
			in.folders[path.Clean(folder)] = i
		}
	}
}

// push notes that what is in a folder is pushed.
func (in *steppedIn) push(one step, written string) {
	folder, known := one.env.resolve(written)
	if !known {
		in.cannot(fmt.Sprintf("Stage %s works out which folder it pushes as it runs.", in.stage.stage.Name))
		return
	}
	for folder = path.Clean(folder); ; folder = path.Dir(folder) {
		if i, ok := in.folders[folder]; ok {
			in.pushed(i)
			return
		}
		if slices.Contains([]string{".", "/"}, folder) {
			return
		}
	}
}
