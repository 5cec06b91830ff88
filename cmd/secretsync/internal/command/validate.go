package command

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newValidate() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "validate -f FILE",
		Short: "Say what is wrong with a declaration, and which credential Kargo takes for what; asks nobody",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			s := source{file: file}
			d, err := s.read()
			if err != nil {
				return err
			}
			for _, warning := range d.warnings {
				writeLine(cmd.ErrOrStderr(), "warning: "+warning.Error())
			}
			if len(d.Repositories) > 0 {
				for _, unmatched := range d.Unmatched() {
					writeLine(cmd.ErrOrStderr(), fmt.Sprintf("warning: %s matches none of the repositories that Kargo is known to use; name the one that it is for under repositories, or correct it", unmatched))
				}
			}
			for _, overlap := range d.Overlaps() {
				writeLine(cmd.OutOrStdout(), overlap.Message)
			}
			writeLine(cmd.OutOrStdout(), fmt.Sprintf("%s is valid: %d Secrets", file, len(d.Wanted())))
			return nil
		},
	}
	cmd.Flags().StringVarP(&file, "file", "f", "", "the `FILE` with the declaration, or the pipeline's config.yaml with one under credentials")
	return cmd
}
