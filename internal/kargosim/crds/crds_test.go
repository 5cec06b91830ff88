package crds_test

import (
	"os"
	"path/filepath"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/crds"
)

func TestEveryKindOfOursIsDefined(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := kargo.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	definitions, err := crds.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	defined := map[string]*apiextensionsv1.CustomResourceDefinition{}
	for _, definition := range definitions {
		defined[definition.Spec.Names.Kind] = definition
	}
	known := scheme.KnownTypes(kargo.GroupVersion)
	for kind := range known {
		if _, listed := known[kind+"List"]; listed && defined[kind] == nil {
			t.Errorf("%s has no definition", kind)
		}
	}
	if got := defined["Freight"].Spec.Names.Plural; got != "freights" {
		t.Errorf("Freight is called %q in URLs", got)
	}
	if defined["Project"].Spec.Scope != apiextensionsv1.ClusterScoped {
		t.Error("Projects live in namespaces")
	}
	spec := schemaOf(t, defined["Stage"]).Properties["spec"]
	if spec.XPreserveUnknownFields == nil || !*spec.XPreserveUnknownFields {
		t.Error("what our types leave out of a Stage's spec gets lost")
	}
}

// TestOursArePartOfKargos compares our types with Kargo's own definitions, where those are beside the
// repository: no field of ours may be unknown to Kargo or have another type there.
func TestOursArePartOfKargos(t *testing.T) {
	ours, err := crds.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	if len(ours) == 0 {
		t.Fatal("no definitions of ours")
	}
	for _, version := range []string{"v1.11.2", "v1.12-dev"} {
		directory := filepath.Join("..", "..", "..", "..", "shared", "kargo-crds", version)
		if _, err := os.Stat(directory); err != nil {
			t.Logf("Kargo's own definitions of %s are not here", version)
			continue
		}
		theirs, err := crds.Directory(directory)
		if err != nil {
			t.Fatal(err)
		}
		byName := map[string]*apiextensionsv1.CustomResourceDefinition{}
		for _, definition := range theirs {
			byName[definition.Name] = definition
		}
		for _, our := range ours {
			t.Run(version+"/"+our.Name, func(t *testing.T) {
				their := byName[our.Name]
				if their == nil {
					t.Fatal("Kargo has no such resource")
				}
				if our.Spec.Scope != their.Spec.Scope {
					t.Errorf("scope %s, in Kargo %s", our.Spec.Scope, their.Spec.Scope)
				}
				compare(t, "", schemaOf(t, our), schemaOf(t, their))
			})
		}
	}
}

func schemaOf(t *testing.T, definition *apiextensionsv1.CustomResourceDefinition) *apiextensionsv1.JSONSchemaProps {
	t.Helper()
	for _, version := range definition.Spec.Versions {
		if version.Name == kargo.GroupVersion.Version && version.Schema != nil {
			return version.Schema.OpenAPIV3Schema
		}
	}
	t.Fatalf("%s has no schema of %s", definition.Name, kargo.GroupVersion.Version)
	return nil
}

// compare reports what of ours is not in theirs.
func compare(t *testing.T, path string, ours, theirs *apiextensionsv1.JSONSchemaProps) {
	t.Helper()
	if ours.Type != theirs.Type && theirs.Type != "" && ours.Type != "" {
		t.Errorf("%s: %s, in Kargo %s", path, ours.Type, theirs.Type)
		return
	}
	for name, our := range ours.Properties {
		their, known := theirs.Properties[name]
		switch {
		case known:
			compare(t, path+"."+name, &our, &their)
		case theirs.XPreserveUnknownFields == nil || !*theirs.XPreserveUnknownFields:
			t.Errorf("%s.%s: unknown to Kargo", path, name)
		}
	}
	if ours.Items != nil && theirs.Items != nil {
		compare(t, path+"[]", ours.Items.Schema, theirs.Items.Schema)
	}
	if ours.AdditionalProperties != nil && theirs.AdditionalProperties != nil {
		compare(t, path+"{}", ours.AdditionalProperties.Schema, theirs.AdditionalProperties.Schema)
	}
	if (ours.AdditionalProperties == nil) != (theirs.AdditionalProperties == nil) {
		t.Errorf("%s: a map in one and none in the other", path)
	}
}
