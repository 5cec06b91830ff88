package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/davidaparicio/kargo-bot/internal/secret"
)

func newConfig() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Look at a configuration", Args: cobra.NoArgs}
	cmd.AddCommand(newValidate())
	return cmd
}

func newValidate() *cobra.Command {
	var secrets bool
	cmd := &cobra.Command{
		Use:   "validate FILE",
		Short: "Say what is wrong with a configuration: every problem, with its line and its fix",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := load(cmd, args[0])
			if err != nil {
				return err
			}
			warnings := c.Warnings
			if secrets {
				_, more, err := c.Secrets(secret.System())
				if err != nil {
					return invalid(cmd, err)
				}
				warnings = append(warnings, more...)
			}
			for _, w := range warnings {
				fmt.Fprintln(cmd.ErrOrStderr(), "warning:", w.Error())
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is valid: %d pipelines\n", args[0], len(c.Pipelines))
			return nil
		},
	}
	cmd.Flags().BoolVar(&secrets, "secrets", false, "also read the secrets that it refers to")
	return cmd
}
