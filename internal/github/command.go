package github

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// commandDeadline is what the commands of one delivery may take, all together. GitHub gives up after
// 10 s and calls the delivery failed.
const commandDeadline = 8 * time.Second

// serveCommands carries the commands of a comment out, one after the other, and answers. Deliveries
// of the same comment that come at the same time are carried out once, or their answers would be
// written twice: neither would find the other's.
func (in *Intake) serveCommands(w http.ResponseWriter, r *http.Request, event *commentEvent, commands []commandLine) {
	// A command is carried through even if GitHub hangs up: the next delivery would find it half done.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), commandDeadline)
	defer cancel()
	if !in.queue.enter(ctx) {
		in.refuse(w, r, refusedBusy)
		return
	}
	defer in.queue.leave()
	log := in.log.With("delivery", deliveryID(r), "repo", event.Repository.FullName,
		"issue", event.Issue.Number, "comment", event.Comment.ID, "sender", event.Sender.Login)
	result, _, _ := in.flights.Do(strconv.FormatInt(event.Comment.ID, 10), func() (any, error) {
		return in.answerCommands(ctx, log, event, commands), nil
	})
	result.(verdict).write(w)
}

// verdict is the answer to a delivery.
type verdict struct {
	status int
	pause  time.Duration
	text   string
}

func (v verdict) write(w http.ResponseWriter) {
	if v.pause > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(v.pause.Seconds()))))
	}
	answer(w, v.status, v.text)
}

func (in *Intake) answerCommands(ctx context.Context, log *slog.Logger, event *commentEvent, commands []commandLine) verdict {
	done := in.carryOut(ctx, event, commands)
	if done.unrecorded != nil {
		log.ErrorContext(ctx, "commands of a comment could not be recorded", "error", done.unrecorded)
		in.confess(ctx, log, event)
	}
	err := in.client.reply(ctx, event, done.replies)
	var lost *notify.Undeliverable
	switch {
	case errors.As(err, &lost):
		// Another delivery would change nothing.
		log.WarnContext(ctx, "answer to a comment can't be written", "error", err)
		err = nil
	case err != nil:
		log.ErrorContext(ctx, "answer to a comment was not written", "error", err)
	}
	switch {
	case done.unrecorded != nil:
		return verdict{http.StatusServiceUnavailable, busyPause, "a command could not be recorded: redeliver later\n"}
	case err != nil:
		return verdict{http.StatusBadGateway, pauseOf(err), "GitHub did not take the answer to a command: redeliver later\n"}
	}
	log.InfoContext(ctx, "commands of a comment were carried out", "recorded", done.recorded, "answered", len(done.replies))
	return verdict{http.StatusOK, 0, fmt.Sprintf("%d recorded, %d answered\n", done.recorded, len(done.replies))}
}

// outcome is what became of the commands of a comment.
type outcome struct {
	recorded int
	// replies are the answers that have to be written here. What was recorded is reported elsewhere.
	replies []reply
	// unrecorded is why a command, and those after it, could not be recorded.
	unrecorded error
}

// carryOut hands the commands over in their order. It stops at the first that could not be recorded
// for want of a working part, so that the next delivery finds them in that order again.
func (in *Intake) carryOut(ctx context.Context, event *commentEvent, commands []commandLine) outcome {
	var done outcome
	if len(commands) > chatops.MaxCommandsPerComment {
		in.metrics.commands.WithLabelValues("refused").Add(float64(len(commands)))
		done.replies = append(done.replies, reply{line: commands[0].index, card: tooMany(len(commands)).Card()})
		return done
	}
	for _, command := range commands {
		if err := ctx.Err(); err != nil {
			done.unrecorded = err
			return done
		}
		made := in.handler.Handle(ctx, event.request(command))
		switch {
		case made.Shipment != nil:
			in.metrics.commands.WithLabelValues("recorded").Inc()
			done.recorded++
		case made.Problem != nil && !made.Problem.Refusal():
			in.metrics.commands.WithLabelValues("failed").Inc()
			done.unrecorded = made.Problem
			return done
		default:
			label := "answered"
			if made.Problem != nil {
				label = "refused"
			}
			in.metrics.commands.WithLabelValues(label).Inc()
			done.replies = append(done.replies, reply{line: command.index, card: made.Card})
		}
	}
	return done
}

func tooMany(commands int) *chatops.Problem {
	return &chatops.Problem{
		Code:  chatops.CodeTooMany,
		Title: fmt.Sprintf("A comment can have %d commands at most; this one has %d.", chatops.MaxCommandsPerComment, commands),
		Body:  []chatops.Text{chatops.Line(chatops.Plain("None of them was carried out. Spread them over several comments."))},
	}
}

// confess lets the person see that a command was noticed and could not be carried out. There is no
// comment about it, as the next delivery may carry it out after all.
func (in *Intake) confess(ctx context.Context, log *slog.Logger, event *commentEvent) {
	where, err := conversationOf(event.origin(0))
	if err == nil {
		err = in.client.react(ctx, where, event.Comment.ID, reactConfused)
	}
	if err != nil {
		log.WarnContext(ctx, "reaction to a comment was not added", "error", err)
	}
}

// pauseOf is when to try again after an error.
func pauseOf(err error) time.Duration {
	if limited, ok := errors.AsType[*notify.Deferred](err); ok {
		return limited.After
	}
	return busyPause
}
