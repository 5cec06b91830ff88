package contents_test

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/contents"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/overlay"
)

// tree is files by path.
type tree map[string]string

func (tree) Commit() string { return strings.Repeat("c", 40) }

func (t tree) Size(path string) (int64, bool) { content, ok := t[path]; return int64(len(content)), ok }

func (t tree) List(string) []string { return nil }

func (t tree) Read(_ context.Context, path string) ([]byte, error) { return []byte(t[path]), nil }

// forge has that tree, or ends with that error.
type forge struct {
	tree tree
	err  error
}

func (f forge) Tree(context.Context, string, string) (overlay.Tree, error) { return f.tree, f.err }

// red is an overlay of a pod of the service and a proxy.
func red() tree {
	return tree{
		"k8s/production/red/kustomization.yaml": "resources: [pod.yaml]\nimages:\n- {name: acme/app, newName: quay.io/acme/red, newTag: 3.1.0}\n- {name: quay.io/acme/proxy, newTag: 1.0.0}\n",
		"k8s/production/red/pod.yaml":           "apiVersion: v1\nkind: Pod\nmetadata: {name: red}\nspec: {containers: [{name: red, image: acme/app}, {name: proxy, image: quay.io/acme/proxy}]}\n",
	}
}

func rendered(t *testing.T, f forge, d answers.Diff) *answers.Manifests {
	t.Helper()
	m := &contents.Manifests{Trees: f, Overlay: func(project, service, environment string) (contents.Overlay, bool) {
		return contents.Overlay{Repo: "acme/microsvcs", Branch: "main", Path: "k8s/" + environment + "/" + service, Image: "acme/app"}, project != "other"
	}}
	d.Project, d.Service, d.Environment = cmp.Or(d.Project, "microsvcs"), "red", "production"
	return m.Of(t.Context(), d)
}

func image(name, tag string) answers.ArtifactChange {
	return answers.ArtifactChange{Kind: "image", Artifact: "quay.io/acme/" + name, To: &answers.ArtifactVersion{Version: tag}}
}

func TestTheServicesImageIsSetByItsNameInTheManifests(t *testing.T) {
	for name, test := range map[string]struct {
		diff answers.Diff
		want string
	}{
		"the only one":              {answers.Diff{Images: 1, Changes: []answers.ArtifactChange{image("red-server", "3.2.0")}}, "+  - image: quay.io/acme/red-server:3.2.0"},
		"one of two":                {answers.Diff{Images: 2, Changes: []answers.ArtifactChange{image("red", "3.2.0")}}, "+  - image: quay.io/acme/red:3.2.0"},
		"the other one, by its own": {answers.Diff{Images: 2, Changes: []answers.ArtifactChange{image("proxy", "1.1.0")}}, "+  - image: quay.io/acme/proxy:1.1.0"},
	} {
		got := rendered(t, forge{tree: red()}, test.diff)
		if got == nil || len(got.Changed) != 1 || !strings.Contains(got.Changed[0].Diff, test.want) || strings.Count(got.Changed[0].Diff, "\n+") != 1 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestWhyManifestsAreNotRendered(t *testing.T) {
	changes := []answers.ArtifactChange{image("red", "3.2.0")}
	for name, test := range map[string]struct {
		forge     forge
		note      string
		transient bool
	}{
		"rate limit":  {forge{err: &freightdiff.Unavailable{Reason: "GitHub's rate limit is nearly used up."}}, "GitHub's rate limit is nearly used up.", true},
		"no branch":   {forge{err: freightdiff.ErrNotFound}, "There is no branch main in acme/microsvcs, or I may not see it.", false},
		"late":        {forge{err: context.DeadlineExceeded}, "They could not be rendered in time.", true},
		"other":       {forge{err: errors.New("secret detail")}, "They could not be rendered just now.", true},
		"no overlay":  {forge{tree: tree{}}, "kustomization", false},
		"too large":   {forge{err: &overlay.Refusal{Kind: overlay.TooLarge, Reason: "acme/microsvcs has more files than GitHub lists at once."}}, "more files than GitHub lists", false},
		"remote base": {forge{tree: tree{"k8s/production/red/kustomization.yaml": "resources: [https://github.com/acme/base]\n"}}, "https://github.com/acme/base", false},
	} {
		got := rendered(t, test.forge, answers.Diff{Images: 1, Changes: changes})
		if got == nil || !strings.Contains(got.Note, test.note) || got.Transient != test.transient || strings.Contains(got.Note, "secret") {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := rendered(t, forge{tree: red()}, answers.Diff{Project: "other", Changes: changes}); got != nil {
		t.Errorf("of no overlay: %+v", got)
	}
	if got := rendered(t, forge{tree: red()}, answers.Diff{}); got != nil {
		t.Errorf("of no image: %+v", got)
	}
}
