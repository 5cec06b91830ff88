package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/davidaparicio/kargo-bot/internal/manifests/cluster"
)

// agree shows a plan and goes on if somebody says yes. That Argo CD deletes Applications, and all that they have deployed,
// is agreed to on its own: it is the one thing that applying again does not bring back.
func agree(cmd *cobra.Command, f generateFlags, plan *cluster.Plan) error {
	deleted := 0
	for _, s := range plan.Steps {
		deleted += len(s.Deletes)
		if f.yes {
			printDeletes(cmd.ErrOrStderr(), s)
		} else {
			printStep(cmd.ErrOrStderr(), s)
		}
	}
	const most = 64 << 10 // bytes of answers
	answers := bufio.NewReader(io.LimitReader(cmd.InOrStdin(), most))
	if !f.yes {
		err := ask(cmd, answers, fmt.Sprintf("%d to create, %d to change, %d to delete. Go on?",
			plan.Count(cluster.Create), plan.Count(cluster.Change)+plan.Count(cluster.Label), plan.Count(cluster.Delete)), "--yes")
		if err != nil {
			return err
		}
	}
	switch {
	case deleted == 0, f.deleteApplications:
		return nil
	case f.yes:
		return fmt.Errorf("nothing was done: Argo CD would delete %d Applications and all that they have deployed, to which --yes alone does not agree; if that is meant, add --delete-applications",
			deleted)
	default:
		return ask(cmd, answers, fmt.Sprintf("Argo CD will delete %d Applications and all that they have deployed. Is that meant?", deleted), "--delete-applications")
	}
}

// ask goes on if somebody says yes. The flag says the same where nobody is there to be asked.
func ask(cmd *cobra.Command, answers *bufio.Reader, question, flag string) error {
	fmt.Fprint(cmd.ErrOrStderr(), question, " [y/N] ")
	answer, err := answers.ReadString('\n')
	if err != nil && answer == "" {
		fmt.Fprintln(cmd.ErrOrStderr())
		return errors.New("nobody is there to be asked, and nothing was done: look at --diff, then add " + flag)
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	default:
		return errors.New("nothing was done")
	}
}
