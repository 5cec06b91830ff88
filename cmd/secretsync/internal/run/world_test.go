package run_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/run"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

var (
	github = credentials.SecretName{Namespace: "microsvcs", Name: "github-creds"}
	quay   = credentials.SecretName{Namespace: "microsvcs", Name: "quay-creds"}
)

const vault, sops = "vault vault.acme.dev", "sops secrets.yaml"

// asked is a pass that was asked for, so long after the start.
type asked struct {
	after   time.Duration
	request credentials.Request
}

// world is a cluster and a store in memory, of which the passes are done as the script says: a strict fake of what is
// around a Supervisor. It lives in a synctest bubble.
type world struct {
	t     *testing.T
	start time.Time
	log   *log
	// script does a pass; everything is well if it is nil.
	script func(ctx context.Context, request credentials.Request) (credentials.Report, error)

	mu       sync.Mutex
	content  string
	fault    error
	passes   []asked
	running  bool
	versions map[credentials.SecretName]int
	watchers map[credentials.SecretName]chan struct{}
	// forbidden says that Secrets must not be watched.
	forbidden bool
}

// log is what is logged, safe to be read meanwhile.
type log struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.String()
}

const valid = "interval 10m0s"

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, start: time.Now(), log: &log{}, content: valid,
		versions: map[credentials.SecretName]int{},
		watchers: map[credentials.SecretName]chan struct{}{},
	}
	return w
}

func (w *world) options() run.Options {
	return run.Options{
		Passer: w, Watcher: w, Read: w.read, Parse: parse,
		Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}
}

// keep runs a Supervisor until the test ends.
func (w *world) keep() {
	w.t.Helper()
	ctx, stop := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run.New(w.options()).Run(ctx) }()
	w.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			w.t.Errorf("the supervisor ended: %v", err)
		}
	})
}

func (w *world) read() ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return []byte(w.content), w.fault
}

// declare writes the declaration's file.
func (w *world) declare(content string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.content = content
}

// parse understands "interval 10m0s", maybe followed by " github-creds" for that Secret alone.
func parse(data []byte) (run.Plan, error) {
	words := strings.Fields(string(data))
	if len(words) < 2 || words[0] != "interval" {
		return run.Plan{}, errors.New("line 1: unknown field; write interval")
	}
	interval, err := time.ParseDuration(words[1])
	if err != nil {
		return run.Plan{}, errors.New("line 1: no duration; write 10m")
	}
	plan := run.Plan{Interval: interval, Timeout: 20 * time.Second, Secrets: []run.Declared{{SecretName: github, Sources: []string{vault}}}}
	if len(words) == 2 {
		plan.Secrets = append(plan.Secrets, run.Declared{SecretName: quay, Sources: []string{sops}})
	}
	return plan, nil
}

// Pass implements run.Passer.
func (w *world) Pass(ctx context.Context, request credentials.Request) (credentials.Report, error) {
	w.mu.Lock()
	if w.running {
		w.t.Error("two passes at once")
	}
	if _, deadline := ctx.Deadline(); !deadline {
		w.t.Error("a pass without a deadline")
	}
	if _, err := parse(request.Declaration); err != nil {
		w.t.Errorf("a pass is told a declaration that is not valid: %q", request.Declaration)
	}
	w.running = true
	w.passes = append(w.passes, asked{time.Since(w.start), request})
	script := w.script
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.running = false
	}()
	if script != nil {
		return script(ctx, request)
	}
	return w.well(request), nil
}

// well is the report of a pass in which all was as it should be. Secrets that are not there it makes.
func (w *world) well(request credentials.Request) credentials.Report {
	w.mu.Lock()
	defer w.mu.Unlock()
	report := credentials.Report{Sources: []credentials.Source{
		{Name: vault, Backend: "vault", Reads: 1, Seconds: 0.5}, {Name: sops, Backend: "sops", Reads: 1},
	}}
	for _, secret := range w.covered(request) {
		outcome := credentials.Outcome{SecretName: secret, State: credentials.StateUnchanged}
		if w.versions[secret] <= 0 {
			outcome.State = credentials.StateAdded
			w.bump(secret)
		}
		outcome.ResourceVersion = strconv.Itoa(w.versions[secret])
		report.Secrets = append(report.Secrets, outcome)
	}
	return report
}

func (w *world) covered(request credentials.Request) []credentials.SecretName {
	if len(request.Only) > 0 {
		return request.Only
	}
	return []credentials.SecretName{github, quay}
}

// restored is the report of a pass that put the Secrets right that it was free to write.
func (w *world) restored(request credentials.Request) credentials.Report {
	report := w.well(request)
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, outcome := range report.Secrets {
		for _, contested := range request.Contested {
			if contested == outcome.SecretName {
				report.Secrets[i].State = credentials.StateConflict
			}
		}
		if report.Secrets[i].State == credentials.StateUnchanged {
			report.Secrets[i].State = credentials.StateRestored
			w.bump(outcome.SecretName)
			report.Secrets[i].ResourceVersion = strconv.Itoa(w.versions[outcome.SecretName])
		}
	}
	return report
}

// change is somebody else's.
func (w *world) change(secret credentials.SecretName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bump(secret)
}

// bump gives the Secret its next version, and tells who watches.
func (w *world) bump(secret credentials.SecretName) {
	w.versions[secret] = max(w.versions[secret], -w.versions[secret]) + 1
	w.tell(secret)
}

// remove deletes the Secret. Versions go on from where they were.
func (w *world) remove(secret credentials.SecretName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.versions[secret] = -w.versions[secret]
	w.tell(secret)
}

func (w *world) tell(secret credentials.SecretName) {
	if watcher := w.watchers[secret]; watcher != nil {
		select {
		case watcher <- struct{}{}:
		default: // It will see the latest version anyway.
		}
	}
}

// Watch implements run.Watcher.
func (w *world) Watch(ctx context.Context, secret credentials.SecretName, seen func(run.Change)) error {
	w.mu.Lock()
	if w.forbidden {
		w.mu.Unlock()
		return fmt.Errorf("%w: no rule", run.ErrForbidden)
	}
	if w.watchers[secret] != nil {
		w.t.Errorf("%s is watched twice", secret)
	}
	changes := make(chan struct{}, 1)
	w.watchers[secret] = changes
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.watchers, secret)
	}()
	for {
		seen(w.look(secret))
		select {
		case <-ctx.Done():
			return nil
		case <-changes:
		}
	}
}

func (w *world) look(secret credentials.SecretName) run.Change {
	w.mu.Lock()
	defer w.mu.Unlock()
	change := run.Change{Secret: secret}
	if version := w.versions[secret]; version > 0 {
		change.ResourceVersion = strconv.Itoa(version)
	}
	return change
}

// during lets so much time go by, and returns the passes that were asked for in it.
func (w *world) during(span time.Duration) []asked {
	w.t.Helper()
	synctest.Wait()
	w.mu.Lock()
	before := len(w.passes)
	w.mu.Unlock()
	let(span)
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]asked(nil), w.passes[before:]...)
}

// let has the bubble's clock go on.
func let(wait time.Duration) {
	<-time.After(wait)
	synctest.Wait()
}
