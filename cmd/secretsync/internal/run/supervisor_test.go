package run_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/run"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// first lets the first pass be done, and returns it.
func first(t *testing.T, w *world) asked {
	t.Helper()
	let(time.Second)
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.passes) == 0 || w.passes[0].after != 0 || len(w.passes[0].request.Only) > 0 {
		t.Fatalf("at the start these passes were asked for: %+v", w.passes)
	}
	return w.passes[0]
}

func TestPassesAtTheStartAndAtTheInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.keep()
		if !first(t, w).request.Probe {
			t.Error("the first pass does not try what is there")
		}
		passes := w.during(7 * time.Hour)
		last, probes := time.Duration(0), 0
		for _, pass := range passes {
			if wait := pass.after - last; wait < 10*time.Minute || wait > 11*time.Minute {
				t.Errorf("a pass %s after the one before", wait)
			}
			last = pass.after
			if len(pass.request.Only) > 0 || pass.request.Skip != nil || pass.request.Contested != nil {
				t.Errorf("a pass is restricted: %+v", pass.request)
			}
			if pass.request.Probe {
				probes++
				if pass.after < 6*time.Hour {
					t.Errorf("what works is tried again after %s", pass.after)
				}
			}
		}
		if len(passes) < 35 || probes != 1 {
			t.Errorf("%d passes and %d of them trying in 7 hours", len(passes), probes)
		}
	})
}

func TestASecretThatSomebodyChangesIsLookedAtWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.keep()
		first(t, w)
		for name, touch := range map[string]func(credentials.SecretName){"changed": w.change, "deleted": w.remove} {
			let(time.Minute)
			touch(github)
			passes := w.during(time.Second)
			if len(passes) != 1 || !slices.Equal(passes[0].request.Only, []credentials.SecretName{github}) || passes[0].request.Probe {
				t.Errorf("%s: %+v", name, passes)
			}
			if more := w.during(3 * time.Minute); len(more) > 0 {
				t.Errorf("%s: more passes: %+v", name, more)
			}
		}
	})
}

func TestChangesOfOneMomentMakeOnePass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.keep()
		first(t, w)
		for range 20 {
			w.change(github)
			w.change(quay)
			let(time.Millisecond)
		}
		passes := w.during(9 * time.Minute)
		covered := map[credentials.SecretName]int{}
		for _, pass := range passes {
			for _, secret := range pass.request.Only {
				covered[secret]++
			}
		}
		if len(passes) > 2 || covered[github] != 1 || covered[quay] != 1 {
			t.Errorf("passes: %+v", passes)
		}
	})
}

func TestASecretThatChangesWithoutEndIsLookedAtEverLessOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.keep()
		first(t, w)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 5 * 60 * 4 {
				<-time.After(250 * time.Millisecond)
				w.change(github)
			}
		}()
		if passes := w.during(5 * time.Minute); len(passes) < 5 || len(passes) > 25 {
			t.Errorf("%d passes in 5 minutes of changes", len(passes))
		}
		<-done
	})
}

func TestAPassIsNotFollowedByOneForItsOwnWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.script = func(_ context.Context, request credentials.Request) (credentials.Report, error) {
			<-time.After(3 * time.Second) // The watches tell of the writes while the pass goes on.
			w.change(github)
			<-time.After(3 * time.Second)
			return w.restored(request), nil
		}
		w.keep()
		first(t, w)
		if passes := w.during(9 * time.Minute); len(passes) > 0 {
			t.Errorf("passes: %+v", passes)
		}
	})
}

func TestAChangeDuringAPassIsLookedAtAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.script = func(_ context.Context, request credentials.Request) (credentials.Report, error) {
			report := w.well(request)
			<-time.After(5 * time.Second)
			return report, nil
		}
		w.keep()
		first(t, w)
		w.change(github)
		passes := w.during(9 * time.Minute)
		if len(passes) != 1 || !slices.Equal(passes[0].request.Only, []credentials.SecretName{github}) || passes[0].after > 6*time.Second {
			t.Errorf("passes: %+v", passes)
		}
	})
}

