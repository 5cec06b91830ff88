package harness

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"
	"sync"
)

// Log is what a process wrote to its standard error.
type Log struct {
	mu      sync.Mutex
	lines   []string
	changed chan struct{}
	ended   bool
}

// LogEntry is a line of the log.
type LogEntry map[string]any

func newLog() *Log { return &Log{changed: make(chan struct{})} }

// read takes lines until r ends.
func (l *Log) read(r io.Reader) {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 64<<10), 16<<20)
	for scanner.Scan() {
		l.add(scanner.Text(), false)
	}
	l.add("", true)
}

func (l *Log) add(line string, end bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if end {
		l.ended = true
	} else {
		l.lines = append(l.lines, line)
	}
	close(l.changed)
	l.changed = make(chan struct{})
}

// String returns all of it.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

// tail returns the last lines.
func (l *Log) tail(n int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines[max(0, len(l.lines)-n):], "\n")
}

// find returns the first entry with that message. Otherwise it returns a channel that is closed when
// there is more to look at, or nil if there will be no more.
func (l *Log) find(message string) (LogEntry, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		var entry LogEntry
		if json.Unmarshal([]byte(line), &entry) == nil && entry["msg"] == message {
			return entry, nil
		}
	}
	if l.ended {
		return nil, nil
	}
	return nil, l.changed
}
