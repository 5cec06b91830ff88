package run

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// Change is a Secret as a watch has seen it.
type Change struct {
	Secret credentials.SecretName
	// ResourceVersion is empty if the Secret is not there.
	ResourceVersion string
}

// ErrForbidden is that this program must not watch a Secret.
var ErrForbidden = errors.New("it must not be watched")

// Watcher watches a Secret without seeing what is in it.
type Watcher interface {
	// Watch tells how the Secret stands and then of each change, until the watch ends: all do after a while. The
	// error, nil if it just ended, is for the log.
	Watch(ctx context.Context, secret credentials.SecretName, seen func(Change)) error
}

const (
	// A watch that has failed is tried again after so long, at first and at most.
	firstWatchWait, longestWatchWait = time.Second, time.Minute
	// One that is forbidden is tried again after so long: a Role may have been mended.
	forbiddenWait = 5 * time.Minute
)

// watches keeps a watch for each Secret that is declared.
type watches struct {
	watcher Watcher
	log     *slog.Logger
	crashed crash
	seen    chan Change

	running  sync.WaitGroup
	bySecret map[credentials.SecretName]context.CancelFunc
	told     sync.Once
	// forbidden counts the Secrets that must not be watched.
	forbidden atomic.Int64
}

func newWatches(watcher Watcher, log *slog.Logger, crashed crash) *watches {
	return &watches{
		watcher: watcher, log: log, crashed: crashed,
		seen:     make(chan Change),
		bySecret: map[credentials.SecretName]context.CancelFunc{},
	}
}

// keep starts and ends watches so that there is one for each of the Secrets.
func (w *watches) keep(ctx context.Context, secrets []credentials.SecretName) {
	wanted := make(map[credentials.SecretName]bool, len(secrets))
	for _, secret := range secrets {
		wanted[secret] = true
		if w.bySecret[secret] != nil {
			continue
		}
		ctx, cancel := context.WithCancel(ctx)
		w.bySecret[secret] = cancel
		w.running.Go(func() {
			defer w.crashed.tell()
			w.keepOne(ctx, secret)
		})
	}
	for secret, cancel := range w.bySecret {
		if !wanted[secret] {
			cancel()
			delete(w.bySecret, secret)
		}
	}
}

// stop ends all watches and waits for them.
func (w *watches) stop() {
	for _, cancel := range w.bySecret {
		cancel()
	}
	w.running.Wait()
}

// keepOne watches a Secret until ctx is done.
func (w *watches) keepOne(ctx context.Context, secret credentials.SecretName) {
	waits := backoff.New[struct{}](firstWatchWait, longestWatchWait)
	forbidden := false
	defer func() { w.count(&forbidden, false) }()
	for ctx.Err() == nil {
		began := time.Now()
		err := w.watcher.Watch(ctx, secret, func(change Change) {
			w.count(&forbidden, false)
			select {
			case w.seen <- change:
			case <-ctx.Done():
			}
		})
		if time.Since(began) > longestWatchWait {
			waits.Forget(struct{}{})
		}
		wait := waits.When(struct{}{})
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, ErrForbidden):
			wait += forbiddenWait
			w.count(&forbidden, true)
			w.tell(ctx, secret)
		case err != nil:
			w.log.DebugContext(ctx, "the watch of a Secret has failed", "secret", secret.String(), "err", err)
		}
		await(ctx, wait)
	}
}

// tell says once that there are no watches.
func (w *watches) tell(ctx context.Context, secret credentials.SecretName) {
	w.told.Do(func() {
		w.log.WarnContext(ctx, "a Secret must not be watched: if somebody changes it, that is put right at the next pass only",
			"secret", secret.String(), "fix", "allow get and watch of it in a Role of its namespace, by name")
	})
}

// count notes whether a Secret must not be watched.
func (w *watches) count(was *bool, is bool) {
	switch {
	case is && !*was:
		w.forbidden.Add(1)
	case !is && *was:
		w.forbidden.Add(-1)
	}
	*was = is
}

// await waits, or until ctx is done.
func await(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
