// Command secretsync keeps the Secrets in which Kargo looks for credentials as a declaration says, with values from a
// secret store. See docs/credentials.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

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