func TestASourceThatFailsIsAskedAgainEverLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var well atomic.Bool
		w.script = func(_ context.Context, request credentials.Request) (credentials.Report, error) {
			report := w.well(request)
			said, skipped := request.Skip[vault]
			switch {
			case skipped:
				report.Sources[0] = credentials.Source{Name: vault, Backend: "vault", Message: said}
			case !well.Load():
				report.Sources[0] = credentials.Source{Name: vault, Backend: "vault", Reads: 1, Message: "Vault does not answer."}
			}
			return report, nil
		}
		w.keep()
		first(t, w)
		last, longest := time.Duration(0), time.Duration(0)
		for _, pass := range w.during(time.Hour) {
			if len(pass.request.Only) == 0 {
				if said := pass.request.Skip[vault]; said != "Vault does not answer." && pass.request.Skip != nil {
					t.Errorf("a pass over everything is told %q", said)
				}
				continue
			}
			if !slices.Equal(pass.request.Only, []credentials.SecretName{github}) || pass.request.Skip[vault] != "" {
				t.Errorf("a pass for the source: %+v", pass.request)
			}
			longest = max(longest, pass.after-last)
			last = pass.after
		}
		if longest < 2*time.Minute || longest > 10*time.Minute {
			t.Errorf("the longest wait for the source is %s", longest)
		}
		well.Store(true)
		let(6 * time.Minute)
		for _, pass := range w.during(time.Hour) {
			if len(pass.request.Only) > 0 || pass.request.Skip != nil {
				t.Errorf("after the source has recovered: %+v", pass.request)
			}
		}
		logged := w.log.String()
		if strings.Count(logged, "a source fails") != 1 || strings.Count(logged, "a source answers again") != 1 {
			t.Errorf("the log is not told once of each:\n%s", logged)
		}
	})
}

func TestAContestedSecretIsLeftAloneForEverLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.keep()
		first(t, w)
		w.mu.Lock()
		w.script = func(_ context.Context, request credentials.Request) (credentials.Report, error) {
			return w.restored(request), nil
		}
		w.content = "interval 24h0m0s"
		w.mu.Unlock()
		let(10 * time.Second)
		var written, told atomic.Int32
		w.mu.Lock()
		w.script = func(_ context.Context, request credentials.Request) (credentials.Report, error) {
			report := w.restored(request)
			for _, outcome := range report.Secrets {
				if outcome.State == credentials.StateRestored && outcome.SecretName == github {
					written.Add(1)
					defer w.change(github) // Somebody puts theirs back at once.
				}
				if outcome.State == credentials.StateConflict {
					told.Add(1)
				}
			}
			return report, nil
		}
		w.mu.Unlock()
		w.change(github)
		let(2 * time.Minute)
		before := written.Load()
		if before < 5 || before > 8 || told.Load() < 1 {
			t.Errorf("in 2 minutes it is put right %d times and %d conflicts are reported", before, told.Load())
		}
		let(4 * time.Hour)
		if tries := written.Load() - before; tries < 3 || tries > 12 {
			t.Errorf("in the next 4 hours it is put right %d times", tries)
		}
	})
}

func TestANewDeclarationIsInForceWithinSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.keep()
		first(t, w)
		w.declare("interval 30m0s github-creds")
		passes := w.during(10 * time.Second)
		if len(passes) != 1 || string(passes[0].request.Declaration) != "interval 30m0s github-creds" || len(passes[0].request.Only) > 0 {
			t.Errorf("passes: %+v", passes)
		}
		w.change(quay) // It is nobody's business any more.
		if passes := w.during(29 * time.Minute); len(passes) > 0 {
			t.Errorf("passes: %+v", passes)
		}
	})
}

