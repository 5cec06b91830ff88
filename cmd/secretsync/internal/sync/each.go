package sync

import (
	"context"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"
)

// atOnce is how many Secrets are read, tried or written at the same time.
const atOnce = 16

// each does something with all of them, and returns when it is done. What panics is told to broken, with the place in
// the code: the panic's own words may have a value in them.
func each[T any](ctx context.Context, all []T, do func(context.Context, T), broken func(T, string)) {
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, one := range all {
		group.Go(func() error {
			defer func() {
				if recover() != nil {
					broken(one, "secretsync has a fault of its own ("+place()+"): report it. The Secret is as it was, or as it is declared.")
				}
			}()
			do(ctx, one)
			return nil
		})
	}
	_ = group.Wait()
}

// place is the file and line at which it panicked.
func place() string {
	const most = 32
	callers := make([]uintptr, most)
	frames := runtime.CallersFrames(callers[:runtime.Callers(0, callers)])
	panicked := false
	for {
		frame, more := frames.Next()
		if panicked && !strings.HasPrefix(frame.Function, "runtime.") {
			return filepath.Base(frame.File) + ":" + strconv.Itoa(frame.Line)
		}
		panicked = panicked || frame.Function == "runtime.gopanic"
		if !more {
			return "nowhere"
		}
	}
}
