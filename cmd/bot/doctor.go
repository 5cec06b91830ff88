package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/app"
	"github.com/davidaparicio/kargo-bot/internal/config"
	"github.com/davidaparicio/kargo-bot/internal/doctor"
	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/terminal"
)

// exitUnlooked: nothing could be looked at. It is of `bot doctor`.
const exitUnlooked = 2

// doctorFlags are the flags of `bot doctor`.
type doctorFlags struct {
	config, file, project string
	kubeconfig, context   string
	output, account       string
	fix, yes, verbose     bool
}

func newDoctor() *cobra.Command {
	var f doctorFlags
	cmd := &cobra.Command{
		Use:   "doctor [SERVICE]",
		Short: "Say what is wrong, why it matters and how to mend it, with your own Kubernetes credentials",
		Long: `Say what is wrong, why it matters and how to mend it: with Warehouses, Stages and Promotions, with Argo CD's
Applications, credentials and webhooks, with what the bot needs of Kubernetes, GitHub and Slack, and with how the
configuration fits all that. docs/doctor.md lists what is looked at.

Everything is read with your own credentials. What you may not read is listed as not looked at. Nothing is
changed, unless you ask by --fix, and then agree to each change.

Exit codes:
  0  no errors were found; there may be warnings
  1  there are errors
  2  nothing could be looked at, or a flag is not understood`,
		Example: `  bot doctor --config config.yaml
  bot doctor red -f kargo/config.yaml -o json
  bot doctor --project microsvcs --context staging --fix`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return examine(cmd, f, strings.Join(args, ""))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.config, "config", "", "the bot's configuration `FILE` (docs/configuration.md)")
	flags.StringVarP(&f.file, "file", "f", "", "a pipeline `FILE` of the deployment guide, in place of a configuration")
	flags.StringVar(&f.project, "project", "", "only this `PROJECT`; alone: one with the guide's environments")
	flags.StringVar(&f.kubeconfig, "kubeconfig", "", "the kubeconfig `FILE`; default: $KUBECONFIG, or ~/.kube/config")
	flags.StringVar(&f.context, "context", "", "the `CONTEXT` of the kubeconfig; default: the current one")
	flags.StringVarP(&f.output, "output", "o", outputText, "text, or json for programs")
	flags.StringVar(&f.account, "bot-serviceaccount", "", "the bot's ServiceAccount, as `NAMESPACE/NAME`, to look at its permissions")
	flags.BoolVar(&f.fix, "fix", false, "offer to do what can be mended safely")
	flags.BoolVar(&f.yes, "yes", false, "with --fix: do it without asking")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print the log on standard error")
	return cmd
}

func examine(cmd *cobra.Command, f doctorFlags, service string) error {
	user, err := f.check()
	if err != nil {
		return err
	}
	c, err := f.load()
	if err != nil {
		fmt.Fprintln(cmd.ErrOrStderr(), err)
		return exit(exitUnlooked)
	}
	cluster, err := connectTo(f.kubeconfig, f.context)
	if err != nil {
		fmt.Fprintln(cmd.ErrOrStderr(), "bot:", err)
		return exit(exitUnlooked)
	}
	interruptible(cmd.Context(), cluster)
	log := personsLogger(cmd, f.verbose)
	bot, err := app.NewTerminal(app.TerminalFromConfig(c, cluster, cmd.ErrOrStderr(), log))
	if err != nil {
		return err
	}
	options := app.ExamineOptions{BotUser: user, Places: app.Places(c)}
	switch secrets, _, err := c.Secrets(secret.System()); {
	case c.Slack == nil && c.GitHub == nil:
		options.Without = "The configuration has neither Slack nor GitHub: name the bot's own by --config."
	case err != nil:
		options.Without = "The bot's credentials can't be read here. Ask in chat, by /doctor, or give this command the secrets that the configuration names."
	default:
		surfaces := app.FromConfig(c, secrets, app.Cluster{Config: cluster}, log)
		options.Surfaces = &surfaces
	}
	diagnosis, repairs, problem := bot.Examine(cmd.Context(), service, options)
	if problem != nil {
		fmt.Fprint(cmd.ErrOrStderr(), terminal.Render(problem.Card(), hasColour(cmd.ErrOrStderr())))
		return exit(exitUnlooked)
	}
	if err := printDiagnosis(cmd.OutOrStdout(), diagnosis, f.output == outputJSON); err != nil {
		return err
	}
	left := 0
	for _, finding := range diagnosis.Findings {
		if finding.Severity == answers.SeverityError {
			left++
		}
	}
	if f.fix {
		mended, ok := mend(cmd, bot, repairs, f.yes)
		if !ok {
			return exit(exitFailure)
		}
		left -= mended
	}
	if left > 0 {
		return exit(exitFailure)
	}
	return nil
}

