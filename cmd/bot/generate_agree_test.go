package main

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/davidaparicio/kargo-bot/internal/manifests/cluster"
)

func TestWhatArgoCDDeletesIsAgreedToOnItsOwn(t *testing.T) {
	set := schema.GroupVersionKind{Group: "argoproj.io", Version: "v1alpha1", Kind: "ApplicationSet"}
	change := cluster.Step{Verb: cluster.Change, Kind: set, Namespace: "argocd", Name: "p"}
	deletes := change
	deletes.Deletes = []string{"blue-dev", "blue-prod"}
	for _, test := range []struct {
		name    string
		step    cluster.Step
		flags   generateFlags
		answers string
		fails   string // what ends it, nothing if it goes on
		says    string
	}{
		{"yes", change, generateFlags{}, "y\n", "", "0 to create, 1 to change, 0 to delete. Go on? [y/N]"},
		{"no", change, generateFlags{}, "\n", "nothing was done", "Go on?"},
		{"nobody", change, generateFlags{}, "", "then add --yes", "Go on?"},
		{"by --yes", change, generateFlags{yes: true}, "", "", ""},
		{"both", deletes, generateFlags{}, "y\nyes\n", "", "Argo CD will delete 2 Applications and all that they have deployed. Is that meant? [y/N]"},
		{"the first alone", deletes, generateFlags{}, "y\nn\n", "nothing was done",
			"delete application/blue-dev (by Argo CD, with all that it has deployed: applicationset/p no longer makes it)\n"},
		{"nobody for the second", deletes, generateFlags{}, "y\n", "then add --delete-applications", "Is that meant?"},
		{"--yes alone", deletes, generateFlags{yes: true}, "y\n", "to which --yes alone does not agree; if that is meant, add --delete-applications",
			"delete application/blue-prod"},
		{"by both flags", deletes, generateFlags{yes: true, deleteApplications: true}, "", "", "delete application/blue-prod"},
		{"by the flag alone", deletes, generateFlags{deleteApplications: true}, "y\n", "", "Go on?"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd := newGenerate()
			var said strings.Builder
			cmd.SetErr(&said)
			cmd.SetIn(strings.NewReader(test.answers))
			err := agree(cmd, test.flags, &cluster.Plan{Steps: []cluster.Step{test.step}})
			if (err == nil) != (test.fails == "") || err != nil && !strings.Contains(err.Error(), test.fails) {
				t.Errorf("ended with %v; want %q", err, test.fails)
			}
			if !strings.Contains(said.String(), test.says) {
				t.Errorf("said %q; want %q", said.String(), test.says)
			}
		})
	}
}

func TestWhatStaysIsToldWithWhatToType(t *testing.T) {
	kind := func(name string) schema.GroupVersionKind {
		return schema.GroupVersionKind{Group: "argoproj.io", Version: "v1alpha1", Kind: name}
	}
	cmd := newGenerate()
	var said strings.Builder
	cmd.SetErr(&said)
	left(cmd, &cluster.Plan{Left: []cluster.Step{
		{Kind: kind("AppProject"), Namespace: "argocd", Name: "p"}, {Kind: kind("ApplicationSet"), Namespace: "argocd", Name: "p"},
	}})
	const want = "appproject/p in namespace argocd is no longer in the file and stays: Applications that are still in it could not be synchronised without it. If there are none: kubectl -n argocd delete appproject/p\n" +
		"applicationset/p in namespace argocd is no longer in the file and stays: deleting it deletes its Applications and all that they have deployed. If you want that: kubectl -n argocd delete applicationset/p; to keep them: kubectl -n argocd delete applicationset/p --cascade=orphan\n"
	if said.String() != want {
		t.Errorf("said %q; want %q", said.String(), want)
	}
}
