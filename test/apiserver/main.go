// Command kube-apiserver-test is a real Kubernetes API server for tests: kube-apiserver and etcd in
// one process, on 127.0.0.1 alone. It authenticates by token, authorizes by RBAC, issues service
// account tokens and runs admission as any cluster does. Nothing else of a cluster is there: no
// kubelet, no scheduler, no controllers (see README.md for what follows from that).
//
// It must never be reachable from another machine, and never hold data that somebody needs.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/pflag"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	stop()
	if err != nil && !errors.Is(err, pflag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "kube-apiserver-test:", err)
		os.Exit(1)
	}
}

// options are the program's flags.
type options struct {
	dir              string // absolute; holds all that the program writes
	port             int    // of the API server; 0 takes a free one
	untilStdinCloses bool
	unsafeNoFsync    bool
}

// run is the program: it serves until ctx is done and prints one line of JSON when it is ready.
func run(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) error {
	opts, err := parseFlags(args)
	if err != nil {
		return err
	}
	if opts.untilStdinCloses {
		ctx = untilClosed(ctx, stdin)
	}
	return serve(ctx, opts, func(a access) error {
		return json.NewEncoder(stdout).Encode(a)
	})
}

func parseFlags(args []string) (options, error) {
	var opts options
	flags := pflag.NewFlagSet("kube-apiserver-test", pflag.ContinueOnError)
	flags.StringVar(&opts.dir, "dir", "", "folder for data, certificates and kubeconfig; made if missing, continued if used before (required)")
	flags.IntVar(&opts.port, "port", 0, "port on 127.0.0.1; 0 takes a free one")
	flags.BoolVar(&opts.untilStdinCloses, "until-stdin-closes", false, "stop when standard input closes, so that a dead parent leaves no orphan")
	flags.BoolVar(&opts.unsafeNoFsync, "unsafe-no-fsync", false, "let etcd skip fsync: faster, and the data may not survive a crash of the machine")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 {
		return options{}, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if opts.dir == "" {
		return options{}, errors.New("--dir is required")
	}
	dir, err := filepath.Abs(opts.dir)
	if err != nil {
		return options{}, fmt.Errorf("resolving --dir: %w", err)
	}
	opts.dir = dir
	return opts, nil
}

// untilClosed returns a context that ends when r does. The goroutine that reads r can't be interrupted
// and is left to end with the process.
func untilClosed(ctx context.Context, r io.Reader) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, r)
	}()
	return ctx
}
