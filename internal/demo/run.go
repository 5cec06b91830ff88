package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// run runs the parts until ctx is done: the bot ends first, and then what it stands on.
func (d *Demo) run(ctx context.Context, listener net.Listener) error {
	below, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	group, below := errgroup.WithContext(below)
	for _, part := range []func(context.Context) error{
		d.runKargo,
		func(ctx context.Context) error { return d.follow(ctx, d.changed.tell, d.ended) },
		d.pushPromoted,
		d.runBuilds,
		func(ctx context.Context) error { return d.serveSlack(ctx, listener) },
		d.followSlack,
		d.followGitHub,
	} {
		group.Go(func() error { return part(below) })
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(below, cancel)()
	err := d.bot.Run(ctx)
	stop()
	return errors.Join(err, group.Wait())
}

func (d *Demo) serveSlack(ctx context.Context, listener net.Listener) error {
	defer context.AfterFunc(ctx, func() { _ = d.slackAPI.Close() })()
	if err := d.slackAPI.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve Slack's API: %w", err)
	}
	return nil
}

func (d *Demo) followSlack(ctx context.Context) error {
	for range d.slack.fake.Events(ctx, 0) {
		d.changed.tell()
	}
	return nil
}

func (d *Demo) followGitHub(ctx context.Context) error {
	happened, stop := d.github.fake.Watch()
	defer stop()
	for {
		select {
		case <-happened:
			d.changed.tell()
		case <-ctx.Done():
			return nil
		}
	}
}

// awaitReady returns when the bot says that it is ready, and the demo's own view of the cluster is.
func (d *Demo) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	often := time.NewTicker(20 * time.Millisecond)
	defer often.Stop()
	for !d.ready(ctx) {
		select {
		case <-often.C:
		case <-d.done:
			return errors.New("it ended")
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if !d.cache.WaitForCacheSync(ctx) {
		return errors.New("the page's view of the cluster was not filled")
	}
	return nil
}

func (d *Demo) ready(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.bot.AdminAddress()+"/readyz", http.NoBody)
	if err != nil {
		return false
	}
	response, err := newTransport().RoundTrip(request)
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	return response.StatusCode == http.StatusOK
}
