package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/rest"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/app"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
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
		return invalid(err)
	}
	cluster, err := connect(f.kubeconfig)
	if err != nil {
		return err
	}
	s, err := newSession(cmd, f, c, cluster)
	if err != nil {
		return err
	}
	return s.run(cmd.Context(), commandLine(words))
}

// session is one command from a terminal.
type session struct {
	cmd      *cobra.Command
	flags    runFlags
	terminal *app.Terminal
	line     string
}

func newSession(cmd *cobra.Command, f runFlags, c *config.Config, cluster *rest.Config) (*session, error) {
	log := personsLogger(cmd, f.verbose)
	t, err := app.NewTerminal(app.TerminalFromConfig(c, cluster, cmd.ErrOrStderr(), log))
	if err != nil {
		return nil, err
	}
	return &session{cmd: cmd, flags: f, terminal: t}, nil
}

func (s *session) run(ctx context.Context, line string) error {
	s.line = line
	answer := s.terminal.Ask(ctx, line)
	if answer.Shipment != nil && s.flags.wait {
		return s.wait(ctx, answer)
	}
	if err := s.print(answer); err != nil {
		return err
	}
	return s.verdict(answer.Problem)
}

// verdict is the exit code of an answer.
func (s *session) verdict(p *chatops.Problem) error {
	switch {
	case p == nil:
		return nil
	case p.Code == chatops.CodeUsage || p.Code == chatops.CodeUnknownCommand:
		return silent{exit{exitUsage, p}}
	case p.Refusal():
		return silent{exit{exitRefused, p}}
	}
	if !s.flags.verbose {
		fmt.Fprintln(s.cmd.ErrOrStderr(), "--verbose prints what is behind it.")
	}
	return silent{exit{exitFailure, p}}
}

// wait follows a Shipment to its end and prints how it ended, or how it stands when the wait is over.
func (s *session) wait(ctx context.Context, answer bot.Answer) error {
	fmt.Fprintf(s.cmd.ErrOrStderr(), "%s (Shipment %s)\n", answer.Card.Title, answer.Shipment.Name)
	timed, cancel := context.WithTimeoutCause(ctx, s.flags.timeout, errTimeout)
	defer cancel()
	latest, err := s.terminal.Follow(timed, answer.Shipment)
	answer.Shipment, answer.Card = latest, s.terminal.Card(latest)
	return errors.Join(s.print(answer), s.outcome(ctx, latest, err))
}

// errTimeout is the cause of the end of a wait that --timeout ends.
var errTimeout = errors.New("--timeout is over")

// outcome is the exit code of a wait, which has ended with err.
func (s *session) outcome(ctx context.Context, latest *v1alpha1.Shipment, err error) error {
	switch {
	case errors.Is(err, errTimeout):
		return exit{exitRunning, fmt.Errorf("%s after %s", terminal.StillRunning(latest), s.flags.timeout)}
	case ctx.Err() != nil:
		return errors.New(terminal.StillRunning(latest))
	case errors.Is(err, terminal.ErrGone):
		return fmt.Errorf("%w: what has become of it is not known", err)
	case err != nil:
		return fmt.Errorf("can't see how it goes on (%w): %s", err, terminal.StillRunning(latest))
	case latest.Status.Phase == v1alpha1.PhaseSucceeded, latest.Status.Phase == v1alpha1.PhaseSkipped:
		return nil
	default:
		return silent{fmt.Errorf("it ended: %s", latest.Status.Phase)}
	}
}

func (s *session) print(answer bot.Answer) error {
	text := terminal.Render(answer.Card, hasColour(s.cmd.OutOrStdout()))
	if s.flags.output == outputJSON {
		document, err := terminal.NewDocument(s.line, answer).JSON()
		if err != nil {
			return err
		}
		text = string(document)
	}
	if _, err := strings.NewReader(text).WriteTo(s.cmd.OutOrStdout()); err != nil {
		return fmt.Errorf("print the answer: %w", err)
	}
	return nil
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
