package freightdiff_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

func image(repo, tag, digest, revision string) kargoapi.FreightReference {
	i := kargoapi.Image{RepoURL: repo, Tag: tag, Digest: digest}
	if revision != "" {
		i.Annotations = map[string]string{"org.opencontainers.image.revision": revision}
	}
	return kargoapi.FreightReference{Images: []kargoapi.Image{i}}
}

func commit(repo, id, branch, tag string) kargoapi.FreightReference {
	return kargoapi.FreightReference{Commits: []kargoapi.GitCommit{{RepoURL: repo, ID: id, Branch: branch, Tag: tag}}}
}

func chart(repo, name, version string) kargoapi.FreightReference {
	return kargoapi.FreightReference{Charts: []kargoapi.Chart{{RepoURL: repo, Name: name, Version: version}}}
}

func other(kind, name, version string) kargoapi.FreightReference {
	return kargoapi.FreightReference{Artifacts: []kargoapi.ArtifactReference{{ArtifactType: kind, SubscriptionName: name, Version: version}}}
}

func set(refs ...kargoapi.FreightReference) []kargoapi.FreightReference { return refs }

func TestCompare(t *testing.T) {
	version := func(v string) *answers.ArtifactVersion { return &answers.ArtifactVersion{Version: v} }
	for _, test := range []struct {
		name     string
		from, to []kargoapi.FreightReference
		want     []answers.ArtifactChange
		same     int
	}{
		{"nothing and nothing", nil, nil, []answers.ArtifactChange{}, 0},
		{"an image", set(image("quay.io/acme/red", "3.1.0", "sha256:aa", "1111111a")), set(image("quay.io/acme/red", "3.2.0", "sha256:bb", "8d2f6b2a")),
			[]answers.ArtifactChange{{
				Kind: "image", Artifact: "quay.io/acme/red",
				From: &answers.ArtifactVersion{Version: "3.1.0", Digest: "sha256:aa", Revision: "1111111a"},
				To:   &answers.ArtifactVersion{Version: "3.2.0", Digest: "sha256:bb", Revision: "8d2f6b2a"},
			}}, 0},
		{"the same image from another Warehouse", set(image("r", "1", "sha256:aa", "")), set(image("r", "1", "sha256:aa", "")), []answers.ArtifactChange{}, 1},
		{"a tag that was moved", set(image("r", "1", "sha256:aa", "")), set(image("r", "1", "sha256:bb", "")), []answers.ArtifactChange{{
			Kind: "image", Artifact: "r", From: &answers.ArtifactVersion{Version: "1", Digest: "sha256:aa"}, To: &answers.ArtifactVersion{Version: "1", Digest: "sha256:bb"},
		}}, 0},
		{"an image without a tag", nil, set(image("r", "", "sha256:abcdefghij", "")), []answers.ArtifactChange{{
			Kind: "image", Artifact: "r", To: &answers.ArtifactVersion{Version: "abcdefg", Digest: "sha256:abcdefghij"},
		}}, 0},
		{"a commit", set(commit("g", "1234567890", "main", "")), set(commit("g", "abcdefghij", "main", "v2")), []answers.ArtifactChange{{
			Kind: "git", Artifact: "g", From: &answers.ArtifactVersion{Version: "1234567", Revision: "1234567890", Branch: "main"},
			To: &answers.ArtifactVersion{Version: "v2", Revision: "abcdefghij", Branch: "main"},
		}}, 0},
		{"a commit that was tagged since", set(commit("g", "1234567890", "main", "")), set(commit("g", "1234567890", "", "v2")), []answers.ArtifactChange{}, 1},
		{"one comes, one goes, one stays, in this order",
			set(chart("oci://c", "", "1"), chart("https://c/", "red", "1"), image("r", "1", "", "")),
			set(image("r", "1", "", ""), other("rpm", "tools", "5"), other("", "data", "6")),
			[]answers.ArtifactChange{
				{Kind: "rpm", Artifact: "tools", To: version("5")}, {Kind: "artifact", Artifact: "data", To: version("6")},
				{Kind: "chart", Artifact: "oci://c", From: version("1")}, {Kind: "chart", Artifact: "https://c/red", From: version("1")},
			}, 1},
		{"what is in several Freight counts once", set(image("r", "1", "", ""), image("r", "2", "", "")), set(image("r", "1", "", "")), []answers.ArtifactChange{}, 1},
	} {
		got := freightdiff.Compare(test.from, test.to)
		if diff := cmp.Diff(freightdiff.Changes{Artifacts: test.want, Same: test.same}, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", test.name, diff)
		}
	}
}

func TestRecord(t *testing.T) {
	got := freightdiff.Compare(
		set(image("r", "1", "sha256:aaaaaaaaa", ""), chart("gone", "", "1")), set(image("r", "1", "sha256:bbbbbbbbb", ""), chart("new", "", strings.Repeat("9", 300)))).Record()
	want := []v1alpha1.ArtifactChange{
		{Artifact: "r", From: "1 (aaaaaaa)", To: "1 (bbbbbbb)"},
		{Artifact: "new", To: strings.Repeat("9", 255) + "…"},
		{Artifact: "gone", From: "1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRecordHoldsNoMoreThanAShipment(t *testing.T) {
	var to []kargoapi.FreightReference
	for i := range 30 {
		to = append(to, chart(fmt.Sprint(i), "", "1"))
	}
	if got := freightdiff.Compare(nil, to).Record(); len(got) != 20 {
		t.Errorf("%d changes are recorded", len(got))
	}
}
