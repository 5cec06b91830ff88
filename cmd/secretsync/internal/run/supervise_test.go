package run_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/run"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// marker is put together, so that only who has run passes has it in memory in one piece.
func marker() string { return strings.Join([]string{"a pass", "was", "here"}, " ~ ") }

// idle is a Watcher of Secrets that never change.
type idle struct{}

func (idle) Watch(ctx context.Context, _ credentials.SecretName, _ func(run.Change)) error {
	<-ctx.Done()
	return nil
}

// rotating has each pass done by a child that behaves otherwise, all of which have had a value, and then says so.
type rotating struct {
	how    []string
	passed chan<- error
}

func (r *rotating) Pass(ctx context.Context, request credentials.Request) (credentials.Report, error) {
	if len(r.how) == 0 {
		return credentials.Report{}, nil
	}
	path, err := os.Executable()
	if err != nil {
		return credentials.Report{}, err
	}
	if r.how[0] == "hang" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Second)
		defer cancel()
	}
	child := &run.Child{Path: path, Env: append(os.Environ(), behave+"="+r.how[0])}
	r.how = r.how[1:]
	report, err := child.Pass(ctx, request)
	r.passed <- err
	return report, err
}

// supervise is a process that runs a Supervisor, says when the passes are over, and stays until its input ends.
func supervise() {
	hows := strings.Split(os.Getenv("KARGO_BOT_TEST_PASSES"), ",")
	passed := make(chan error, len(hows))
	passer := &rotating{how: hows, passed: passed}
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{Level: slog.LevelDebug}))
	for range hows {
		// One after the other, as a Supervisor waits for long after a pass that went wrong.
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		supervisor := run.New(run.Options{
			Passer: passer, Watcher: idle{}, Log: log, Parse: parse,
			Read: func() ([]byte, error) { return []byte(valid), nil },
		})
		go func() { ended <- supervisor.Run(ctx) }()
		log.Info("passed", "err", <-passed)
		stop()
		<-ended
	}
	fmt.Fprintln(os.Stdout, marker())
	_, _ = io.Copy(io.Discard, os.Stdin)
}
