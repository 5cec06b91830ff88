// Command bot is ChatOps for Kargo. See docs/ for what it does and how to run it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // Small container images have no time zones.

	"github.com/spf13/cobra"
)

// version is set by the linker.
var version = "dev"

// Exit codes. Those after exitUsage are of `bot run`.
const (
	exitFailure = 1
	exitUsage   = 2
	exitRefused = 3
	// exitRunning: what was waited for has not ended in time.
	exitRunning = 4
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := newRoot().ExecuteContext(ctx)
	stop()
	if err == nil {
		return
	}
	if code, ok := errors.AsType[exit](err); ok {
		os.Exit(int(code))
	}
	if _, ok := errors.AsType[silent](err); !ok {
		fmt.Fprintln(os.Stderr, "bot:", err)
	}
	if _, ok := errors.AsType[usage](err); ok {
		os.Exit(exitUsage)
	}
	os.Exit(exitFailure)
}

// silent is an error of which everything has been said.
type silent struct{ error }

// exit is an exit code, of which everything has been said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// usage is an error in how the command was called.
type usage struct{ error }

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "bot",
		Short:         "ChatOps for Kargo: promote from Slack, GitHub and a terminal",
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage{fmt.Errorf("%w (see %s --help)", err, c.CommandPath())}
	})
	root.AddCommand(newServe(), newRun(), newConfig(), newDemo())
	return root
}
