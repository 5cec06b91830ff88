package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/davidaparicio/kargo-bot/internal/manifests"
	"github.com/davidaparicio/kargo-bot/internal/manifests/directory"
	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
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
}

func newGenerate() *cobra.Command {
	var f generateFlags
	cmd := &cobra.Command{
		Use:   "generate -f FILE -o DIR",
		Short: "Make Kargo's and Argo CD's manifests from a pipeline file",
		Long: `Make Kargo's Project, its configuration, Warehouses and Stages, and Argo CD's ApplicationSet and AppProject, from
a pipeline file (docs/generate.md).

Exit codes:
  0  done; with --check or --diff: nothing differs
  1  something is broken; with --check or --diff: something differs
  2  a flag is not understood`,
		Example: `  bot generate -f kargo/config.yaml -o kargo/generated
  bot generate -f kargo/config.yaml -o kargo/generated --check`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runGenerate(cmd, f) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.file, "file", "f", "", "the pipeline `FILE`: project, services, environments")
	flags.StringVarP(&f.output, "output", "o", "", "the folder to write into, `DIR`")
	flags.StringVar(&f.kargoVersion, "kargo-version", "", "the `VERSION` of Kargo; default: "+generate.Newest().String())
	flags.BoolVar(&f.check, "check", false, "write nothing, name the files that are stale")
	flags.BoolVar(&f.diff, "diff", false, "write nothing, show what would change")
	flags.BoolVar(&f.overwrite, "overwrite", false, "also replace files that somebody else has written")
	return cmd
}

func runGenerate(cmd *cobra.Command, f generateFlags) error {
	if f.file == "" {
		return usage{errors.New("name the pipeline file: -f kargo/config.yaml")}
	}
	if f.output == "" {
		return usage{errors.New("name the folder to write into: -o kargo/generated")}
	}
	if err := checkVersion(cmd, f.kargoVersion); err != nil {
		return err
	}
	p, err := loadComplete(f.file)
	if err != nil {
		return invalid(cmd, err)
	}
	return toDirectory(cmd, f, generate.Files(generate.Manifests(p), filepath.Base(f.file)))
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
	changes, err := directory.Compare(f.output, files)
	if err != nil {
		return invalid(cmd, err)
	}
	out := cmd.OutOrStdout()
	if f.check || f.diff {
		for _, c := range changes {
			if f.diff {
				fmt.Fprint(out, c.Diff())
			} else {
				fmt.Fprintf(out, "%-6s %s\n", c.Verb(), filepath.Join(f.output, filepath.FromSlash(c.Path)))
			}
		}
		return stale(cmd, f, len(changes))
	}
	if err := refuseForeign(cmd, f, changes); err != nil {
		return err
	}
	if err := directory.Write(f.output, changes); err != nil {
		return invalid(cmd, err)
	}
	fmt.Fprintf(out, "%s: %d files, %s\n", f.output, len(files), counts(changes))
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
