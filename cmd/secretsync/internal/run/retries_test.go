package run_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// TestASecretThatKubernetesRefusesIsTriedAgain has an API server that has too much to do when a Secret is to be put right.
func TestASecretThatKubernetesRefusesIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.keep()
		first(t, w)
		var busy atomic.Bool
		busy.Store(true)
		w.mu.Lock()
		w.script = func(_ context.Context, request credentials.Request) (credentials.Report, error) {
			if busy.Load() && slices.Contains(w.covered(request), github) {
				return credentials.Report{Secrets: []credentials.Outcome{{SecretName: github, State: credentials.StateFailed, Message: "429."}}}, nil
			}
			return w.well(request), nil
		}
		w.mu.Unlock()
		w.remove(github)
		passes := w.during(9 * time.Minute)
		if len(passes) < 8 || len(passes) > 20 || passes[2].after-passes[0].after > 4*time.Second {
			t.Errorf("in 9 minutes it was tried %d times: %+v", len(passes), passes)
		}
		for _, pass := range passes {
			if !slices.Equal(pass.request.Only, []credentials.SecretName{github}) || pass.request.Probe {
				t.Errorf("a pass for it: %+v", pass.request)
			}
		}
		busy.Store(false)
		w.during(15 * time.Minute)
		if restored := w.look(github); restored.ResourceVersion == "" {
			t.Error("it was never put right")
		}
		for _, pass := range w.during(time.Hour) {
			if len(pass.request.Only) > 0 {
				t.Errorf("after that: %+v", pass.request)
			}
		}
	})
}

// TestASecretOfWhichTheStoreLacksAKeyIsTriedAgain has a document without the key, with an interval of hours.
func TestASecretOfWhichTheStoreLacksAKeyIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.keep()
		first(t, w)
		w.mu.Lock()
		w.content = "interval 24h0m0s"
		w.script = func(_ context.Context, request credentials.Request) (credentials.Report, error) {
			report := w.well(request)
			for i := range report.Secrets {
				if o := &report.Secrets[i]; o.SecretName == github {
					o.State, o.Reference, o.Message = credentials.StateFailed, "ref+vault://kv/github#/token", "The document has no key token."
				}
			}
			return report, nil
		}
		w.mu.Unlock()
		passes := w.during(10 * time.Minute)
		if len(passes) < 6 || len(passes) > 20 {
			t.Errorf("in 10 minutes it was tried %d times: %+v", len(passes), passes)
		}
	})
}

// TestASecretThatCouldNotBeReadIsStillWatched has one deleted after passes that could not see as what it is there.
func TestASecretThatCouldNotBeReadIsStillWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.keep()
		first(t, w)
		w.mu.Lock()
		w.content = "interval 24h0m0s"
		w.script = func(_ context.Context, request credentials.Request) (credentials.Report, error) {
			var report credentials.Report
			for _, secret := range w.covered(request) {
				report.Secrets = append(report.Secrets, credentials.Outcome{SecretName: secret, State: credentials.StateFailed, Message: "500."})
			}
			return report, nil
		}
		w.mu.Unlock()
		let(time.Hour)
		for len(w.during(time.Second)) == 0 { // The next time is minutes away.
		}
		w.remove(github)
		if passes := w.during(time.Second); len(passes) != 1 || !slices.Contains(passes[0].request.Only, github) {
			t.Errorf("passes: %+v", passes)
		}
	})
}

// TestACredentialThatDoesNotWorkIsTriedAgain has one that its host refuses, and another whose host can't be reached, until
// somebody puts that right.
func TestACredentialThatDoesNotWorkIsTriedAgain(t *testing.T) {
	for _, verdict := range []string{"refused", "unreachable"} {
		t.Run(verdict, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				var mended, down atomic.Bool
				w.script = func(_ context.Context, request credentials.Request) (credentials.Report, error) {
					report := w.well(request)
					for i, outcome := range report.Secrets {
						switch {
						case outcome.SecretName == quay:
						case down.Load():
							report.Secrets[i].State, report.Secrets[i].Reference = credentials.StateFailed, "ref+vault://kv/github#/token"
						case mended.Load() && request.Probe:
							report.Secrets[i].Probe = "works"
						case request.Probe, verdict == "refused" && !mended.Load(): // which is remembered
							report.Secrets[i].Probe = verdict
						}
					}
					return report, nil
				}
				w.keep()
				first(t, w)
				last, longest, probes := time.Duration(0), time.Duration(0), 0
				for _, pass := range w.during(5 * time.Hour) {
					if !pass.request.Probe {
						continue
					}
					if !slices.Equal(pass.request.Only, []credentials.SecretName{github}) {
						t.Errorf("others are tried, too: %+v", pass.request)
					}
					longest = max(longest, pass.after-last)
					last = pass.after
					probes++
				}
				if longest < 15*time.Minute || longest > 31*time.Minute || probes < 10 || probes > 30 {
					t.Errorf("in 5 hours it was tried %d times, %s apart at most", probes, longest)
				}
				down.Store(true) // So long, the credential can't be tried: its store can't be read.
				let(2 * time.Hour)
				down.Store(false)
				mended.Store(true)
				if !slices.ContainsFunc(w.during(31*time.Minute), func(pass asked) bool { return pass.request.Probe }) {
					t.Error("it is forgotten that it is to be tried")
				}
				for _, pass := range w.during(20 * time.Minute) {
					if pass.request.Probe || len(pass.request.Only) > 0 {
						t.Errorf("after it was mended: %+v", pass.request)
					}
				}
			})
		})
	}
}
