package main

import (
	"bufio"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/manifests/cluster"
	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
)

const (
	// requestTimeout bounds one request to the API server.
	requestTimeout = 30 * time.Second
	// requestWorkers is how many are under way at once, and requestRate how many are begun a second: the API server
	// has limits of its own, and sees to it that others are served, too.
	requestWorkers = 16
	requestRate    = 500
)

// toCluster compares the cluster with what was generated, and applies it unless told only to look.
func toCluster(cmd *cobra.Command, f generateFlags, all []*generate.Manifest) error {
	config, err := connect(f.kubeconfig)
	if err != nil {
		return err
	}
	interruptible(cmd.Context(), config)
	config.QPS, config.Burst, config.Timeout = requestRate, requestRate, requestTimeout
	if f.kargoVersion == "" {
		v, err := cluster.DetectVersion(cmd.Context(), config, requestTimeout)
		if err != nil {
			return err
		}
		if err := warn(cmd, v); err != nil {
			return err
		}
	}
	c, err := newCluster(config)
	if err != nil {
		return err
	}
	plan, err := c.Plan(cmd.Context(), all)
	if err != nil {
		return err
	}
	if f.check || f.diff {
		return showPlan(cmd, f, c, plan)
	}
	return applyPlan(cmd, f, c, plan)
}

// newCluster returns the cluster of a configuration, whose timeout also bounds what client-go asks without a context.
func newCluster(config *rest.Config) (*cluster.Cluster, error) {
	c, err := client.New(config, client.Options{Scheme: runtime.NewScheme()})
	if err != nil {
		return nil, errors.New("the cluster can't be reached: check --kubeconfig and the network")
	}
	return &cluster.Cluster{Client: c, Timeout: config.Timeout, Workers: requestWorkers}, nil
}

// showPlan says what would be done, and does nothing.
func showPlan(cmd *cobra.Command, f generateFlags, c *cluster.Cluster, plan *cluster.Plan) error {
	for _, s := range plan.Steps {
		if !f.diff {
			fmt.Fprintln(cmd.OutOrStdout(), line(s))
			continue
		}
		diff, err := c.Diff(cmd.Context(), s)
		if err != nil {
			return err
		}
		fmt.Fprint(cmd.OutOrStdout(), diff)
	}
	left(cmd, plan)
	if len(plan.Steps) > 0 {
		return exit(exitFailure)
	}
	return nil
}

// line says what a step is: the verb, the object, and what there is to know before saying yes.
func line(s cluster.Step) string {
	text := fmt.Sprintf("%-6s %s", s.Verb, s)
	switch {
	case s.Verb == cluster.Label:
		text += " (it is there already: Kargo takes it for the Project's only with its label)"
	case s.Adopts:
		text += " (made by somebody else: from now on it is as the file says)"
	}
	return text
}

// left names what is not deleted.
func left(cmd *cobra.Command, plan *cluster.Plan) {
	for _, s := range plan.Left {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s in namespace %s is no longer in the file and stays: deleting it deletes all that it has deployed. If you want that: kubectl -n %s delete %s\n",
			s, s.Namespace, s.Namespace, s)
	}
}

func applyPlan(cmd *cobra.Command, f generateFlags, c *cluster.Cluster, plan *cluster.Plan) error {
	left(cmd, plan)
	if len(plan.Steps) == 0 {
		fmt.Fprintf(cmd.OutOrStdout(), "%d objects, nothing to do\n", plan.Unchanged)
		return nil
	}
	if !f.yes {
		for _, s := range plan.Steps {
			fmt.Fprintln(cmd.ErrOrStderr(), line(s))
		}
		if err := ask(cmd, fmt.Sprintf("%d to create, %d to change, %d to delete. Go on?",
			plan.Count(cluster.Create), plan.Count(cluster.Change)+plan.Count(cluster.Label), plan.Count(cluster.Delete))); err != nil {
			return err
		}
	}
	done := map[cluster.Verb]int{}
	err := c.Apply(cmd.Context(), plan, f.timeout, func(s cluster.Step) {
		done[s.Verb]++
		fmt.Fprintln(cmd.OutOrStdout(), strings.TrimRight(fmt.Sprintf("%-7s %s", past[s.Verb], s), " "))
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d objects: %d created, %d changed, %d deleted, %d as they were\n", len(plan.Steps)+plan.Unchanged,
		done[cluster.Create], done[cluster.Change]+done[cluster.Label], done[cluster.Delete], plan.Unchanged)
	return nil
}

// past has the word for what was done.
var past = map[cluster.Verb]string{
	cluster.Create: "created", cluster.Change: "changed", cluster.Delete: "deleted", cluster.Label: "labelled",
}

// ask goes on if somebody says yes.
func ask(cmd *cobra.Command, question string) error {
	fmt.Fprint(cmd.ErrOrStderr(), question, " [y/N] ")
	answer, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
	if err != nil && answer == "" {
		fmt.Fprintln(cmd.ErrOrStderr())
		return errors.New("nobody is there to be asked, and nothing was done: look at --diff, then add --yes")
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	default:
		return errors.New("nothing was done")
	}
}
