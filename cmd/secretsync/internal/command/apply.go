package command

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// once are the flags of what does one pass: plan and apply.
type once struct {
	source
	cluster

	only         []string
	adopt, prune bool
	output       string
	// detailed is plan's.
	detailed bool
}

func (o *once) flags(cmd *cobra.Command) {
	o.source.flags(cmd)
	o.cluster.flags(cmd)
	flags := cmd.Flags()
	flags.StringArrayVar(&o.only, "only", nil, "look at this Secret alone, `NAMESPACE/NAME`; may be given several times")
	flags.BoolVar(&o.adopt, "adopt", false, "take over Secrets that others have made, or declare, too")
	flags.BoolVar(&o.prune, "prune", false, "delete Secrets that the declaration has made and no longer names")
	flags.StringVarP(&o.output, "output", "o", "text", "text, or json: the report, which has no values either")
}

func newPlan() *cobra.Command {
	var o once
	cmd := &cobra.Command{
		Use:   "plan {-f FILE | --env-file FILE}",
		Short: "Show what would change, without a single value, and change nothing",
		Example: `  secretsync plan -f kargo/config.yaml
  secretsync plan --env-file kargo/.env --namespace microsvcs --detailed-exitcode`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd, true) },
	}
	o.flags(cmd)
	cmd.Flags().BoolVar(&o.detailed, "detailed-exitcode", false, "exit with 2 if there is something to do")
	return cmd
}

func newApply() *cobra.Command {
	var o once
	cmd := &cobra.Command{
		Use:   "apply {-f FILE | --env-file FILE}",
		Short: "Bring the Secrets to what is declared, once",
		Example: `  secretsync apply -f kargo/config.yaml
  secretsync apply --env-file kargo/.env --namespace microsvcs`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd, false) },
	}
	o.flags(cmd)
	return cmd
}

func (o *once) run(cmd *cobra.Command, dryRun bool) error {
	if o.output != "text" && o.output != "json" {
		return fmt.Errorf("-o is text or json, not %q", o.output)
	}
	d, err := o.read()
	if err != nil {
		return err
	}
	for _, warning := range d.warnings {
		writeLine(cmd.ErrOrStderr(), "warning: "+warning.Error())
	}
	request := credentials.Request{Adopt: o.adopt, Prune: o.prune, DryRun: dryRun}
	if request.Only, err = only(o.only, d); err != nil {
		return err
	}
	kubernetes, err := o.client()
	if err != nil {
		return err
	}
	report := newPassOf(d, kubernetes).Run(cmd.Context(), d.File, request)
	if o.output == "json" {
		err = printJSON(cmd.OutOrStdout(), report)
	} else {
		err = printText(cmd.OutOrStdout(), cmd.ErrOrStderr(), report, dryRun)
	}
	if err != nil {
		return errors.New("the report could not be written to standard output")
	}
	return o.end(report, dryRun)
}

// end returns the exit code of a report.
func (o *once) end(report credentials.Report, dryRun bool) error {
	if report.Problem != "" {
		return exit(ExitTrouble)
	}
	changes := false
	for _, secret := range report.Secrets {
		switch secret.State {
		case credentials.StateFailed, credentials.StateConflict:
			return exit(ExitTrouble)
		case credentials.StateAdded, credentials.StateChanged, credentials.StateRestored:
			changes = true
		case credentials.StateOrphaned:
			changes = changes || o.prune
		case credentials.StateUnchanged, credentials.StatePruned:
		}
	}
	if o.detailed && dryRun && changes {
		return exit(ExitChanges)
	}
	return nil
}
