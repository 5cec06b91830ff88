package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/davidaparicio/kargo-bot/internal/manifests"
	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
)

// silence listens, accepts, and never answers. It returns its URL, and tells of each request that it has begun to read.
func silence(t *testing.T) (url string, asked <-chan struct{}) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	heard := make(chan struct{}, 100)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close()
				if _, err := connection.Read(make([]byte, 1)); err == nil {
					heard <- struct{}{}
				}
				_, _ = io.Copy(io.Discard, connection)
			}()
		}
	}()
	return "http://" + listener.Addr().String(), heard
}

// kubeconfigOf writes a kubeconfig for the API server of a URL.
func kubeconfigOf(t *testing.T, url string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "kubeconfig")
	text := fmt.Sprintf("apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{name: c, cluster: {server: %q}}]\n"+
		"contexts: [{name: c, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {token: t}}]\n", url)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAnInterruptEndsWaitingForASilentAPIServer(t *testing.T) {
	t.Parallel()
	_, file := newPipeline(t)
	for name, args := range map[string][]string{
		"generate": {"generate", "-f", file, "--kargo-version", "1.12", "--apply", "--yes"},
		"version":  {"generate", "-f", file, "--check"},
		"doctor":   {"doctor", "-f", file},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, asked := silence(t)
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			// Sooner than any request gives up by itself.
			const promptly = requestTimeout / 3
			args := append(args, "--kubeconfig", kubeconfigOf(t, url))
			ended := make(chan string, 1)
			go func() {
				root := newRoot()
				var said strings.Builder
				root.SetOut(&said)
				root.SetErr(&said)
				root.SetArgs(args)
				code := execute(ctx, root)
				ended <- fmt.Sprintf("%d: %s", code, said.String())
			}()
			select {
			case <-asked:
			case said := <-ended:
				t.Fatalf("ended before it asked: %s", said)
			}
			interrupt()
			select {
			case said := <-ended:
				if strings.HasPrefix(said, "0:") || strings.Contains(said, "context canceled") {
					t.Error(said)
				}
			case <-time.After(promptly):
				t.Fatal("it still waits")
			}
		})
	}
}

func TestASilentAPIServerIsWaitedForOnlySoLong(t *testing.T) {
	t.Parallel()
	url, _ := silence(t)
	c, err := newCluster(&rest.Config{Host: url, Timeout: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	_, file := newPipeline(t)
	p, err := manifests.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := c.Plan(t.Context(), generate.Manifests(p))
		ended <- err
	}()
	select {
	case err := <-ended:
		if err == nil || strings.Contains(err.Error(), "deadline exceeded") {
			t.Errorf("said: %v", err)
		}
	case <-time.After(patience):
		t.Fatal("it still waits")
	}
}
