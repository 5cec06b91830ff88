package command

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// Exit codes.
const (
	// ExitOK: done, or nothing to do.
	ExitOK = 0
	// ExitTrouble: something could not be done, or not be understood. It has been said what.
	ExitTrouble = 1
	// ExitChanges: `plan --detailed-exitcode` has found something to do, and no trouble.
	ExitChanges = 2
)

// Execute runs what New has returned, with this process's standard input, output and error, and returns the exit code.
// Nothing but this package writes to them from then on.
func Execute(ctx context.Context, root *cobra.Command, args []string) int {
	console := harden(len(args) > 0 && args[0] == nameOfPass)
	return execute(ctx, root, args, console)
}

func execute(ctx context.Context, root *cobra.Command, args []string, console console) (code int) {
	root.SetIn(console.in)
	root.SetOut(console.out)
	root.SetErr(console.err)
	root.SetArgs(args)
	defer func() {
		if recover() != nil {
			// What it panicked with may have a value in it.
			tellPlaces(console.err)
			code = ExitTrouble
		}
	}()
	err := root.ExecuteContext(ctx)
	if err == nil {
		return ExitOK
	}
	if code, ok := errors.AsType[exit](err); ok {
		return int(code)
	}
	writeLine(console.err, "secretsync: "+err.Error())
	return ExitTrouble
}

// console is how the program speaks to whoever has started it.
type console struct {
	in       io.Reader
	out, err io.Writer
}

// exit is an exit code of which everything has been said.
type exit int

// Error names the code.
func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// New returns the program's commands.
func New(version string) *cobra.Command {
	root := &cobra.Command{
		Use:   "secretsync",
		Short: "Keep the Secrets in which Kargo looks for credentials as a declaration says, with values from a secret store",
		Long: `Keep the Secrets in which Kargo looks for credentials as a declaration says, with values from a
secret store. No value is ever shown.

Exit codes: 0 done, or nothing to do; 1 something could not be done, or not be understood;
2 plan --detailed-exitcode has found something to do.`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w (see %s --help)", err, c.CommandPath())
	})
	root.AddCommand(newPlan(), newApply(), newRun(version), newImport(), newValidate(), newPass(), newVersion(version))
	return root
}

func newVersion(version string) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) { writeLine(cmd.OutOrStdout(), version) },
	}
}

// writeLine writes a line. If whoever reads is gone, there is nowhere to say so.
func writeLine(w io.Writer, line string) { _, _ = io.WriteString(w, line+"\n") }