// TestADeclarationThatChangesDuringAPass has one pass of the old declaration and one of the new, at once.
func TestADeclarationThatChangesDuringAPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.script = func(_ context.Context, request credentials.Request) (credentials.Report, error) {
			<-time.After(30 * time.Second)
			return w.well(request), nil
		}
		registry := prometheus.NewPedanticRegistry()
		options := w.options()
		options.Registry = registry
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- run.New(options).Run(ctx) }()
		let(10 * time.Second)
		w.declare("interval 168h0m0s github-creds")
		passes := w.during(25 * time.Second)
		if len(passes) != 1 || string(passes[0].request.Declaration) != "interval 168h0m0s github-creds" || !passes[0].request.Probe {
			t.Errorf("passes: %+v", passes)
		}
		if text := string(gather(t, registry)); strings.Contains(text, `secretsync_secrets{state="added"} 2`) {
			t.Errorf("what the old declaration has is counted:\n%s", text)
		}
		if passes := w.during(24 * time.Hour); len(passes) > 0 {
			t.Errorf("passes: %+v", passes)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestABrokenDeclarationLeavesTheOneBeforeInForce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.keep()
		first(t, w)
		w.declare("interval soon")
		if passes := w.during(9 * time.Minute); len(passes) > 0 {
			t.Errorf("passes: %+v", passes)
		}
		if n := strings.Count(w.log.String(), "line 1: no duration; write 10m"); n != 1 {
			t.Errorf("the log is told %d times:\n%s", n, w.log)
		}
		passes := w.during(3 * time.Minute)
		if len(passes) != 1 || string(passes[0].request.Declaration) != valid {
			t.Errorf("passes: %+v", passes)
		}
		w.declare(valid)
		let(time.Minute)
		w.mu.Lock()
		w.fault = errors.New("no such file; create it")
		w.mu.Unlock()
		let(time.Minute)
		if !strings.Contains(w.log.String(), "no such file; create it") {
			t.Errorf("nothing is logged of a file that is gone:\n%s", w.log)
		}
	})
}

// TestADeclarationThatIsStillWrittenIsNotTaken has a file that is longer at each look: its beginning is valid.
func TestADeclarationThatIsStillWrittenIsNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.keep()
		first(t, w)
		w.declare("interval 1h0m")
		let(2 * time.Second)
		w.declare("interval 1h0m0s")
		passes := w.during(10 * time.Second)
		if len(passes) != 1 || string(passes[0].request.Declaration) != "interval 1h0m0s" {
			t.Errorf("passes: %+v", passes)
		}
	})
}

func TestADeclarationThatIsBrokenAtTheStartIsAnError(t *testing.T) {
	w := newWorld(t)
	w.declare("interval soon")
	err := run.New(w.options()).Run(t.Context())
	if err == nil || err.Error() != "the declaration is not valid: line 1: no duration; write 10m" {
		t.Errorf("the error is %v", err)
	}
}

func TestAPassThatCouldNotBeDoneIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var tries atomic.Int32
		w.script = func(_ context.Context, request credentials.Request) (credentials.Report, error) {
			switch try := tries.Add(1); {
			case try < 5:
				return credentials.Report{}, errors.New("the pass has ended unexpectedly")
			case try < 9:
				return credentials.Report{Problem: "The API server does not answer."}, nil
			default:
				return w.well(request), nil
			}
		}
		w.keep()
		first(t, w)
		last := time.Duration(0)
		passes := w.during(30 * time.Minute)
		for i, pass := range passes[:min(len(passes), 8)] {
			if wait := pass.after - last; wait > 5*time.Minute || wait < 2*time.Second {
				t.Errorf("try %d: after %s", i, wait)
			}
			if len(pass.request.Only) > 0 || !pass.request.Probe {
				t.Errorf("it is not the pass that could not be done: %+v", pass.request)
			}
			last = pass.after
		}
		if tries.Load() < 9 || !strings.Contains(w.log.String(), "The API server does not answer.") {
			t.Errorf("%d tries, log:\n%s", tries.Load(), w.log)
		}
	})
}

