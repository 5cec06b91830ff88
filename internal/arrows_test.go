// Package internal_test holds the test of the import arrows: which package may import which.
package internal_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/davidaparicio/kargo-bot/"

// floors has every package of the project, lowest floor first. A package imports only from lower
// floors: so whoever reads a package knows what can be behind it, and a change on one floor can only
// concern those above. Two packages on one floor can't know each other, which is what keeps Slack
// out of GitHub and a use case out of another.
var floors = [][]string{
	// Leaves: they know nothing of the project.
	{
		"internal/answers", "internal/backoff", "internal/golden", "internal/nearest", "internal/secret", "internal/slackfake/blockkit", "internal/githubfake/history",
		"internal/kargosim/crds", "internal/demo/page", "internal/github/recall",
		"internal/manifests/temporary",
	},
	{
		"internal/chatops", "internal/strictyaml", "api/v1alpha1", "internal/kargo/v1alpha1", "internal/slackfake",
		"internal/githubfake", "internal/githubfake/gitimport", "internal/githubfake/openapi", "internal/githubfake/openapi/slice", "internal/githubfake/webhookshapes",
	},
	{"internal/releasenotes", "internal/credentials"},
	{
		"internal/kargo", "internal/access", "internal/freightdiff", "internal/overlay", "internal/notify", "internal/cards", "internal/manifests", "internal/route", "internal/wording",
		"internal/kargosim/memory", "internal/kargosim/rules", "internal/kargosim/event", "internal/kargosim/registry",
	},
	{"internal/contents", "internal/cards/cardstest", "internal/notify/ledger", "internal/manifests/generate", "internal/manifests/edit", "internal/manifests/schema"},
	{
		"internal/manifests/directory", "internal/manifests/cluster",
		"internal/bot", "internal/doctor", "internal/pullrequest", "internal/shipment", "internal/release", "internal/record", "internal/notice", "internal/announce",
		"internal/kargosim/admission", "internal/kargosim/controller", "internal/kargosim/world",
	},
	{"internal/github", "internal/slack", "internal/webhook", "internal/terminal", "internal/config", "internal/kargosim", "internal/doctor/reference"},
	{"internal/app"},
	{"internal/demo"},
	{"cmd/bot"},
}

// only says who alone may import a library, so that the rest of the project does not grow around it.
var only = map[string][]string{
	"github.com/google/go-github/":            {"internal/github"},
	"github.com/bradleyfalzon/ghinstallation": {"internal/github"},
	"github.com/slack-go/slack":               {"internal/slack"},
	"github.com/getkin/kin-openapi/":          {"internal/githubfake/openapi", "internal/githubfake/openapi/slice"},
	"go.yaml.in/yaml/":                        {"internal/strictyaml"},
	"github.com/spf13/cobra":                  {"cmd/bot"},
	"sigs.k8s.io/kustomize/":                  {"internal/overlay"},
	"github.com/yuin/goldmark":                {"internal/releasenotes"},
	module + "internal/githubfake": {
		"internal/demo", "internal/githubfake", "internal/githubfake/gitimport", "internal/githubfake/openapi", "internal/githubfake/webhookshapes",
	},
	module + "internal/slackfake": {"internal/demo", "internal/slackfake"},
	module + "internal/kargosim": {
		"internal/demo", "internal/kargosim", "internal/kargosim/admission", "internal/kargosim/controller", "internal/kargosim/world",
	},
}

// pure are the packages of the standard library alone, so that they can be read, tested and reused
// without anything else.
var pure = []string{"internal/answers", "internal/chatops", "internal/nearest", "internal/slackfake", "internal/slackfake/blockkit", "internal/githubfake/history"}

type listed struct {
	ImportPath string
	Imports    []string
}

func TestImportsPointDownwards(t *testing.T) {
	floor := map[string]int{}
	for i, names := range floors {
		for _, name := range names {
			floor[name] = i
		}
	}
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		own, ok := floor[name]
		if !ok {
			t.Errorf("%s is on no floor: give it one in this test", name)
			continue
		}
		for _, imported := range p.Imports {
			below, ours := strings.CutPrefix(imported, module)
			if ours && floor[below] >= own {
				t.Errorf("%s imports %s, which is not on a lower floor", name, below)
			}
			for library, who := range only {
				if strings.HasPrefix(imported, library) && !slices.Contains(who, name) {
					t.Errorf("%s imports %s, which only %v may", name, imported, who)
				}
			}
			if slices.Contains(pure, name) && strings.Contains(strings.Split(imported, "/")[0], ".") && !isPure(below, ours) {
				t.Errorf("%s imports %s, but it is of the standard library alone", name, imported)
			}
		}
	}
}

func isPure(name string, ours bool) bool { return ours && slices.Contains(pure, name) }

// packages lists the packages of this module with what they import, tests left out.
func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "../...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		if p.ImportPath != module+"internal" {
			all = append(all, p)
		}
	}
	if len(all) < len(floors) {
		t.Fatalf("go list shows %d packages, too few to be all", len(all))
	}
	return all
}
