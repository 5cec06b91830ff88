package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

const (
	// lookEvery is how often the declaration's file is looked at. Kubernetes itself takes up to a minute or so until a
	// ConfigMap that has changed is in it.
	lookEvery = 2 * time.Second
	// defaultGrace is how long a pass may go on after the program is told to stop: less than the 30 s that Kubernetes
	// gives it.
	defaultGrace = 10 * time.Second
)

// Options are what a Supervisor needs.
type Options struct {
	Passer  Passer
	Watcher Watcher
	// Read returns the declaration's content, and Parse what it means. Their errors are for people, and have no values.
	Read  func() ([]byte, error)
	Parse func(data []byte) (Plan, error)
	Log   *slog.Logger
	// Crashed is called while a goroutine of the Supervisor panics, to say where in the code that is; nil to say nothing.
	Crashed func()
	// Admin is where health and metrics are served; nil for nowhere. The Supervisor closes it.
	Admin net.Listener
	// Registry has the metrics; one of its own if nil.
	Registry *prometheus.Registry
	// Grace is how long a pass may go on after the program is told to stop; 10 s if it is 0.
	Grace time.Duration
}

// Supervisor keeps Secrets as they are declared.
type Supervisor struct {
	o           Options
	declaration declaration
	schedule    *schedule
	watches     *watches
	status      *status
	journal     journal
	admin       *admin
}

// New returns a Supervisor. It does nothing before Run.
func New(o Options) *Supervisor {
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	if o.Grace == 0 {
		o.Grace = defaultGrace
	}
	status := newStatus(o.Registry)
	s := &Supervisor{
		o:           o,
		declaration: declaration{read: o.Read, parse: o.Parse},
		schedule:    newSchedule(),
		watches:     newWatches(o.Watcher, o.Log, o.Crashed),
		status:      status,
		journal:     journal{log: o.Log},
	}
	if o.Admin != nil {
		s.admin = newAdmin(o.Admin, status, o.Registry, o.Log)
		s.admin.crashed = o.Crashed
	}
	return s
}

// Run keeps the Secrets until ctx is done, which is no error. Nothing of it is left running then. The error is of a
// declaration that is not valid at the start, or of a server that fails; it is for people.
func (s *Supervisor) Run(ctx context.Context) error {
	served := s.admin.start()
	defer s.admin.stop(context.WithoutCancel(ctx))
	plan, err := s.declaration.first()
	if err != nil {
		return fmt.Errorf("the declaration is not valid: %w", err)
	}
	defer s.watches.stop()
	s.take(ctx, plan)
	return s.loop(ctx, served)
}

// ended is a pass that is over.
type ended struct {
	request credentials.Request
	report  credentials.Report
	err     error
	took    time.Duration
}

// loop does one thing after the other; a pass runs beside it, never two.
func (s *Supervisor) loop(ctx context.Context, served <-chan error) error {
	passes := &passes{passer: s.o.Passer, crashed: s.o.Crashed, over: make(chan ended, 1)}
	defer s.stop(ctx, passes)
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	due := time.NewTimer(0)
	defer due.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-served:
			return err
		case <-look.C:
			s.look(ctx)
		case change := <-s.watches.seen:
			s.schedule.changed(time.Now(), change)
		case pass := <-passes.over:
			passes.join()
			s.finish(ctx, pass)
		case <-due.C:
		}
		s.begin(ctx, passes)
		s.status.beat(time.Now(), passes.since)
		s.status.next(s.schedule.next(), s.schedule.sources, s.watches.forbidden.Load())
		if !passes.running() {
			due.Reset(time.Until(s.schedule.next()))
		}
	}
}

// stop gives the pass that is running some time to end, and takes in what becomes of it.
func (s *Supervisor) stop(ctx context.Context, passes *passes) {
	ctx = context.WithoutCancel(ctx)
	pass, running := passes.stop(s.o.Grace)
	switch {
	case !running:
	case pass.err != nil:
		s.journal.stopped(ctx, pass.err)
	default:
		s.finish(ctx, pass)
	}
}

// take puts a declaration in force.
func (s *Supervisor) take(ctx context.Context, plan Plan) {
	s.schedule.declare(time.Now(), plan, s.declaration.inForce)
	s.watches.keep(ctx, plan.names())
	s.status.declared(plan, true)
	s.journal.declared(ctx, plan)
}

// look sees whether there is another declaration.
func (s *Supervisor) look(ctx context.Context) {
	plan, problem := s.declaration.look()
	if problem != "" {
		s.journal.refused(ctx, problem)
	}
	if plan != nil {
		s.take(ctx, *plan)
	}
	s.status.valid(s.declaration.valid())
}

// begin starts a pass if one is due and none is running.
func (s *Supervisor) begin(ctx context.Context, passes *passes) {
	if passes.running() {
		return
	}
	if request, ok := s.schedule.due(time.Now()); ok {
		passes.start(ctx, request, s.schedule.plan.deadline())
	}
}

// finish takes in what became of a pass.
func (s *Supervisor) finish(ctx context.Context, pass ended) {
	_, died := errors.AsType[*UnexpectedEndError](pass.err)
	if pass.err == nil && pass.report.Problem != "" {
		pass.err = errors.New(pass.report.Problem)
	}
	if pass.err != nil {
		now := time.Now()
		s.schedule.undone(now, pass.request, died)
		s.status.undone(pass)
		again := s.schedule.next()
		if again.Before(now) {
			again = now
		}
		s.journal.undone(ctx, pass.err, again)
		return
	}
	s.schedule.done(time.Now(), pass.request, pass.report)
	s.status.done(pass, s.schedule.inForce(pass.request))
	s.journal.done(ctx, pass)
}