func TestSecretsThatMustNotBeWatchedAreToldOfOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.forbidden = true
		w.keep()
		first(t, w)
		w.change(github)
		if passes := w.during(9 * time.Minute); len(passes) > 0 {
			t.Errorf("passes: %+v", passes)
		}
		if n := strings.Count(w.log.String(), "must not be watched"); n != 1 {
			t.Errorf("the log is told %d times:\n%s", n, w.log)
		}
		w.mu.Lock()
		w.forbidden = false
		w.mu.Unlock()
		let(10 * time.Minute)
		w.change(github)
		if passes := w.during(time.Second); len(passes) != 1 {
			t.Errorf("once it may be watched: %+v", passes)
		}
	})
}

func TestStopWaitsForThePassAndThenKillsIt(t *testing.T) {
	for name, test := range map[string]struct {
		needs  time.Duration
		killed bool
		takes  time.Duration
		logged string
	}{
		"ends by itself": {3 * time.Second, false, 2 * time.Second, `msg="a Secret" secret=microsvcs/github-creds state=added`},
		"hangs":          {time.Hour, true, 10 * time.Second, "the pass that was under way was not waited for any longer"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				killed := false
				w.script = func(ctx context.Context, request credentials.Request) (credentials.Report, error) {
					select {
					case <-time.After(test.needs):
						return w.well(request), nil
					case <-ctx.Done():
						killed = true
						return credentials.Report{}, ctx.Err()
					}
				}
				ctx, stop := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- run.New(w.options()).Run(ctx) }()
				let(time.Second)
				stop()
				at := time.Now()
				if err := <-ended; err != nil {
					t.Error(err)
				}
				if took := time.Since(at); took != test.takes || killed != test.killed {
					t.Errorf("stopping took %s, killed: %v", took, killed)
				}
				if logged := w.log.String(); !strings.Contains(logged, test.logged) {
					t.Errorf("nothing is logged of the pass:\n%s", logged)
				}
			})
		})
	}
}

func TestAPassThatHangsIsKilledAtItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var took atomic.Int64
		w.script = func(ctx context.Context, _ credentials.Request) (credentials.Report, error) {
			<-ctx.Done()
			took.CompareAndSwap(0, int64(time.Since(w.start)))
			return credentials.Report{}, ctx.Err()
		}
		w.keep()
		let(2 * time.Minute)
		if took.Load() != 0 {
			t.Error("killed within 2 minutes: two sources may take 20 s each, and there is room for the rest")
		}
		w.mu.Lock()
		w.script = nil
		w.mu.Unlock()
		let(3 * time.Minute)
		after := time.Duration(took.Load())
		w.mu.Lock()
		defer w.mu.Unlock()
		if after < 2*time.Minute+40*time.Second || after > 4*time.Minute || len(w.passes) < 2 {
			t.Errorf("killed after %s, then %d passes", after, len(w.passes))
		}
	})
}

func TestWhatBecomesOfASecretIsLoggedWhenItIsNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.script = trouble(w)
		w.keep()
		let(25 * time.Minute) // The same trouble three times and more.
		logged := w.log.String()
		for line, times := range map[string]int{
			`level=WARN msg="a Secret" secret=microsvcs/quay-creds state=failed problem="SOPS has no key."`: 1,
			`level=WARN msg="a source fails; what comes from it stays as it is" source="sops secrets.yaml"`: 1,
			`level=INFO msg="a Secret" secret=microsvcs/old-creds state=orphaned`:                           1,
			`level=INFO msg="the declaration is in force" secrets=2 interval=10m0s`:                         1,
		} {
			if n := strings.Count(logged, line); n != times {
				t.Errorf("%d times, not %d: %s", n, times, line)
			}
		}
		if n := strings.Count(logged, "secret=microsvcs/github-creds state=restored"); n < 3 {
			t.Errorf("each time that a Secret is put right is news, and was logged %d times", n)
		}
		if t.Failed() {
			t.Log(logged)
		}
	})
}
