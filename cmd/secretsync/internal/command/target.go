package command

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/probe"
	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/resolve"
	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/sync"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
	"github.com/davidaparicio/kargo-bot/internal/manifests"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// source says where the declaration is.
type source struct {
	file, envFile, namespace string
}

func (s *source) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&s.file, "file", "f", "", "the `FILE` with the declaration, or the pipeline's config.yaml with one under credentials")
	flags.StringVar(&s.envFile, "env-file", "", "do without a declaration: take the accounts in this `FILE`, such as kargo/.env")
	flags.StringVarP(&s.namespace, "namespace", "n", "", "with --env-file: the `NAMESPACE` of the Secrets; the pipeline's if -f has one")
}

// errSource is what is wrong with how the command was called.
var errSource = errors.New("say with -f where the declaration is, or with --env-file where the accounts are")

// declared is a declaration that has been read.
type declared struct {
	*credentials.File

	// dir is where relative paths in references start.
	dir string
	// warnings are about the file.
	warnings strictyaml.Problems
}

// read reads the declaration, or makes one of the file with variables. The error is for people.
func (s *source) read() (declared, error) {
	switch {
	case s.envFile != "":
		imported, err := s.imported(filepath.Base(s.envFile), nil)
		if err != nil {
			return declared{}, err
		}
		return declared{File: imported.File, dir: filepath.Dir(s.envFile), warnings: slices.Concat(imported.Warnings, imported.File.Warnings)}, nil
	case s.file != "":
		file, err := manifests.LoadCredentials(s.file)
		return s.declared(file, err)
	default:
		return declared{}, errSource
	}
}

// parse does what read does with the content of the declaration's file.
func (s *source) parse(data []byte) (declared, error) {
	file, err := manifests.ParseCredentials(s.file, data)
	return s.declared(file, err)
}

func (s *source) declared(file *credentials.File, err error) (declared, error) {
	if err != nil {
		return declared{}, invalidError{err}
	}
	return declared{File: file, dir: filepath.Dir(s.file), warnings: file.Warnings}, nil
}

// imported makes a declaration of a file with variables. References have it under name; reference says where values are
// otherwise.
func (s *source) imported(name string, reference func(string) string) (*credentials.Import, error) {
	data, err := strictyaml.ReadFile(s.envFile)
	if err != nil {
		return nil, invalidError{err}
	}
	options := credentials.ImportOptions{File: name, Namespace: s.namespace, Reference: reference}
	if s.file != "" {
		pipeline, err := manifests.Load(s.file)
		if err != nil {
			return nil, invalidError{err}
		}
		options.GitRepo, options.Repositories = pipeline.GitRepo, pipeline.Repositories()
		if options.Namespace == "" {
			options.Namespace = pipeline.Namespace
		}
	}
	if options.Namespace == "" {
		return nil, errors.New("say with --namespace where the Secrets are to be, or with -f where the pipeline's config.yaml is")
	}
	imported, err := credentials.ImportEnv(data, options)
	if err != nil {
		return nil, invalidError{err}
	}
	return imported, nil
}

// invalidError is what is wrong with a file, a line each.
type invalidError struct{ error }

// Unwrap returns the problems.
func (e invalidError) Unwrap() error { return e.error }

// Error begins on a line of its own, as the problems do.
func (e invalidError) Error() string {
	return "there is something to be put right:\n" + e.error.Error()
}

// cluster says how Kubernetes is reached.
type cluster struct {
	kubeconfig, context string
}

func (c *cluster) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.kubeconfig, "kubeconfig", "", "how to reach Kubernetes from outside of it; default: $KUBECONFIG, or the Pod's ServiceAccount")
	cmd.Flags().StringVar(&c.context, "context", "", "the `CONTEXT` of the kubeconfig; default: the current one")
}

func (c *cluster) config() (*rest.Config, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = c.kubeconfig
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: c.context}).ClientConfig()
	if err != nil {
		// What is wrong with it is told without its content, which may be a token.
		where := "there is no kubeconfig, and no Pod's ServiceAccount: give --kubeconfig, or run in a cluster"
		if used := rules.GetDefaultFilename(); used != "" && (c.kubeconfig != "" || c.context != "" || os.Getenv(clientcmd.RecommendedConfigPathEnvVar) != "") {
			where = fmt.Sprintf("check that %s is a kubeconfig, and that the context is in it", used)
		}
		return nil, errors.New("no way to Kubernetes: " + where)
	}
	return config, nil
}

func (c *cluster) client() (client.Client, error) {
	config, err := c.config()
	if err != nil {
		return nil, err
	}
	return sync.NewClient(config)
}

// newPassOf returns a pass over what is declared.
func newPassOf(d declared, kubernetes client.Client) *sync.Pass {
	return &sync.Pass{
		Client:   kubernetes,
		Resolver: resolve.New(resolve.Options{Backends: d.Declaration.Backends, Timeout: d.Declaration.Timeout, Dir: d.dir}),
		Prober:   probe.New(probe.Options{Repositories: d.Repositories}),
		Now:      time.Now,
	}
}

// only reads the names of Secrets as they are given on the command line.
func only(names []string, d declared) ([]credentials.SecretName, error) {
	declared := map[string]credentials.SecretName{}
	for _, wanted := range d.Wanted() {
		declared[wanted.String()] = wanted.SecretName
	}
	var all []credentials.SecretName
	for _, text := range names {
		if !strings.Contains(text, "/") {
			text = d.Namespace + "/" + text
		}
		name, ok := declared[text]
		if !ok {
			return nil, fmt.Errorf("no Secret %s is declared: --only takes NAMESPACE/NAME", text)
		}
		all = append(all, name)
	}
	return all, nil
}
