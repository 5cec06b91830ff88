package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// startTimeout bounds the time from the start to an API server that says it is ready. It takes about
// 2 s on an idle machine; a loaded one may be far slower.
const startTimeout = 2 * time.Minute

// serve runs etcd and the API server until ctx is done or one of them fails, and calls ready once
// when the API server is. The API server is stopped before the etcd that it writes to.
func serve(ctx context.Context, opts options, ready func(access) error) error {
	if err := os.MkdirAll(opts.dir, 0o700); err != nil {
		return fmt.Errorf("making --dir: %w", err)
	}
	creds, err := ensureCredentials(opts.dir)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(opts.port)))
	if err != nil {
		return fmt.Errorf("listening for the API server: %w", err)
	}
	defer func() { _ = listener.Close() }()
	reach, err := creds.writeAccess(filepath.Join(opts.dir, "kubeconfig"), "https://"+listener.Addr().String())
	if err != nil {
		return err
	}
	etcd, err := startEtcd(ctx, filepath.Join(opts.dir, "etcd"), opts.unsafeNoFsync)
	if err != nil {
		return err
	}
	defer etcd.close()

	running, ctx := errgroup.WithContext(ctx)
	running.Go(func() error { return etcd.wait(ctx) })
	running.Go(func() error { return runAPIServer(ctx, listener, etcd.url, creds) })
	running.Go(func() error {
		if err := waitReady(ctx, reach.Kubeconfig); err != nil {
			return err
		}
		return ready(reach)
	})
	return running.Wait()
}

// waitReady returns once the API server answers /readyz with 200, that is after its start-up hooks
// (RBAC's built-in roles among them). It returns nil when ctx ends first: that is a stop, no failure.
func waitReady(ctx context.Context, kubeconfig string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return fmt.Errorf("reading the kubeconfig just written: %w", err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	var last error
	err = wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, startTimeout, true, func(ctx context.Context) (bool, error) {
		last = client.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
		return last == nil, nil
	})
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("the API server was not ready after %s: %w", startTimeout, last)
	}
	return nil
}