// check checks the flags, and returns who the bot is to Kubernetes.
func (f doctorFlags) check() (user string, err error) {
	namespace, name, found := strings.Cut(f.account, "/")
	switch {
	case f.output != outputText && f.output != outputJSON:
		return "", usage{fmt.Errorf("--output is %s or %s", outputText, outputJSON)}
	case f.config != "" && f.file != "":
		return "", usage{errors.New("--config and --file are two ways to say the same: give one")}
	case f.config == "" && f.file == "" && f.project == "":
		return "", usage{errors.New("say what to look at: --config FILE, -f kargo/config.yaml, or --project PROJECT")}
	case f.yes && !f.fix:
		return "", usage{errors.New("--yes goes with --fix")}
	case f.fix && f.output == outputJSON && !f.yes:
		return "", usage{errors.New("--fix asks, which does not go with -o json: add --yes")}
	case f.account == "":
		return "", nil
	case !found || namespace == "" || name == "" || strings.ContainsAny(f.account, ": "):
		return "", usage{errors.New("--bot-serviceaccount is NAMESPACE/NAME")}
	default:
		return "system:serviceaccount:" + namespace + ":" + name, nil
	}
}

// load reads what says where to look.
func (f doctorFlags) load() (*config.Config, error) {
	var c *config.Config
	var err error
	switch {
	case f.config != "":
		c, err = config.LoadForTerminal(f.config)
	case f.file != "":
		c, err = config.FromPipelineFile(f.file)
	default:
		return config.FromProject(f.project)
	}
	if err != nil || f.project == "" {
		return c, err
	}
	for _, p := range c.Pipelines {
		if p.Project == f.project {
			c.Pipelines = []config.Pipeline{p}
			return c, nil
		}
	}
	return nil, fmt.Errorf("the configuration has no project %.63q", f.project)
}

func printDiagnosis(out io.Writer, d answers.Diagnosis, asJSON bool) error {
	text := []byte(terminal.RenderDiagnosis(d, hasColour(out)))
	if asJSON {
		var err error
		if text, err = terminal.DiagnosisJSON(d); err != nil {
			return err
		}
	}
	if _, err := out.Write(text); err != nil {
		return fmt.Errorf("print the diagnosis: %w", err)
	}
	return nil
}

// mend does the repairs that the person agrees to. It returns how many errors it has mended, of which there is none where
// Kargo only tries again, and whether all that was tried was done.
func mend(cmd *cobra.Command, bot *app.Terminal, repairs []doctor.Repair, yes bool) (mended int, done bool) {
	notes, answersTo := cmd.ErrOrStderr(), bufio.NewReader(io.LimitReader(cmd.InOrStdin(), 64<<10))
	done = true
	for _, r := range repairs {
		fmt.Fprintln(notes, "\n"+terminal.Plain(r.Finding.What))
		fmt.Fprint(notes, "→ "+terminal.Plain(r.Says)+" ")
		if !yes {
			fmt.Fprint(notes, "[y/N] ")
			answer, err := answersTo.ReadString('\n')
			if word := strings.ToLower(strings.TrimSpace(answer)); word != "y" && word != "yes" {
				fmt.Fprintln(notes, "Left as it is.")
				if err != nil {
					break // nobody answers any more
				}
				continue
			}
		}
		if err := bot.Mend(cmd.Context(), r); err != nil {
			done = false
			fmt.Fprintln(notes, "Not done: "+terminal.Plain(app.WhyNotMended(err)))
			continue
		}
		fmt.Fprintln(notes, "Done.")
		if r.Finding.Severity == answers.SeverityError && !r.Retries {
			mended++
		}
	}
	if len(repairs) == 0 {
		fmt.Fprintln(notes, "\nThere is nothing that --fix can do.")
	}
	return mended, done
}

// connectTo does what connect does, with a context of the kubeconfig.
func connectTo(kubeconfig, context string) (*rest.Config, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = kubeconfig
	cluster, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: context}).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("find Kubernetes: %w (give --kubeconfig, or run in a cluster)", err)
	}
	cluster.UserAgent = "kargo-bot/" + version
	return cluster, nil
}
