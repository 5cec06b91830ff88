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
	code := execute(ctx, newRoot())
	stop()
	if code != 0 {
		os.Exit(code)
	}
}

// execute runs a command, says what went wrong, and returns the exit code.
func execute(ctx context.Context, root *cobra.Command) int {
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	if code, ok := errors.AsType[exit](err); ok {
		return int(code)
	}
	if _, ok := errors.AsType[silent](err); !ok {
		fmt.Fprintln(root.ErrOrStderr(), "bot:", err)
	}
	if _, ok := errors.AsType[usage](err); ok {
		return exitUsage
	}
	return exitFailure
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
	root.AddCommand(newServe(), newRun(), newDoctor(), newGenerate(), newService(), newConfig(), newDemo())
	return root
}
