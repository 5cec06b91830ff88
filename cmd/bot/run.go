package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/davidaparicio/kargo-bot/internal/app"
	"github.com/davidaparicio/kargo-bot/internal/config"
	"github.com/davidaparicio/kargo-bot/internal/terminal"
)

// The forms of what `bot run` prints.
const (
	outputText = "text"
	outputJSON = "json"
)

// runFlags are the flags of `bot run`.
type runFlags struct {
	config     string
	kubeconfig string
	output     string
	wait       bool
	timeout    time.Duration
	verbose    bool
}

func newRun() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run --config FILE COMMAND…",
		Short: "Give a command from a terminal, with your own Kubernetes credentials",
		Long: `Give a command from a terminal, as one would in Slack or on GitHub. It is done in the name and with the
permissions of the Kubernetes user that your kubeconfig makes you; a bot that is served ("bot serve")
carries it out. Of the configuration, the pipelines are needed, and no secrets.

Exit codes:
  0  answered, or recorded; with --wait: it ended well
  1  it failed or was aborted, something is broken, or the wait was broken off
  2  the command or a flag is not understood
  3  refused: what to do about it is said
  4  with --wait: it still runs when --timeout is over`,
		Example: `  bot run --config config.yaml status
  bot run --config config.yaml "/promote red production" --wait
  bot run --config config.yaml history red production -o json`,
		// A command has options of its own, which may stand anywhere: see separate.
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			flags, words := separate(cmd.Flags(), args)
			if err := cmd.Flags().Parse(flags); err != nil {
				return cmd.FlagErrorFunc()(cmd, err)
			}
			if help, err := cmd.Flags().GetBool("help"); err == nil && help {
				return cmd.Help()
			}
			return run(cmd, f, words)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.config, "config", "", "the configuration `FILE` (docs/configuration.md)")
	flags.StringVar(&f.kubeconfig, "kubeconfig", "", "the kubeconfig `FILE`; default: $KUBECONFIG, or ~/.kube/config")
	flags.StringVarP(&f.output, "output", "o", outputText, "text, or json for programs")
	flags.BoolVar(&f.wait, "wait", false, "wait for the end of what was asked for")
	flags.DurationVar(&f.timeout, "timeout", 30*time.Minute, "how long to wait")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print the log on standard error")
	flags.BoolP("help", "h", false, "help for run")
	return cmd
}

func run(cmd *cobra.Command, f runFlags, words []string) error {
	switch {
	case f.config == "":
		return usage{errors.New("name the configuration: --config FILE")}
	case len(words) == 0:
		return usage{fmt.Errorf("no command: try %s --config %s help", cmd.CommandPath(), f.config)}
	case f.output != outputText && f.output != outputJSON:
		return usage{fmt.Errorf("--output is %s or %s", outputText, outputJSON)}
	case f.timeout <= 0:
		return usage{errors.New("--timeout is longer than 0")}
	}
	c, err := config.LoadForTerminal(f.config)
	if err != nil {
		return invalid(cmd, err)
	}
	cluster, err := connect(f.kubeconfig)
	if err != nil {
		return err
	}
	interruptible(cmd.Context(), cluster)
	bot, err := app.NewTerminal(app.TerminalFromConfig(c, cluster, cmd.ErrOrStderr(), personsLogger(cmd, f.verbose)))
	if err != nil {
		return err
	}
	ended, err := terminal.Session{
		Bot: bot, Out: cmd.OutOrStdout(), Notes: cmd.ErrOrStderr(),
		JSON: f.output == outputJSON, Colour: hasColour(cmd.OutOrStdout()), Wait: f.wait, Timeout: f.timeout,
	}.Run(cmd.Context(), commandLine(words))
	if err != nil {
		return err
	}
	if code := exits[ended]; code != 0 {
		return exit(code)
	}
	return nil
}

// exits has the exit code for each way in which a command ends.
var exits = map[terminal.Ending]int{
	terminal.Done: 0, terminal.Failed: exitFailure, terminal.Misunderstood: exitUsage,
	terminal.Refused: exitRefused, terminal.Running: exitRunning,
}

// hasColour reports whether what is printed is seen on a terminal by somebody who wants colour
// (https://no-color.org).
func hasColour(out any) bool {
	file, ok := out.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
