package credentials_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// candidate writes "namespace/name type what" or "namespace/name type ~ regex".
func candidate(t *testing.T, line string) credentials.Candidate {
	t.Helper()
	words := strings.Fields(line)
	namespace, name, _ := strings.Cut(words[0], "/")
	c := credentials.Candidate{
		SecretName: credentials.SecretName{Namespace: namespace, Name: name}, Type: credentials.Type(words[1]),
		RepoURL: words[len(words)-1], IsRegex: len(words) == 4,
	}
	return c
}

func candidates(t *testing.T, lines ...string) []credentials.Candidate {
	t.Helper()
	var all []credentials.Candidate
	for _, line := range lines {
		all = append(all, candidate(t, line))
	}
	return all
}

func TestMatchTakesWhatKargoTakes(t *testing.T) {
	for _, test := range []struct {
		name            string
		project, shared []string
		kind            credentials.Type
		repo, want      string
	}{
		{"the first by name", []string{"p/b image ~ ^quay\\.io/", "p/a image ~ ^quay\\.io/acme/"}, nil, "image", "quay.io/acme/red", "p/a"},
		{"a regex before what is exact", []string{"p/z git https://github.com/acme/x", "p/a git ~ github"}, nil, "git", "https://github.com/acme/x.git", "p/a"},
		{"the project before the shared one", []string{"p/z git ~ ."}, []string{"s/a git https://github.com/acme/x"}, "git", "https://github.com/acme/x", "p/z"},
		{"the shared one", []string{"p/a git https://github.com/acme/other"}, []string{"s/a git ~ ^https://github"}, "git", "https://github.com/acme/x", "s/a"},
		{"none", []string{"p/a git https://github.com/acme/other"}, nil, "git", "https://github.com/acme/x", ""},
		{"of the type alone", []string{"p/a git ~ .", "p/b helm ~ ."}, nil, "image", "quay.io/acme/red", ""},
		{"unanchored", []string{"p/a image ~ quay.io/*"}, nil, "image", "evil.example/quay.io/red", "p/a"},
		{"a regex against the URL as it is compared", []string{"p/a image ~ ^acme/"}, nil, "image", "docker.io/acme/red", "p/a"},
		{"a regex against the URL as it is written", []string{"p/a image ~ ^docker\\.io/"}, nil, "image", "docker.io/acme/red", "p/a"},
		{"a regex is not normalized", []string{"p/a image ~ ^docker\\.io/"}, nil, "image", "acme/red", ""},
		{"what is no regex is passed over", []string{"p/a image ~ quay(", "p/b image ~ quay"}, nil, "image", "quay.io/acme/red", "p/b"},
		{"an asterisk is no pattern in what is exact", []string{"p/a image quay.io/*"}, nil, "image", "quay.io/acme/red", ""},
		{"a port is no SCP path", []string{"p/a image my-registry.io:5000/image"}, nil, "image", "my-registry.io:5000/image", "p/a"},
		{"https and SSH are two repositories", []string{"p/a git https://github.com/acme/x"}, nil, "git", "git@github.com:acme/x.git", ""},
		{"with or without oci", []string{"p/a helm oci://quay.io/acme/charts/red"}, nil, "helm", "quay.io/acme/charts/red", "p/a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ok := credentials.Match(test.kind, test.repo, candidates(t, test.project...), candidates(t, test.shared...))
			name := ""
			if ok {
				name = got.String()
			}
			if name != test.want {
				t.Errorf("Kargo takes %q, want %q", name, test.want)
			}
		})
	}
}

func TestCandidateOfSecret(t *testing.T) {
	name := credentials.SecretName{Namespace: "p", Name: "a"}
	label := func(s string) map[string]string { return map[string]string{credentials.LabelType: s} }
	data := func(s string) map[string][]byte {
		return map[string][]byte{"repoURL": []byte("quay"), "repoURLIsRegex": []byte(s)}
	}
	for _, test := range []struct {
		labels map[string]string
		data   map[string][]byte
		want   bool
		regex  bool
	}{
		{label("image"), data("true"), true, true},
		{label("image"), data("True"), true, false}, // Kargo compares with "true"
		{label("helm"), map[string][]byte{"repoURL": nil}, true, false},
		{label("generic"), data("true"), false, true},
		{nil, data("true"), false, true},
		{label("git"), map[string][]byte{"username": []byte("x")}, false, false},
		{label("git"), nil, false, false},
	} {
		got, ok := credentials.CandidateOf(name, test.labels, test.data)
		if ok != test.want || got.IsRegex != test.regex || got.SecretName != name {
			t.Errorf("%v %v: %+v, %v", test.labels, test.data, got, ok)
		}
	}
}

func TestOverlapsInWords(t *testing.T) {
	repositories := []credentials.Repository{
		{Type: "image", URL: "quay.io/acme/red", Namespace: "p"},
		{Type: "image", URL: "ghcr.io/acme/red", Namespace: "p"},
		{Type: "git", URL: "https://github.com/acme/x", Namespace: "p"},
		{Type: "git", URL: "https://github.com/acme/x", Namespace: "s"},
		{Type: "helm", URL: "oci://quay.io/acme/chart", Namespace: "p"},
	}
	all := candidates(t, "p/quay image ~ ^quay\\.io/", "p/old image ~ quay", "s/quay image ~ ^quay\\.io/", "s/github git ~ ^https://github\\.com/",
		"p/github git https://github.com/acme/x.git", "q/github git ~ .", "p/chart helm oci://quay.io/acme/other")
	var got []string
	for _, o := range credentials.Overlaps(repositories, all, "s") {
		got = append(got, o.Message)
	}
	want := []string{
		"quay.io/acme/red (image, p): Kargo takes p/old, because old comes before quay by name; p/quay, s/quay match, too, and are not used. " +
			"Narrow them, or rename them so that the right one comes first.",
		"ghcr.io/acme/red (image, p): no credential matches, so that Kargo asks without one. If it is private, declare one.",
		"https://github.com/acme/x (git, p): Kargo takes p/github, because the Project's own come before shared ones; s/github matches, too, and is not used. " +
			"Narrow one of the two, or rename them so that the right one comes first.",
		"https://github.com/acme/x (git, s): Kargo takes s/github.",
		"oci://quay.io/acme/chart (helm, p): no credential matches, so that Kargo asks without one. If it is private, declare one.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	var unused []string
	for _, c := range credentials.Unmatched(repositories, all, "s") {
		unused = append(unused, c.String())
	}
	if diff := cmp.Diff([]string{"q/github", "p/chart"}, unused); diff != "" {
		t.Errorf("of no use (-want +got)\n%s", diff)
	}
}
