package cards_test

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/golden"
)

func TestDiffOfManifests(t *testing.T) {
	where := answers.Manifests{Repository: "acme/microsvcs", Branch: "main", Commit: "c640c80aaaa", Path: "k8s/overlays/production/red"}
	rendered, same, late := where, where, where
	rendered.Unchanged = 2
	rendered.Changed = []answers.ManifestChange{
		{Kind: "Deployment", Namespace: "red-production", Name: "red", Added: 1, Removed: 1, Diff: "@@ -1 +1 @@\n-image: red:3.1.0\n+image: red:3.2.0\n"},
		{Kind: "Namespace", Name: "red-production", Added: 1, Diff: "@@ -1,0 +1 @@\n+kind: Namespace\n"},
	}
	same.Unchanged = 4
	late.Note = "GitHub did not answer in time."
	for name, m := range map[string]answers.Manifests{"changed": rendered, "same": same, "late": late} {
		d := behind()
		d.Manifests = &m
		golden.Compare(t, "manifests-"+name+".txt", full(cards.Diff(d, chat(""), links)))
	}
}
