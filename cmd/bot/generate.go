package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/davidaparicio/kargo-bot/internal/manifests"
	"github.com/davidaparicio/kargo-bot/internal/manifests/directory"
	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
	"github.com/davidaparicio/kargo-bot/internal/manifests/schema"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// generateFlags are the flags of `bot generate`.
type generateFlags struct {
	file         string
	output       string
	kargoVersion string
	check        bool
	diff         bool
	overwrite    bool
	apply        bool
	yes          bool
	// deleteApplications agrees to what Argo CD deletes.
	deleteApplications bool
	kubeconfig         string
	timeout            time.Duration
	schema             bool
}

func newGenerate() *cobra.Command {
	var f generateFlags
	cmd := &cobra.Command{
		Use:   "generate -f FILE [-o DIR] [--apply]",
		Short: "Make Kargo's and Argo CD's manifests from a pipeline file",
		Long: `Make Kargo's Project, its configuration, Warehouses and Stages, and Argo CD's ApplicationSet and AppProject, from
a pipeline file (docs/generate.md), into a folder with -o, into the cluster with --apply. --diff and --check look at the
folder with -o, and else at the cluster.

Only what was generated is ever removed: files by their first line, objects by their label. A Project, a Namespace and
an ApplicationSet are never deleted. Argo CD deletes the Applications of a service that is no longer in the file, and all
that they have deployed: that is asked on its own, and --yes alone does not agree to it.

Exit codes:
  0  done; with --check or --diff: nothing differs
  1  something is broken; with --check or --diff: something differs
  2  a flag is not understood`,
		Example: `  bot generate -f kargo/config.yaml -o kargo/generated
  bot generate -f kargo/config.yaml -o kargo/generated --check
  bot generate -f kargo/config.yaml --diff
  bot generate -f kargo/config.yaml --apply`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runGenerate(cmd, f) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.file, "file", "f", "", "the pipeline `FILE`: project, services, environments")
	flags.StringVarP(&f.output, "output", "o", "", "the folder to write into, `DIR`")
	flags.StringVar(&f.kargoVersion, "kargo-version", "", "the `VERSION` of Kargo; default: the cluster's, and "+generate.Newest().String()+" for a folder")
	flags.BoolVar(&f.check, "check", false, "write nothing, name the files that are stale")
	flags.BoolVar(&f.diff, "diff", false, "write nothing, show what would change")
	flags.BoolVar(&f.overwrite, "overwrite", false, "also replace files that somebody else has written")
	flags.BoolVar(&f.apply, "apply", false, "apply to the cluster, and delete what was applied once and is no longer in the file")
	flags.BoolVar(&f.yes, "yes", false, "apply without asking")
	flags.BoolVar(&f.deleteApplications, "delete-applications", false, "have Argo CD delete Applications that the file no longer makes, and all that they have deployed, without asking")
	flags.StringVar(&f.kubeconfig, "kubeconfig", "", "the kubeconfig `FILE`; default: $KUBECONFIG, or ~/.kube/config")
	flags.DurationVar(&f.timeout, "timeout", time.Minute, "how long to wait until Kargo is ready for the Project")
	flags.BoolVar(&f.schema, "schema", false, "print the JSON schema of the file, for editors")
	return cmd
}

func runGenerate(cmd *cobra.Command, f generateFlags) error {
	if f.schema {
		_, err := cmd.OutOrStdout().Write(schema.JSON())
		return err
	}
	if err := f.validate(); err != nil {
		return usage{err}
	}
	if err := checkVersion(cmd, f.kargoVersion); err != nil {
		return err
	}
	p, err := loadComplete(f.file)
	if err != nil {
		return invalid(cmd, err)
	}
	all := generate.Manifests(p)
	if f.output != "" {
		if err := toDirectory(cmd, f, generate.Files(all, filepath.Base(f.file))); err != nil {
			return err
		}
	}
	if f.apply || f.output == "" {
		return toCluster(cmd, f, all)
	}
	return nil
}

