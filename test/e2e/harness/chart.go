package harness

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// The charts of the repository.
const (
	BotChart        = "kargo-bot"
	SecretsyncChart = "secretsync"
)

// loadChart reads a chart.
func loadChart(name string) (*chart.Chart, error) {
	root, err := Root()
	if err != nil {
		return nil, err
	}
	loaded, err := loader.Load(filepath.Join(root, "deploy", "helm", name))
	if err != nil {
		return nil, fmt.Errorf("load the chart: %w", err)
	}
	return loaded, nil
}

// RenderChart returns the objects that `helm install` would make, in the order in which Helm names
// their templates.
func RenderChart(name, release, namespace string, values map[string]any) ([]*unstructured.Unstructured, error) {
	loaded, err := loadChart(name)
	if err != nil {
		return nil, err
	}
	input, err := chartutil.ToRenderValues(loaded, values, chartutil.ReleaseOptions{
		Name: release, Namespace: namespace, Revision: 1, IsInstall: true,
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("values of chart %s: %w", name, err)
	}
	rendered, err := engine.Render(loaded, input)
	if err != nil {
		return nil, fmt.Errorf("render the chart: %w", err)
	}
	var objects []*unstructured.Unstructured
	for _, file := range slices.Sorted(maps.Keys(rendered)) {
		if !strings.HasSuffix(file, ".yaml") {
			continue
		}
		found, err := decode(rendered[file])
		if err != nil {
			return nil, fmt.Errorf("%s of the chart: %w", file, err)
		}
		objects = append(objects, found...)
	}
	return objects, nil
}

// chartCRDs returns the CRDs of the chart.
func chartCRDs() ([]*apiextensionsv1.CustomResourceDefinition, error) {
	loaded, err := loadChart(BotChart)
	if err != nil {
		return nil, err
	}
	var crds []*apiextensionsv1.CustomResourceDefinition
	for _, file := range loaded.CRDObjects() {
		crd := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.UnmarshalStrict(file.File.Data, crd); err != nil {
			return nil, fmt.Errorf("%s of the chart: %w", file.Name, err)
		}
		crds = append(crds, crd)
	}
	if len(crds) == 0 {
		return nil, errors.New("the chart has no CRDs")
	}
	return crds, nil
}

// decode reads the objects of a stream of YAML documents.
func decode(text string) ([]*unstructured.Unstructured, error) {
	var objects []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewBufferString(text), 4096)
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		if len(object.Object) > 0 {
			objects = append(objects, object)
		}
	}
}
