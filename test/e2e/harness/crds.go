package harness

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/davidaparicio/kargo-bot/internal/kargosim/crds"
)

// kargoCRDs is where Kargo's own CRDs are, beside the repository, where there are any.
const kargoCRDs = "../shared/kargo-crds/v1.11.2"

// crdTimeout bounds the time until the API server serves all kinds.
const crdTimeout = time.Minute

// installCRDs installs the CRDs of Kargo and Argo CD, unless Kargo is there, and the bot's from its chart.
func (c *Cluster) installCRDs(ctx context.Context) error {
	definitions, err := chartCRDs()
	if err != nil {
		return err
	}
	if !c.RealKargo {
		kargo, err := kargoDefinitions()
		if err != nil {
			return err
		}
		argo, err := argoDefinitions()
		if err != nil {
			return err
		}
		definitions = slices.Concat(definitions, kargo, argo)
	}
	ctx, cancel := context.WithTimeout(ctx, crdTimeout)
	defer cancel()
	return crds.Apply(ctx, c.Client, definitions)
}

// kargoDefinitions returns Kargo's CRDs: its own where they are at hand, else the simulated Kargo's.
func kargoDefinitions() ([]*apiextensionsv1.CustomResourceDefinition, error) {
	if dir := os.Getenv(envKargoCRDs); dir != "" {
		return definitionsIn(dir)
	}
	root, err := Root()
	if err != nil {
		return nil, err
	}
	if dir := filepath.Join(root, kargoCRDs); isDir(dir) {
		return definitionsIn(dir)
	}
	return crds.Embedded()
}

func definitionsIn(dir string) ([]*apiextensionsv1.CustomResourceDefinition, error) {
	definitions, err := crds.Directory(dir)
	if err == nil && len(definitions) == 0 {
		err = fmt.Errorf("no CRDs of Kargo in %s", dir)
	}
	return definitions, err
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
