package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/davidaparicio/kargo-bot/internal/manifests"
	"github.com/davidaparicio/kargo-bot/internal/manifests/directory"
	"github.com/davidaparicio/kargo-bot/internal/manifests/edit"
	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

func newService() *cobra.Command {
	cmd := &cobra.Command{Use: "service", Short: "Change the services of a pipeline file", Args: cobra.NoArgs}
	cmd.AddCommand(newServiceAdd())
	return cmd
}

func newServiceAdd() *cobra.Command {
	var f generateFlags
	cmd := &cobra.Command{
		Use:   "add NAME -f FILE [-o DIR]",
		Short: "Add a service to a pipeline file, and say what else there is to do",
		Long: `Add a service to a pipeline file: to all its environments at once. Comments and layout stay as they are; a service that
is there already is left alone. With -o, its manifests are generated, too.`,
		Example: `  bot service add purple -f kargo/config.yaml -o kargo/generated`,
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return addService(cmd, f, args[0]) },
	}
	cmd.Flags().StringVarP(&f.file, "file", "f", "", "the pipeline `FILE`: project, services, environments")
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "also generate into the folder `DIR`")
	return cmd
}

func addService(cmd *cobra.Command, f generateFlags, name string) error {
	if f.file == "" {
		return usage{errors.New("name the pipeline file: -f kargo/config.yaml")}
	}
	data, err := strictyaml.ReadFile(f.file)
	if err != nil {
		return invalid(cmd, err)
	}
	added, err := edit.AddService(f.file, data, name)
	if err != nil {
		return invalid(cmd, err)
	}
	p, err := manifests.ParseComplete(f.file, added)
	if err != nil {
		return invalid(cmd, err)
	}
	var changes []directory.Change
	files := generate.Files(generate.Manifests(p), filepath.Base(f.file))
	if f.output != "" {
		// Before the file is changed, so that all is done or nothing.
		if changes, err = compare(cmd, f, files); err != nil {
			return err
		}
	}
	if bytes.Equal(added, data) {
		fmt.Fprintf(cmd.OutOrStdout(), "%s has %s already\n", f.file, name)
	} else {
		switch err := edit.Replace(f.file, data, added); {
		case errors.Is(err, edit.ErrChanged):
			return fmt.Errorf("%s was changed by somebody else meanwhile and is as they left it: run this again", f.file)
		case err != nil:
			return fmt.Errorf("%s can't be written: check the permissions of it and of its folder", f.file)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s has %s now\n", f.file, name)
	}
	if f.output != "" {
		if err := write(cmd, f, changes, len(files)); err != nil {
			return err
		}
	}
	remaining(cmd, f, p, name)
	return nil
}

// remaining says what is still to be done for a service that is new.
func remaining(cmd *cobra.Command, f generateFlags, p *manifests.Pipeline, name string) {
	i := slices.Index(p.ServiceNames(), name)
	s := &p.Services[i]
	discoveries, deliveries := p.Of(s)
	out := cmd.OutOrStdout()
	fmt.Fprintln(out, "\nWhat else there is to do:")
	for _, image := range p.ImagesOf(s) {
		for _, d := range discoveries {
			fmt.Fprintf(out, "- push %s with %s: Warehouse %s discovers it\n", image.Repository, tagsOf(d.Rules), d.Name)
		}
	}
	for j := range deliveries {
		fmt.Fprintf(out, "- have %s in %s: promotions to %s change it\n", p.PathOf(s, &deliveries[j]), p.GitRepo, deliveries[j].Stage)
	}
	if p.ArgoCD == nil {
		fmt.Fprintf(out, "- add %s to the ApplicationSet: each Application needs the annotation kargo.akuity.io/authorized-stage: %s:%s-ENVIRONMENT\n", name, p.Project, name)
	}
	if f.output == "" {
		fmt.Fprintf(out, "- bot generate -f %s -o DIR, and commit both\n", f.file)
	}
	fmt.Fprintf(out, "- bot generate -f %s --apply\n", f.file)
}

// tagsOf says which tags a Warehouse takes.
func tagsOf(w *manifests.Warehouse) string {
	switch {
	case w.ImageSelectionStrategy == manifests.StrategyDigest:
		return "the tag " + w.SemverConstraint
	case w.ImageTagPattern != "":
		return "a tag that matches " + w.ImageTagPattern
	case w.ImageSelectionStrategy == manifests.StrategySemVer && w.SemverConstraint != "":
		return "a version as its tag, " + w.SemverConstraint
	case w.ImageSelectionStrategy == manifests.StrategySemVer:
		return "a version as its tag"
	default:
		return "any tag"
	}
}
