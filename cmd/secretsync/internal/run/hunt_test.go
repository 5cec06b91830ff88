package run_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/run"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

const fatal = "vault fatal.acme.dev"

// many are Secrets with a source each, of which the third ends every pass that asks it; two more have two sources.
func many() run.Plan {
	plan := run.Plan{Interval: 10 * time.Minute, Timeout: 20 * time.Second}
	for i := range 20 {
		source := fmt.Sprintf("file %02d", i)
		if i == 2 {
			source = fatal
		}
		plan.Secrets = append(plan.Secrets, run.Declared{
			SecretName: credentials.SecretName{Namespace: "microsvcs", Name: fmt.Sprintf("creds-%02d", i)}, Sources: []string{source},
		})
	}
	plan.Secrets = append(plan.Secrets,
		run.Declared{SecretName: github, Sources: []string{"file 00", "file 01"}},
		run.Declared{SecretName: quay, Sources: []string{fatal, "file 01"}})
	return plan
}

// deadly does passes over these, as long as the source does not end them.
type deadly struct {
	*world

	well     bool
	deaths   []asked
	reported map[credentials.SecretName]int
}

func (d *deadly) pass(_ context.Context, request credentials.Request) (credentials.Report, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var report credentials.Report
	sources := map[string]bool{}
	for _, declared := range many().Secrets {
		if len(request.Only) > 0 && !slices.Contains(request.Only, declared.SecretName) {
			continue
		}
		for _, source := range declared.Sources {
			sources[source] = true
		}
		report.Secrets = append(report.Secrets, credentials.Outcome{SecretName: declared.SecretName, State: credentials.StateUnchanged, ResourceVersion: "1"})
	}
	if _, skipped := request.Skip[fatal]; sources[fatal] && !skipped && !d.well {
		d.deaths = append(d.deaths, asked{time.Since(d.start), request})
		return credentials.Report{}, &run.UnexpectedEndError{Why: "signal: killed"}
	}
	for source := range sources {
		report.Sources = append(report.Sources, credentials.Source{Name: source, Reads: 1, Message: request.Skip[source]})
	}
	for _, outcome := range report.Secrets {
		d.reported[outcome.SecretName]++
	}
	return report, nil
}

// TestASourceThatEndsPassesHoldsUpNoOther has one whose answer the process does not survive.
func TestASourceThatEndsPassesHoldsUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &deadly{world: newWorld(t), reported: map[credentials.SecretName]int{}}
		d.script = d.pass
		options := d.options()
		options.Parse = func([]byte) (run.Plan, error) { return many(), nil }
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- run.New(options).Run(ctx) }()

		let(time.Minute)
		d.mu.Lock()
		for _, declared := range many().Secrets {
			if d.reported[declared.SecretName] == 0 { // with what the fatal source said before, where it has one
				t.Errorf("within a minute, nobody has looked at %s", declared.SecretName)
			}
		}
		before := len(d.deaths)
		d.mu.Unlock()
		if before > 16 { // two by chance, some to find it, and then by itself ever later
			t.Errorf("in the first minute, %d passes have ended", before)
		}
		let(time.Hour)
		d.mu.Lock()
		after := d.deaths[before:]
		if len(after) < 5 || len(after) > 40 {
			t.Errorf("in the next hour it is asked %d times", len(after))
		}
		for _, death := range after {
			if !slices.Equal(death.request.Only, []credentials.SecretName{many().Secrets[2].SecretName, quay}) {
				t.Errorf("others are looked at with it: %+v", death.request)
			}
		}
		if full := d.reported[github]; full < 5 {
			t.Errorf("in an hour, others were looked at %d times", full)
		}
		d.well = true
		d.mu.Unlock()
		let(6 * time.Minute)
		for _, pass := range d.during(time.Hour) {
			if len(pass.request.Only) > 0 || pass.request.Skip != nil {
				t.Errorf("after it has recovered: %+v", pass.request)
			}
		}
		if logged := d.log.String(); !strings.Contains(logged, fatal+" was not asked, as passes that asked it have ended without a report") {
			t.Errorf("the log does not say which source that was:\n%s", logged)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
