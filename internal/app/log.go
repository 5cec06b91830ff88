package app

import (
	"context"
	"log/slog"
)

// QuietHandler passes on what Kubernetes' libraries log if it is a warning or worse: their notes on
// each controller's start and stop say nothing to whoever runs the bot.
func QuietHandler(h slog.Handler) slog.Handler { return quiet{h} }

type quiet struct{ slog.Handler }

func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(attrs)} }

func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }

// warnings logs what the API server warns of: deprecated versions, unknown fields.
type warnings struct{ log *slog.Logger }

// HandleWarningHeader implements rest.WarningHandler.
func (w warnings) HandleWarningHeader(code int, _, text string) {
	// 299 is the code of all warnings that are meant to be shown (RFC 7234).
	const shown = 299
	if code == shown && text != "" {
		w.log.Warn("warning from the API server", "text", text)
	}
}
