package run

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// journal logs what changes: what goes on as before is in the metrics.
type journal struct {
	log      *slog.Logger
	states   map[credentials.SecretName]string
	sources  map[string]string
	warnings []string
}

func (j *journal) declared(ctx context.Context, plan Plan) {
	j.log.InfoContext(ctx, "the declaration is in force", "secrets", len(plan.Secrets), "interval", plan.Interval.String())
}

func (j *journal) refused(ctx context.Context, problem string) {
	j.log.ErrorContext(ctx, "the declaration has changed and is not valid; the one before stays in force", "problem", problem)
}

func (j *journal) undone(ctx context.Context, err error, again time.Time) {
	j.log.ErrorContext(ctx, "a pass could not be done; nothing is lost, it is tried again", "err", err, "at", again.UTC().Format(time.RFC3339))
}

func (j *journal) stopped(ctx context.Context, err error) {
	j.log.WarnContext(ctx, "the pass that was under way was not waited for any longer; what it has not got to is as it was", "err", err)
}

func (j *journal) done(ctx context.Context, pass ended) {
	if j.states == nil {
		j.states, j.sources = map[credentials.SecretName]string{}, map[string]string{}
	}
	changed := 0
	for _, outcome := range pass.report.Secrets {
		if j.secret(ctx, outcome) {
			changed++
		}
	}
	for _, source := range pass.report.Sources {
		j.source(ctx, source)
	}
	if !slices.Equal(j.warnings, pass.report.Warnings) && len(pass.request.Only) == 0 {
		j.warnings = pass.report.Warnings
		for _, warning := range j.warnings {
			j.log.WarnContext(ctx, "about the declaration", "warning", warning)
		}
	}
	level := slog.LevelDebug
	if changed > 0 || pass.report.Writes > 0 {
		level = slog.LevelInfo
	}
	j.log.Log(ctx, level, "a pass is done", "secrets", len(pass.report.Secrets), "writes", pass.report.Writes, "took", pass.took.String())
}

// secret logs how a Secret stands, if that is news, and reports whether it is.
func (j *journal) secret(ctx context.Context, outcome credentials.Outcome) bool {
	state := string(outcome.State) + " " + outcome.Message
	before := j.states[outcome.SecretName]
	j.states[outcome.SecretName] = state
	event := outcome.State == credentials.StateChanged || outcome.State == credentials.StateRestored
	if state == before && !event {
		return false
	}
	level := slog.LevelInfo
	switch {
	case outcome.State == credentials.StateFailed, outcome.State == credentials.StateConflict, outcome.Message != "":
		level = slog.LevelWarn
	case outcome.State == credentials.StateUnchanged && before == "":
		level = slog.LevelDebug
	}
	attrs := []slog.Attr{slog.String("secret", outcome.String()), slog.String("state", string(outcome.State))}
	keys := slices.Concat(outcome.Added, outcome.Changed, outcome.Removed)
	for _, more := range []slog.Attr{
		slog.String("keys", strings.Join(keys, ",")), slog.String("problem", outcome.Message),
		slog.String("reference", outcome.Reference), slog.String("probe", outcome.Probe),
	} {
		if more.Value.String() != "" {
			attrs = append(attrs, more)
		}
	}
	j.log.LogAttrs(ctx, level, "a Secret", attrs...)
	return true
}

// source logs that a source fails, or no longer does.
func (j *journal) source(ctx context.Context, source credentials.Source) {
	before := j.sources[source.Name]
	if before == source.Message {
		return
	}
	j.sources[source.Name] = source.Message
	if source.Message == "" {
		j.log.InfoContext(ctx, "a source answers again", "source", source.Name)
		return
	}
	j.log.WarnContext(ctx, "a source fails; what comes from it stays as it is", "source", source.Name, "problem", source.Message)
}
