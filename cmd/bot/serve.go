package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/davidaparicio/kargo-bot/internal/app"
	"github.com/davidaparicio/kargo-bot/internal/config"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

func newServe() *cobra.Command {
	var file, kubeconfig string
	cmd := &cobra.Command{
		Use:   "serve --config FILE",
		Short: "Run the bot",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serve(cmd, file, kubeconfig)
		},
	}
	cmd.Flags().StringVar(&file, "config", "", "the configuration `FILE` (docs/configuration.md)")
	cmd.Flags().StringVar(&kubeconfig, "kubeconfig", "", "how to reach Kubernetes from outside of it; default: $KUBECONFIG, or the Pod's ServiceAccount")
	if err := cmd.MarkFlagRequired("config"); err != nil {
		panic(err)
	}
	return cmd
}

func serve(cmd *cobra.Command, file, kubeconfig string) error {
	c, err := load(cmd, file)
	if err != nil {
		return err
	}
	secrets, warnings, err := c.Secrets(secret.System())
	if err != nil {
		return invalid(cmd, err)
	}
	log := newLogger(c.Log.Level)
	for _, w := range append(c.Warnings, warnings...) {
		log.Warn("configuration", "problem", w.Error())
	}
	cluster, err := connect(kubeconfig)
	if err != nil {
		return err
	}
	bot, err := app.New(app.FromConfig(c, secrets, app.Cluster{Config: cluster}, log))
	if err != nil {
		return err
	}
	log.Info("starting", "version", version)
	return bot.Run(cmd.Context())
}

// load reads the configuration and shows what is wrong with it, a line each.
func load(cmd *cobra.Command, file string) (*config.Config, error) {
	c, err := config.Load(file)
	if err != nil {
		return nil, invalid(cmd, err)
	}
	return c, nil
}

func invalid(cmd *cobra.Command, err error) error {
	fmt.Fprintln(cmd.ErrOrStderr(), err)
	return silent{err}
}

func connect(kubeconfig string) (*rest.Config, error) { return connectTo(kubeconfig, "") }

// newLogger returns a logger of JSON lines on standard error, and makes Kubernetes' libraries use it.
func newLogger(level string) *slog.Logger {
	var least slog.Level
	// The level was checked with the rest of the configuration.
	_ = least.UnmarshalText([]byte(level))
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: least}))
	libraries := app.QuietHandler(log.Handler())
	ctrl.SetLogger(logr.FromSlogHandler(libraries))
	klog.SetSlogLogger(slog.New(libraries))
	return log
}
