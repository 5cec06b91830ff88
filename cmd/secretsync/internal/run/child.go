package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

const (
	// maxReport in bytes: a Report of 5,000 Secrets, each with a long message, has less.
	maxReport = 8 << 20
	// drainTime is how long a pipe is read on after the process has ended: a process that it has started may hold it open.
	drainTime = 2 * time.Second
)

// Child has each pass done by a process of its own, so that the values are gone with it, whatever becomes of it. Of what
// it writes to standard error, nothing is kept but where in the code it was.
type Child struct {
	// Path of the program, and its arguments. It reads a Request from standard input and writes a Report to standard
	// output, both as JSON.
	Path string
	Args []string
	// Env is the environment; this process's if nil. What has clients of stores log their requests is not handed on.
	Env []string
}

// UnexpectedEndError is a pass that has ended without a Report.
type UnexpectedEndError struct {
	// Why, in a few words of ours.
	Why string
	// Trace has places in the code that the process named last: file.go:123.
	Trace []string
}

// Error says why, and where in the code that was.
func (e *UnexpectedEndError) Error() string {
	if len(e.Trace) == 0 {
		return "the pass has ended unexpectedly: " + e.Why
	}
	return "the pass has ended unexpectedly: " + e.Why + ", at " + strings.Join(e.Trace, " < ")
}

// Pass implements Passer. When ctx is done, the process and those that it has started are killed. The error is an
// *UnexpectedEndError, or one of starting a process.
func (c *Child) Pass(ctx context.Context, request credentials.Request) (credentials.Report, error) {
	// The signal by which the kernel ends the child when this process dies, is for the thread that has started it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	input, err := json.Marshal(request)
	if err != nil {
		return credentials.Report{}, fmt.Errorf("write the request of a pass: %w", err)
	}
	ctx, kill := context.WithCancel(ctx)
	defer kill()
	cmd := exec.CommandContext(ctx, c.Path, c.Args...) //nolint:gosec // it is this program itself
	cmd.Env = quiet(c.Env)
	cmd.Stdin = bytes.NewReader(input)
	cmd.WaitDelay = drainTime
	isolate(cmd)

	stdout, stderr := &report{full: kill}, &trace{}
	defer stdout.wipe()
	wait, err := start(cmd, stdout, stderr)
	if err != nil {
		return credentials.Report{}, fmt.Errorf("start a pass: %w", err)
	}
	end := wait()
	if result, ok := stdout.decode(); ok {
		return result, nil
	}
	return credentials.Report{}, &UnexpectedEndError{Why: why(ctx, stdout, end), Trace: stderr.places}
}

// why says in words of ours how a process has ended that has left no Report.
func why(ctx context.Context, stdout *report, end error) string {
	exit, isExit := errors.AsType[*exec.ExitError](end)
	switch {
	case stdout.tooMuch:
		return fmt.Sprintf("its report has more than %d MiB", maxReport>>20)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return "it did not come to an end, and was killed"
	case ctx.Err() != nil:
		return "it was told to stop"
	case isExit:
		return exit.String() // "exit status 2", "signal: killed": the process has no say in it.
	case end != nil:
		return "its input or output broke off"
	default:
		return "it left no report"
	}
}

// start starts the command with its output going to the two. The function that it returns waits for the end of the
// process and of its output. The pipes are read into memory that is wiped, which os/exec's own would not be.
func start(cmd *exec.Cmd, stdout, stderr io.Writer) (wait func() error, err error) {
	var readers, writers []*os.File
	closeAll := func(files []*os.File) {
		for _, file := range files {
			_ = file.Close()
		}
	}
	for range 2 {
		r, w, err := os.Pipe()
		if err != nil {
			closeAll(append(readers, writers...))
			return nil, err
		}
		readers, writers = append(readers, r), append(writers, w)
	}
	cmd.Stdout, cmd.Stderr = writers[0], writers[1]
	err = cmd.Start()
	closeAll(writers)
	if err != nil {
		closeAll(readers)
		return nil, err
	}
	var draining sync.WaitGroup
	for i, into := range []io.Writer{stdout, stderr} {
		draining.Go(func() { drain(readers[i], into) })
	}
	return func() error {
		end := cmd.Wait()
		for _, r := range readers {
			_ = r.SetReadDeadline(time.Now().Add(drainTime))
		}
		draining.Wait()
		closeAll(readers)
		return end
	}, nil
}

// drain hands on what is read, until the end or the deadline.
func drain(r io.Reader, into io.Writer) {
	buffer := make([]byte, 4<<10)
	defer clear(buffer)
	for {
		n, err := r.Read(buffer)
		_, _ = into.Write(buffer[:n]) // Neither report nor trace refuses anything.
		if err != nil {
			return
		}
	}
}
