package command

import (
	"io"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// tellPlaces says where in the code it panicked, a place a line, innermost first. It is called while that is recovered
// from. What else a stack trace has, arguments among it, is left out.
func tellPlaces(w io.Writer) {
	writeLine(w, "secretsync: this is a fault of the program. Please report it with these places:")
	const most = 64
	callers := make([]uintptr, most)
	frames := runtime.CallersFrames(callers[:runtime.Callers(0, callers)])
	for panicked := false; ; {
		frame, more := frames.Next()
		if panicked && !strings.HasPrefix(frame.Function, "runtime.") {
			writeLine(w, "  "+filepath.Base(frame.File)+":"+strconv.Itoa(frame.Line))
		}
		panicked = panicked || frame.Function == "runtime.gopanic"
		if !more {
			return
		}
	}
}
