package generate_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/davidaparicio/kargo-bot/internal/kargosim/crds"
	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
)

// beside is where definitions of Kargo and Argo CD are, if they are beside the repository.
var beside = filepath.Join("..", "..", "..", "..", "shared")

// definitions returns those of the simulated Kargo, and of each version that is beside the repository.
func definitions(t *testing.T) map[string][]*apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	embedded, err := crds.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]*apiextensionsv1.CustomResourceDefinition{"simulated": embedded}
	for name, dir := range map[string]string{
		"1.9": "kargo-crds/v1.9.10", "1.10": "kargo-crds/v1.10.10", "1.11": "kargo-crds/v1.11.2", "1.12": "kargo-crds/v1.12-dev", "Argo CD": "argocd-crds",
	} {
		path := filepath.Join(beside, filepath.FromSlash(dir))
		if _, err := os.Stat(path); err != nil {
			t.Logf("the definitions of %s are not here", name)
			continue
		}
		if all[name], err = crds.Directory(path); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// schemas returns the schema of each kind.
func schemas(t *testing.T, all []*apiextensionsv1.CustomResourceDefinition) map[string]*apiextensionsv1.JSONSchemaProps {
	t.Helper()
	out := map[string]*apiextensionsv1.JSONSchemaProps{}
	for _, d := range all {
		out[d.Spec.Names.Kind] = d.Spec.Versions[0].Schema.OpenAPIV3Schema
	}
	return out
}

// check returns what the API server refuses about a value, and the fields that it would drop. Rules in CEL are left to
// the tests on a real one, test/e2e.
func check(path string, value any, s *apiextensionsv1.JSONSchemaProps) []string {
	if s.XPreserveUnknownFields != nil && *s.XPreserveUnknownFields && s.Type == "" {
		return nil
	}
	var problems []string
	switch v := value.(type) {
	case map[string]any:
		return checkMapping(path, v, s)
	case []any:
		if s.Type != "array" || s.MinItems != nil && int64(len(v)) < *s.MinItems {
			return []string{path + ": is a list"}
		}
		for i, element := range v {
			problems = append(problems, check(fmt.Sprintf("%s[%d]", path, i), element, s.Items.Schema)...)
		}
	case string:
		if s.Type != "string" || s.MinLength != nil && int64(len(v)) < *s.MinLength || s.Pattern != "" && !regexp.MustCompile(s.Pattern).MatchString(v) {
			problems = append(problems, fmt.Sprintf("%s: %q is no %s %s", path, v, s.Type, s.Pattern))
		}
		if len(s.Enum) > 0 && !slices.ContainsFunc(s.Enum, func(e apiextensionsv1.JSON) bool { return string(e.Raw) == strconv.Quote(v) }) {
			problems = append(problems, fmt.Sprintf("%s: %q is not among what is allowed", path, v))
		}
	case bool:
		if s.Type != "boolean" {
			problems = append(problems, path+": is a boolean")
		}
	case float64:
		if s.Type != "integer" && s.Type != "number" {
			problems = append(problems, path+": is a number")
		}
	}
	return problems
}

func checkMapping(path string, v map[string]any, s *apiextensionsv1.JSONSchemaProps) []string {
	if s.Type != "object" {
		return []string{path + ": is a mapping"}
	}
	var problems []string
	for _, name := range s.Required {
		if _, there := v[name]; !there {
			problems = append(problems, path+"."+name+": is missing")
		}
	}
	keep := s.XPreserveUnknownFields != nil && *s.XPreserveUnknownFields
	for name, value := range v {
		known, declared := s.Properties[name]
		switch {
		case path == "" && name == "metadata":
		case declared:
			problems = append(problems, check(path+"."+name, value, &known)...)
		case s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil:
			problems = append(problems, check(path+"."+name, value, s.AdditionalProperties.Schema)...)
		case !keep:
			problems = append(problems, path+"."+name+": is unknown")
		}
	}
	return problems
}

func TestKargoAndArgoCDTakeEveryManifest(t *testing.T) {
	for version, all := range definitions(t) {
		kinds := schemas(t, all)
		for _, file := range []string{guide, everything} {
			checked := 0
			for _, m := range generate.Manifests(load(t, file)) {
				v, known := kinds[m.Kind]
				if !known {
					continue
				}
				checked++
				for _, problem := range check("", jsonOf(t, m), v) {
					t.Errorf("%s: %s of %s: %s", version, m.Path, filepath.Base(file), problem)
				}
			}
			if checked == 0 && (version != "Argo CD" || file == everything) {
				t.Errorf("%s: nothing of %s was checked", version, file)
			}
		}
	}
}

func TestTheCheckRefusesWhatKargoRefuses(t *testing.T) {
	for version, all := range definitions(t) {
		stage, known := schemas(t, all)["Stage"]
		if !known {
			continue
		}
		object := map[string]any{"spec": map[string]any{"requestedFreight": []any{map[string]any{"origin": map[string]any{"kind": "Farm", "name": "red"}, "sources": map[string]any{}}}}}
		if problems := check("", object, stage); version != "simulated" && len(problems) == 0 {
			t.Errorf("%s: takes Freight from a farm", version)
		}
	}
}

// jsonOf returns a manifest as the API server would read it.
func jsonOf(t *testing.T, m *generate.Manifest) map[string]any {
	t.Helper()
	raw, err := json.Marshal(m.Map())
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	if err := json.Unmarshal(raw, &object); err != nil {
		t.Fatal(err)
	}
	return object
}

// subscription is what Kargo reads of a subscription from 1.9 on. Its definitions leave that open, and its admission
// does not: the older allowTags fails discovery, an image's semverConstraint is stored and not looked at.
type subscription struct {
	Image *struct {
		RepoURL                string   `json:"repoURL"`
		ImageSelectionStrategy string   `json:"imageSelectionStrategy"`
		Constraint             string   `json:"constraint"`
		AllowTagsRegexes       []string `json:"allowTagsRegexes"`
		IgnoreTagsRegexes      []string `json:"ignoreTagsRegexes"`
		Platform               string   `json:"platform"`
		DiscoveryLimit         int      `json:"discoveryLimit"`
	} `json:"image"`
	Chart *struct {
		RepoURL          string `json:"repoURL"`
		Name             string `json:"name"`
		SemverConstraint string `json:"semverConstraint"`
		DiscoveryLimit   int    `json:"discoveryLimit"`
	} `json:"chart"`
}

// fields are those that the steps which are written take, the needed ones first.
var fields = map[string]struct{ needed, optional []string }{
	"git-clone":           {[]string{"repoURL", "checkout"}, nil},
	"kustomize-set-image": {[]string{"path"}, []string{"images"}},
	"yaml-update":         {[]string{"path", "updates"}, nil},
	"helm-update-chart":   {[]string{"path"}, []string{"charts"}},
	"git-commit":          {[]string{"path", "message"}, nil},
	"git-push":            {[]string{"path"}, []string{"targetBranch", "generateTargetBranch"}},
	"git-open-pr":         {[]string{"repoURL", "sourceBranch", "targetBranch"}, []string{"title", "labels", "provider"}},
	"git-wait-for-pr":     {[]string{"repoURL", "prNumber"}, []string{"provider"}},
	"argocd-update":       {[]string{"apps"}, nil},
	"http":                {[]string{"url"}, []string{"method", "headers", "timeout"}},
}

func TestSubscriptionsAndStepsHaveOnlyWhatKargoReads(t *testing.T) {
	for _, file := range []string{guide, everything} {
		for _, m := range generate.Manifests(load(t, file)) {
			spec, _ := jsonOf(t, m)["spec"].(map[string]any)
			switch m.Kind {
			case "Warehouse":
				for _, s := range spec["subscriptions"].([]any) {
					raw, err := json.Marshal(s)
					if err != nil {
						t.Fatal(err)
					}
					decoder := json.NewDecoder(bytes.NewReader(raw))
					decoder.DisallowUnknownFields()
					var known subscription
					if err := decoder.Decode(&known); err != nil || (known.Image == nil) == (known.Chart == nil) {
						t.Errorf("%s: %s: %v", m.Path, raw, err)
					}
				}
			case "Stage":
				template := spec["promotionTemplate"].(map[string]any)["spec"].(map[string]any)
				for _, s := range template["steps"].([]any) {
					checkStep(t, m.Path, s.(map[string]any))
				}
			}
		}
	}
}

func checkStep(t *testing.T, path string, step map[string]any) {
	t.Helper()
	uses, _ := step["uses"].(string)
	if step["task"] != nil {
		return
	}
	known, ok := fields[uses]
	if !ok {
		t.Errorf("%s: Kargo has no step %s", path, uses)
	}
	config, _ := step["config"].(map[string]any)
	for _, name := range known.needed {
		if config[name] == nil {
			t.Errorf("%s: %s lacks %s", path, uses, name)
		}
	}
	for name := range config {
		if !slices.Contains(known.needed, name) && !slices.Contains(known.optional, name) {
			t.Errorf("%s: %s does not take %s", path, uses, name)
		}
	}
	if push := config["generateTargetBranch"]; uses == "git-push" && (push == nil) == (config["targetBranch"] == nil) {
		t.Errorf("%s: git-push wants one of the two branches: %v", path, config)
	}
	if folder, ok := config["path"].(string); ok && !strings.HasPrefix(folder, "./src") {
		t.Errorf("%s: %s works outside of the repository, in %s", path, uses, folder)
	}
}
