package run

import (
	"context"
	"sync"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// passes runs one pass at a time, beside who asks for it.
type passes struct {
	passer  Passer
	crashed crash
	// over has room for the one pass, so that it ends whether somebody receives or not.
	over chan ended

	// since is when the pass that is running has begun; zero if none is.
	since     time.Time
	goroutine sync.WaitGroup
	kill      context.CancelFunc
}

func (p *passes) running() bool { return p.kill != nil }

// start starts a pass. It goes on after ctx is done, see stop, but never for longer than most.
func (p *passes) start(ctx context.Context, request credentials.Request, most time.Duration) {
	p.since = time.Now()
	ctx, p.kill = context.WithTimeout(context.WithoutCancel(ctx), most)
	p.goroutine.Go(func() {
		defer p.crashed.tell()
		began := time.Now()
		report, err := p.passer.Pass(ctx, request)
		p.over <- ended{request: request, report: report, err: err, took: time.Since(began)}
	})
}

// join waits for the goroutine of a pass that is over.
func (p *passes) join() {
	p.goroutine.Wait()
	p.kill()
	p.kill, p.since = nil, time.Time{}
}

// stop gives the pass that is running some time to end, and then kills it. It returns what became of it, and whether
// there was one.
func (p *passes) stop(grace time.Duration) (pass ended, running bool) {
	if !p.running() {
		return ended{}, false
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case pass = <-p.over:
	case <-timer.C:
		p.kill()
		pass = <-p.over
	}
	p.join()
	return pass, true
}
