package overlay

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/kustomize/api/types"
)

// TestImagesAreSetAsKargoDoes has the cases of Kargo's own test of its step.
func TestImagesAreSetAsKargoDoes(t *testing.T) {
	for _, test := range []struct {
		name    string
		current []types.Image
		images  []Image
		want    []types.Image
	}{
		{"a new one beside others, by name", []types.Image{{Name: "redis", NewTag: "7"}}, []Image{{Name: "nginx", NewTag: "1.21.0"}},
			[]types.Image{{Name: "nginx", NewTag: "1.21.0"}, {Name: "redis", NewTag: "7"}}},
		{"a tag goes when a digest comes", []types.Image{{Name: "nginx", NewTag: "1.19.0"}}, []Image{{Name: "nginx", Digest: "sha256:aa"}},
			[]types.Image{{Name: "nginx", Digest: "sha256:aa"}}},
		{"a digest goes when a tag comes, and so does a name", []types.Image{{Name: "nginx", NewName: "acme/nginx", Digest: "sha256:aa", TagSuffix: "-x"}}, []Image{{Name: "nginx", NewTag: "1.21.0"}},
			[]types.Image{{Name: "nginx", NewTag: "1.21.0"}}},
		{"both", nil, []Image{{Name: "nginx", NewTag: "1.21.0", Digest: "sha256:aa"}}, []types.Image{{Name: "nginx", NewTag: "1.21.0", Digest: "sha256:aa"}}},
		{"asterisks keep what is there", []types.Image{{Name: "nginx", NewName: "acme/nginx", NewTag: "1.19.0", Digest: "sha256:aa"}}, []Image{{Name: "nginx", NewName: "*", NewTag: "*", Digest: "*"}},
			[]types.Image{{Name: "nginx", NewName: "acme/nginx", NewTag: "1.19.0", Digest: "sha256:aa"}}},
		{"asterisks and nothing there", nil, []Image{{Name: "nginx", NewName: "*", NewTag: "1", Digest: "*"}}, []types.Image{{Name: "nginx", NewTag: "1"}}},
		{"of two entries of a name the last one stays", []types.Image{{Name: "nginx", NewTag: "1"}, {Name: "nginx", NewTag: "2", TagSuffix: "-x"}}, nil,
			[]types.Image{{Name: "nginx", NewTag: "2", TagSuffix: "-x"}}},
		{"of two images of a name the last one counts", nil, []Image{{Name: "nginx", NewTag: "1"}, {Name: "nginx", NewTag: "2"}}, []types.Image{{Name: "nginx", NewTag: "2"}}},
	} {
		if diff := cmp.Diff(test.want, set(test.current, test.images)); diff != "" {
			t.Errorf("%s: -want +got\n%s", test.name, diff)
		}
	}
}
