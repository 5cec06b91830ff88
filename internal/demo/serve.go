package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"syscall"

	"golang.org/x/sync/errgroup"

	"github.com/davidaparicio/kargo-bot/internal/demo/page"
)

// Listen opens the port of the page. It takes loopback addresses only, as the page has no password. If
// the port is taken and need not be that one, it takes a free one: moved says so.
func Listen(ctx context.Context, address string, mustBeThat bool) (listener net.Listener, moved bool, err error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, false, fmt.Errorf("%q is no address to listen on: write one like 127.0.0.1:7878", address)
	}
	if !page.IsLoopback(host) {
		return nil, false, fmt.Errorf("the demo has no password, so it listens on this machine's loopback only: 127.0.0.1, not %q", host)
	}
	listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) && !mustBeThat {
		listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(0)))
		moved = true
	}
	if err != nil {
		return nil, false, fmt.Errorf("listen for the page: %w", err)
	}
	return listener, moved, nil
}

// Serve runs a demo with its page on a listener until ctx is done. It says on out what it is doing.
// The next promotions of the services in fail go wrong.
func Serve(ctx context.Context, o Options, fail []string, listener net.Listener, out io.Writer) error {
	url := "http://" + listener.Addr().String()
	o.KargoURL = url + page.KargoPath
	d, err := Start(ctx, o)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return listener.Close() // it was told to stop before it had started
	}
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	server, err := page.New(d, o.Log)
	if err == nil {
		err = d.Fail(ctx, fail...)
	}
	if err != nil {
		return errors.Join(err, listener.Close(), d.Stop())
	}
	_, _ = fmt.Fprintf(out, introduction, namespace, len(services()), len(environments()), o.StepTime,
		channelName, repository, d.bot.PublicAddress(), url)
	group, pageCtx := errgroup.WithContext(ctx)
	group.Go(func() error { return server.Serve(pageCtx, listener) })
	group.Go(func() error {
		select {
		case <-d.Done():
			return errEnded
		case <-pageCtx.Done():
			return nil
		}
	})
	err = group.Wait()
	if errors.Is(err, errEnded) {
		err = nil // Stop knows why
	}
	return errors.Join(err, d.Stop())
}

// errEnded takes the page down when the demo ended by itself.
var errEnded = errors.New("the demo ended")

const introduction = `kargo-bot, with everything around it simulated in this one process. Nothing leaves this machine.

  Kubernetes  in memory: project %s, %d services in %d environments
  Kargo       simulated: each step of a promotion takes %s
  Slack       a strict fake: the channel #%s
  GitHub      a strict fake: the repository %s
  kargo-bot   the real one, taking signed requests on %s

Open  %s/

Ctrl-C ends it.
`
