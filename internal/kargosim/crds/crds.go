// Package crds has the definitions of Kargo's resources for a real API server without Kargo: made from
// the part of Kargo's types that the bot declares, lenient about all that this part leaves out. Where
// Kargo's own definitions are at hand, [Directory] loads those instead.
//
// The YAML files are generated from internal/kargo/v1alpha1 by controller-gen and never edited by hand.
package crds

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

//go:generate go tool -modfile=../../../tools/controller-gen/go.mod controller-gen crd paths=../../kargo/... output:crd:dir=.

//go:embed *.yaml
var embedded embed.FS

// Embedded returns the definitions made from our types. Fields that our types leave out are kept.
func Embedded() ([]*apiextensionsv1.CustomResourceDefinition, error) {
	definitions, err := load(embedded)
	if err != nil {
		return nil, err
	}
	for _, definition := range definitions {
		for i := range definition.Spec.Versions {
			if schema := definition.Spec.Versions[i].Schema; schema != nil {
				keepUnknown(schema.OpenAPIV3Schema)
			}
		}
	}
	return definitions, nil
}

// Directory returns the definitions in the YAML files of a directory, such as Kargo's own.
func Directory(path string) ([]*apiextensionsv1.CustomResourceDefinition, error) {
	return load(os.DirFS(path))
}

func load(files fs.FS) ([]*apiextensionsv1.CustomResourceDefinition, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("looking for resource definitions: %w", err)
	}
	var definitions []*apiextensionsv1.CustomResourceDefinition
	for _, name := range names {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("reading a resource definition: %w", err)
		}
		definition := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.Unmarshal(raw, definition); err != nil {
			return nil, fmt.Errorf("reading the resource definition %s: %w", name, err)
		}
		definitions = append(definitions, definition)
	}
	return definitions, nil
}

// keepUnknown makes every object in a schema keep fields that it does not declare.
func keepUnknown(schema *apiextensionsv1.JSONSchemaProps) {
	if schema == nil {
		return
	}
	for name, property := range schema.Properties {
		keepUnknown(&property)
		schema.Properties[name] = property
	}
	if schema.Items != nil {
		keepUnknown(schema.Items.Schema)
	}
	if schema.AdditionalProperties != nil {
		keepUnknown(schema.AdditionalProperties.Schema)
	}
	if schema.Type == "object" && len(schema.Properties) > 0 {
		schema.XPreserveUnknownFields = new(true)
	}
}

// Apply makes or replaces the definitions on a real API server and returns when it serves them all, or
// when ctx is done.
func Apply(ctx context.Context, c client.Client, definitions []*apiextensionsv1.CustomResourceDefinition) error {
	for _, wanted := range definitions {
		if err := apply(ctx, c, wanted.DeepCopy()); err != nil {
			return fmt.Errorf("applying the resource definition %s: %w", wanted.Name, err)
		}
	}
	for _, wanted := range definitions {
		if err := waitUntilServed(ctx, c, wanted.Name); err != nil {
			return fmt.Errorf("waiting for the resource definition %s: %w", wanted.Name, err)
		}
	}
	return nil
}

func apply(ctx context.Context, c client.Client, wanted *apiextensionsv1.CustomResourceDefinition) error {
	err := c.Create(ctx, wanted.DeepCopy())
	if !apierrors.IsAlreadyExists(err) {
		return err
	}
	var known apiextensionsv1.CustomResourceDefinition
	if err := c.Get(ctx, client.ObjectKeyFromObject(wanted), &known); err != nil {
		return err
	}
	wanted.ResourceVersion = known.ResourceVersion
	return c.Update(ctx, wanted)
}

func waitUntilServed(ctx context.Context, c client.Client, name string) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		var known apiextensionsv1.CustomResourceDefinition
		if err := c.Get(ctx, client.ObjectKey{Name: name}, &known); err != nil {
			return err
		}
		if slices.ContainsFunc(known.Status.Conditions, func(c apiextensionsv1.CustomResourceDefinitionCondition) bool {
			return c.Type == apiextensionsv1.Established && c.Status == apiextensionsv1.ConditionTrue
		}) {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
