package command

import (
	"io"
	"log"
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
)

// harden sees to it that values stay in the process: no core is dumped and no other process may look into it, and what
// libraries print or log goes nowhere. The memory of a pass is bound. It returns what this package itself speaks through.
//
// A panic that nobody recovers from prints what it panicked with. A pass's goes to whoever has started it, who keeps
// nothing of it but places in the code. That of another command goes nowhere; the process then ends by SIGABRT, so that
// its exit code is none of this program's.
func harden(pass bool) console {
	lockDown()
	if pass {
		boundMemory()
	}
	log.SetOutput(io.Discard)
	slog.SetDefault(slog.New(slog.DiscardHandler))
	klog.SetSlogLogger(slog.New(slog.DiscardHandler))
	ctrllog.SetLogger(logr.Discard())
	ours := console{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	nowhere, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return ours
	}
	out, err := redirect(os.Stdout, nowhere)
	if err != nil {
		return ours
	}
	ours.out = out
	if pass {
		os.Stdout, os.Stderr = nowhere, nowhere
		return ours
	}
	debug.SetTraceback("crash")
	if errs, err := redirect(os.Stderr, nowhere); err == nil {
		ours.err = errs
	}
	os.Stdout, os.Stderr = nowhere, nowhere
	return ours
}
