// Command secretsync keeps the Secrets in which Kargo looks for credentials as a declaration says, with values from a
// secret store.
package main

import (
	// They are what the packages below will need.
	_ "filippo.io/age"
	_ "github.com/getsops/sops/v3"
	_ "github.com/google/go-cmp/cmp"
	_ "github.com/google/go-containerregistry/pkg/v1/remote"
	_ "github.com/google/go-containerregistry/pkg/v1/remote/transport"
	_ "github.com/helmfile/vals"
	_ "github.com/prometheus/client_golang/prometheus/promhttp"
	_ "github.com/spf13/cobra"
	_ "go.uber.org/goleak"
	_ "golang.org/x/sync/errgroup"
	_ "golang.org/x/sys/unix"
	_ "k8s.io/client-go/metadata"
	_ "sigs.k8s.io/controller-runtime/pkg/client"

	_ "github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/probe"
	_ "github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/resolve"
)

func main() {}
