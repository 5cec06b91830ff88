package command

import (
	"fmt"
	"log/slog"
	"net"
	"os"

	"github.com/spf13/cobra"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/run"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

func newRun(version string) *cobra.Command {
	var s source
	var c cluster
	var admin string
	cmd := &cobra.Command{
		Use:   "run -f FILE",
		Short: "Keep the Secrets as they are declared, until told to stop",
		Long: `Keep the Secrets as they are declared: at each interval, when the declaration changes, and at once when
somebody changes or deletes one. Each look at the secret store is a process of its own, so that this
one never holds a value.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			supervisor, err := newSupervisor(cmd, &s, &c, admin, version)
			if err != nil {
				return err
			}
			return supervisor.Run(cmd.Context())
		},
	}
	cmd.Flags().StringVarP(&s.file, "file", "f", "", "the `FILE` with the declaration, or the pipeline's config.yaml with one under credentials")
	cmd.Flags().StringVar(&admin, "admin", ":9090", "the `ADDRESS` of health and metrics")
	c.flags(cmd)
	return cmd
}

func newSupervisor(cmd *cobra.Command, s *source, c *cluster, admin, version string) (*run.Supervisor, error) {
	if s.file == "" {
		return nil, errSource
	}
	config, err := c.config()
	if err != nil {
		return nil, err
	}
	watcher, err := run.NewCluster(config)
	if err != nil {
		return nil, err //nolint:wrapcheck // it is for people
	}
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("the program does not find itself: %w", err)
	}
	var listening net.ListenConfig
	listener, err := listening.Listen(cmd.Context(), "tcp", admin)
	if err != nil {
		return nil, fmt.Errorf("%s can't be listened on: %w (give another --admin)", admin, err)
	}
	log := slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil))
	log.Info("starting", "version", version)
	return run.New(run.Options{
		Passer:  &run.Child{Path: program, Args: passArgs(s, c)},
		Watcher: watcher,
		Read:    func() ([]byte, error) { return strictyaml.ReadFile(s.file) },
		Parse: func(data []byte) (run.Plan, error) {
			d, err := s.parse(data)
			if err != nil {
				return run.Plan{}, err
			}
			return planOf(d), nil
		},
		Log:     log,
		Crashed: func() { tellPlaces(cmd.ErrOrStderr()) },
		Admin:   listener,
	}), nil
}

func passArgs(s *source, c *cluster) []string {
	args := []string{nameOfPass, "--file", s.file}
	if c.kubeconfig != "" {
		args = append(args, "--kubeconfig", c.kubeconfig)
	}
	if c.context != "" {
		args = append(args, "--context", c.context)
	}
	return args
}

// planOf says what a declaration means to whoever keeps it.
func planOf(d declared) run.Plan {
	plan := run.Plan{Interval: d.Declaration.Interval, Timeout: d.Declaration.Timeout}
	for _, wanted := range d.Wanted() {
		one := run.Declared{SecretName: wanted.SecretName}
		for _, reference := range wanted.Credential.References() {
			one.Sources = append(one.Sources, reference.Source)
		}
		plan.Secrets = append(plan.Secrets, one)
	}
	return plan
}
