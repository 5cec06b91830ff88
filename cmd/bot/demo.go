package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/davidaparicio/kargo-bot/internal/demo"
	"github.com/davidaparicio/kargo-bot/internal/demo/page"
)

// How long a step of a promotion takes: to be watched on the page, or to be over soon.
const (
	stepOnPage   = time.Second
	stepHeadless = 50 * time.Millisecond
)

// buildOnPage is how long it takes to build an image: a moment in which a release can be seen waiting for it.
const buildOnPage = 6 * time.Second

// demoFlags are the flags of `bot demo`.
type demoFlags struct {
	listen  string
	run     []string
	as, on  string
	fail    []string
	step    time.Duration
	build   time.Duration
	timeout time.Duration
	verbose bool
}

func newDemo() *cobra.Command {
	var f demoFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Try the bot: everything in this process, no cluster and no accounts needed",
		Long: `Try the bot: the real one, with a simulated Kargo and fakes of Slack and GitHub around it, all in
this process. Without --run it serves a page. With --run it types commands, prints what a person
would see, and exits 0 only if all of them were accepted and ended well.`,
		Example: `  bot demo
  bot demo --run "/kargo diff red production"
  bot demo --run "/promote red production"
  bot demo --run "/promote blue production" --on github
  bot demo --run "/promote red production" --as hubot`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("step") && len(f.run) > 0 {
				f.step = stepHeadless
			}
			options := demo.Options{StepTime: f.step, BuildTime: f.build, Log: personsLogger(cmd, f.verbose)}
			if len(f.run) > 0 {
				return runDemo(cmd, f, options)
			}
			return serveDemo(cmd, f, options)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", "127.0.0.1:7878", "loopback `ADDRESS` of the page; port 0 takes a free one")
	flags.StringArrayVar(&f.run, "run", nil, "type this `COMMAND` instead of serving the page; may be given several times")
	flags.StringVar(&f.as, "as", "octocat", "who types it: octocat, hubot or monalisa")
	flags.StringVar(&f.on, "on", page.OnSlack, "where it is typed: slack or github")
	flags.StringArrayVar(&f.fail, "fail", nil, "let the next promotion of this `SERVICE` to production fail")
	flags.DurationVar(&f.step, "step", stepOnPage, "how long a step of a promotion takes; with --run "+stepHeadless.String()+" by default")
	flags.DurationVar(&f.build, "build", buildOnPage, "how long it takes from a commit to its image")
	flags.DurationVar(&f.timeout, "timeout", time.Minute, "how long to wait for the end of a command")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print the bot's log on standard error")
	return cmd
}

func serveDemo(cmd *cobra.Command, f demoFlags, o demo.Options) error {
	listener, moved, err := demo.Listen(cmd.Context(), f.listen, cmd.Flags().Changed("listen"))
	if err != nil {
		return usage{err}
	}
	if moved {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s is taken, so the page is on another port.\n", f.listen)
	}
	return demo.Serve(cmd.Context(), o, f.fail, listener, cmd.OutOrStdout())
}

// runDemo types the commands one after the other and says at the end which did not end well.
func runDemo(cmd *cobra.Command, f demoFlags, o demo.Options) (err error) {
	commands := make([]demo.Command, len(f.run))
	for i, text := range f.run {
		commands[i] = demo.Command{On: f.on, As: f.as, Text: strings.TrimSpace(text)}
		if err := commands[i].Check(); err != nil {
			return usage{err}
		}
	}
	d, err := demo.Start(cmd.Context(), o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Stop()) }()
	if err := d.Fail(cmd.Context(), f.fail...); err != nil {
		return usage{err}
	}
	var unwell []string
	for i, c := range commands {
		if i > 0 {
			fmt.Fprintln(cmd.OutOrStdout())
		}
		outcome, err := doInTime(cmd, d, c, f.timeout)
		if err != nil {
			return err
		}
		if !outcome.OK() {
			unwell = append(unwell, fmt.Sprintf("%s: %s", c.Text, outcome))
		}
	}
	if len(unwell) > 0 {
		return errors.New(strings.Join(unwell, "; "))
	}
	return nil
}

func doInTime(cmd *cobra.Command, d *demo.Demo, c demo.Command, timeout time.Duration) (demo.Outcome, error) {
	ctx, cancel := context.WithTimeoutCause(cmd.Context(), timeout, fmt.Errorf("gave up after %s", timeout))
	defer cancel()
	return d.Do(ctx, c, cmd.OutOrStdout())
}

// personsLogger returns a logger for what one person runs, and makes Kubernetes' libraries use it. What
// happens is to be seen otherwise: the log is for those who ask for it.
func personsLogger(cmd *cobra.Command, verbose bool) *slog.Logger {
	log := slog.New(slog.DiscardHandler)
	if verbose {
		log = slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
	}
	ctrl.SetLogger(logr.FromSlogHandler(log.Handler()))
	klog.SetSlogLogger(log)
	return log
}
