// Command secretsync keeps the Secrets in which Kargo looks for credentials as a declaration says, with values from a
// secret store. See docs/credentials.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	// They are what parts of the program will need that are not in yet.
	_ "filippo.io/age"
	_ "github.com/getsops/sops/v3"
	_ "github.com/google/go-cmp/cmp"
	_ "github.com/google/go-containerregistry/pkg/v1/remote"
	_ "github.com/google/go-containerregistry/pkg/v1/remote/transport"
	_ "go.uber.org/goleak"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/command"
)

// version is set by the linker.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := command.Execute(ctx, command.New(version), os.Args[1:])
	stop()
	if code != 0 {
		os.Exit(code)
	}
}
