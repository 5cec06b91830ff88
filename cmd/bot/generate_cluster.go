package main

import (
	"errors"
	"fmt"
	"io"
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
			printStep(cmd.OutOrStdout(), s)
			continue
		}
		diff, err := c.Diff(cmd.Context(), s)
		if err != nil {
			return err
		}
		fmt.Fprint(cmd.OutOrStdout(), diff)
		printDeletes(cmd.ErrOrStderr(), s)
	}
	left(cmd, plan)
	if len(plan.Steps) > 0 {
		return exit(exitFailure)
	}
	return nil
}

// printStep says what a step is: the verb, the object, and what there is to know before saying yes.
func printStep(out io.Writer, s cluster.Step) {
	text := fmt.Sprintf("%-6s %s", s.Verb, s)
	switch {
	case s.Verb == cluster.Label:
		text += " (it is there already: Kargo takes it for the Project's only with its label)"
	case s.Adopts:
		text += " (made by somebody else: from now on it is as the file says)"
	}
	fmt.Fprintln(out, text)
	printDeletes(out, s)
}

// printDeletes names what Argo CD deletes after a step.
func printDeletes(out io.Writer, s cluster.Step) {
	for _, name := range s.Deletes {
		fmt.Fprintf(out, "delete application/%s (by Argo CD, with all that it has deployed: %s no longer makes it)\n", name, s)
	}
}

// left names what is not deleted.
func left(cmd *cobra.Command, plan *cluster.Plan) {
	for _, s := range plan.Left {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s in namespace %s is no longer in the file and stays: ", s, s.Namespace)
		remove := fmt.Sprintf("kubectl -n %s delete %s", s.Namespace, s)
		if s.Kind.Kind == "ApplicationSet" {
			fmt.Fprintf(cmd.ErrOrStderr(), "deleting it deletes its Applications and all that they have deployed. If you want that: %s; to keep them: %s --cascade=orphan\n",
				remove, remove)
		} else {
			fmt.Fprintf(cmd.ErrOrStderr(), "Applications that are still in it could not be synchronised without it. If there are none: %s\n", remove)
		}
	}
}

func applyPlan(cmd *cobra.Command, f generateFlags, c *cluster.Cluster, plan *cluster.Plan) error {
	left(cmd, plan)
	if len(plan.Steps) == 0 {
		fmt.Fprintf(cmd.OutOrStdout(), "%d objects, nothing to do\n", plan.Unchanged)
		return nil
	}
	if err := agree(cmd, f, plan); err != nil {
		return err
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