// validate reports flags that are missing or don't go together.
func (f generateFlags) validate() error {
	switch {
	case f.file == "":
		return errors.New("name the pipeline file: -f kargo/config.yaml")
	case f.apply && (f.check || f.diff):
		return errors.New("--apply writes; --check and --diff only look: choose one")
	case f.check && f.diff:
		return errors.New("--check names what differs, --diff shows it: choose one")
	case f.output == "" && !f.apply && !f.check && !f.diff:
		return errors.New("say where to: -o kargo/generated, or --apply")
	case f.timeout <= 0:
		return errors.New("--timeout is longer than 0")
	default:
		return nil
	}
}

// checkVersion says where a version of Kargo that was asked for can't be served.
func checkVersion(cmd *cobra.Command, asked string) error {
	if asked == "" {
		return nil
	}
	v, err := generate.ParseVersion(asked)
	if err != nil {
		return usage{err}
	}
	return warn(cmd, v)
}

func warn(cmd *cobra.Command, v generate.Version) error {
	warning, err := v.Check()
	if warning != "" {
		fmt.Fprintln(cmd.ErrOrStderr(), "warning:", warning)
	}
	return err
}

func loadComplete(file string) (*manifests.Pipeline, error) {
	data, err := strictyaml.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return manifests.ParseComplete(file, data)
}

// toDirectory compares the folder with what was generated, and writes it unless told only to look.
func toDirectory(cmd *cobra.Command, f generateFlags, files []generate.File) error {
	if !f.check && !f.diff {
		changes, err := compare(cmd, f, files)
		if err != nil {
			return err
		}
		return write(cmd, f, changes, len(files))
	}
	changes, err := directory.Compare(f.output, files)
	if err != nil {
		return invalid(cmd, err)
	}
	for _, c := range changes {
		if f.diff {
			fmt.Fprint(cmd.OutOrStdout(), c.Diff())
		} else {
			fmt.Fprintf(cmd.OutOrStdout(), "%-6s %s\n", c.Verb(), filepath.Join(f.output, filepath.FromSlash(c.Path)))
		}
	}
	return stale(cmd, f, len(changes))
}

// compare returns what differs in the folder, unless it is somebody else's.
func compare(cmd *cobra.Command, f generateFlags, files []generate.File) ([]directory.Change, error) {
	changes, err := directory.Compare(f.output, files)
	if err != nil {
		return nil, invalid(cmd, err)
	}
	return changes, refuseForeign(cmd, f, changes)
}

// write brings the folder to what was generated, of which there are n files.
func write(cmd *cobra.Command, f generateFlags, changes []directory.Change, n int) error {
	if err := directory.Write(f.output, changes); err != nil {
		return invalid(cmd, err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %d files, %s\n", f.output, n, counts(changes))
	return nil
}

// stale ends a look at a folder in which something differs.
func stale(cmd *cobra.Command, f generateFlags, n int) error {
	if n == 0 {
		return nil
	}
	if f.check {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s is stale: run bot generate -f %s -o %s, and commit what it writes\n", f.output, f.file, f.output)
	}
	return exit(exitFailure)
}

// refuseForeign ends what would replace somebody else's files.
func refuseForeign(cmd *cobra.Command, f generateFlags, changes []directory.Change) error {
	found := false
	for _, c := range changes {
		if c.Foreign() && !f.overwrite {
			fmt.Fprintf(cmd.ErrOrStderr(), "%s was not written by bot generate\n", filepath.Join(f.output, filepath.FromSlash(c.Path)))
			found = true
		}
	}
	if !found {
		return nil
	}
	fmt.Fprintln(cmd.ErrOrStderr(), "Nothing was written: choose another folder, move these files away, or replace them with --overwrite")
	return exit(exitFailure)
}

// counts says how many files there were to add, change and remove.
func counts(changes []directory.Change) string {
	n := map[string]int{}
	for _, c := range changes {
		n[c.Verb()]++
	}
	if len(changes) == 0 {
		return "nothing to do"
	}
	return fmt.Sprintf("%d added, %d changed, %d removed", n["add"], n["change"], n["remove"])
}
