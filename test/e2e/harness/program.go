package harness

import (
	"fmt"
	"os"
	"path/filepath"
)

// Environment variables that change what the suite runs.
const (
	// envBot and envAPIServer are paths of the programs.
	envBot       = "BOT_BINARY"
	envAPIServer = "APISERVER_BINARY"
	// envKubeconfig leads to a cluster with a real Kargo, which then takes the place of the API
	// server and the simulated Kargo that the suite otherwise starts.
	envKubeconfig = "E2E_KUBECONFIG"
	// envKargoCRDs is a folder of Kargo's CRDs.
	envKargoCRDs = "KARGO_CRDS"
)

// Root returns the folder of the repository.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "deploy", "helm", "kargo-bot", "Chart.yaml")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("find the repository: no folder above the test has the chart")
		}
		dir = parent
	}
}

// BotBinary returns the path of the bot.
func BotBinary() (string, error) { return program(envBot, "bot") }

// program returns the path of a program that the Makefile builds. A missing one is an error that
// says how to build it.
func program(env, name string) (string, error) {
	path := os.Getenv(env)
	if path == "" {
		root, err := Root()
		if err != nil {
			return "", err
		}
		path = filepath.Join(root, "bin", name)
	}
	if _, err := os.Stat(path); err != nil { //nolint:gosec // the path is the tester's own
		return "", fmt.Errorf("%w: build it with `make bin/%s`, or say by %s where it is", err, name, env)
	}
	return filepath.Abs(path)
}
