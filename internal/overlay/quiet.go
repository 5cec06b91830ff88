package overlay

import (
	"io"
	"log"
	"runtime"
	"strings"
)

// quiet keeps the library from what it does through the standard logger: it writes warnings, and in a few
// places, with an object that it can't write as JSON, it ends the process. Both pass through the logger's
// writer first, where the latter becomes a panic, from which there is a way back. It returns what undoes
// this. Other goroutines log as before.
func quiet() (restore func()) {
	before := log.Writer()
	log.SetOutput(guard{before})
	return func() { log.SetOutput(before) }
}

// guard is the standard logger's writer while the library runs.
type guard struct{ others io.Writer }

// Write passes on what others log.
func (g guard) Write(p []byte) (int, error) {
	ours, fatal := caller()
	switch {
	case !ours:
		return g.others.Write(p)
	case fatal:
		panic(string(p))
	default:
		return len(p), nil
	}
}

// caller reports whether the library logs, in a call of build, and whether the process would end then.
func caller() (ours, fatal bool) {
	pcs := make([]uintptr, 512)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	for {
		frame, more := frames.Next()
		fatal = fatal || strings.HasPrefix(frame.Function, "log.Fatal")
		if ours = strings.HasSuffix(frame.Function, "internal/overlay.build"); ours || !more {
			return ours, fatal
		}
	}
}
