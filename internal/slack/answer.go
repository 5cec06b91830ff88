package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	slackapi "github.com/slack-go/slack"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// How long a handler may work, and when an answer goes out whether or not it is done. Slack waits for
// 3 s. The time between the two is for a handler to find out what became of a write whose answer it
// did not get; the time after, for the way.
const (
	workTime   = 2 * time.Second
	answerTime = 2500 * time.Millisecond
)

// serve has a command carried out and answers it in time.
func (i *Intake) serve(w http.ResponseWriter, r *http.Request, c slashCommand, received time.Time) {
	late := time.NewTimer(answerTime)
	defer late.Stop()
	// A person who gives up waiting has asked all the same: only time ends the work.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), workTime)
	defer cancel()
	done := make(chan bot.Answer, 1)
	request := i.request(c, received)
	go func() {
		defer close(done)
		defer i.recovered(ctx)
		done <- i.o.Handler.Handle(ctx, request)
	}()
	select {
	case answer, ok := <-done:
		if !ok {
			i.replyUnknown(w, c)
			return
		}
		i.reply(w, answer)
	case <-late.C:
		i.replyUnknown(w, c)
		// The answer is out; the handler is waited for, so that nothing outlives the server.
		_ = http.NewResponseController(w).Flush()
		<-done
	}
}

// recovered keeps a defect in a handler from ending the process, as net/http does for its own
// goroutines. The channel that is closed without an answer tells the rest.
func (i *Intake) recovered(ctx context.Context) {
	if v := recover(); v != nil {
		i.o.Log.ErrorContext(ctx, "slack command handler panicked", "panic", v, "stack", string(debug.Stack()))
	}
}

// request puts a command in the bot's terms.
func (i *Intake) request(c slashCommand, received time.Time) bot.Request {
	origin := v1alpha1.SlackOrigin{Team: c.team, Channel: c.channel, User: c.user}
	r := bot.Request{
		Actor:  chatops.Actor{Source: chatops.SourceSlack, ID: c.team + "/" + c.user, Name: c.userName},
		Line:   c.line,
		Key:    c.team + "/" + c.channel + "/" + c.user + "/" + c.trigger,
		Origin: v1alpha1.Origin{Slack: &origin},
	}
	sealed, err := i.o.Sealer.Seal(c.responseURL, origin, received)
	if err != nil {
		// The command is good. Only where the bot isn't a member, its progress will go elsewhere.
		i.o.Log.Warn("slack response_url not kept", "team", c.team, "channel", c.channel, "error", err)
		return r
	}
	r.Annotations = map[string]string{v1alpha1.AnnotationSlackResponse: sealed}
	return r
}

// reply writes the answer, for the person alone: what others should see of a Shipment is its card,
// which the reporter posts.
func (i *Intake) reply(w http.ResponseWriter, answer bot.Answer) {
	what := outcomeAnswered
	if answer.Shipment != nil {
		what = outcomeRecorded
	}
	i.o.Metrics.request(what)
	writeReply(w, renderCard(answer.Card, note{}))
}

// replyUnknown answers a command of which it is not known whether it was recorded.
func (i *Intake) replyUnknown(w http.ResponseWriter, c slashCommand) {
	i.o.Metrics.request(outcomeUnknown)
	i.o.Log.Warn("slack command has an unknown outcome", "team", c.team, "channel", c.channel, "user", c.user)
	writeReply(w, renderCard(unknownCard(c.line), note{}))
}

func writeReply(w http.ResponseWriter, m rendered) {
	body, err := json.Marshal(struct {
		ResponseType string           `json:"response_type"`
		Text         string           `json:"text"`
		Blocks       []slackapi.Block `json:"blocks"`
	}{slackapi.ResponseTypeEphemeral, m.text, m.blocks})
	if err != nil {
		// Blocks are structs of strings all through: they always encode.
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // whoever asked may be gone; nothing is left to do then
}

// unknownCard says so, and how to go on without doing it twice.
func unknownCard(line string) chatops.Card {
	return chatops.Card{
		Title: "I can't say yet whether that was recorded",
		Body: []chatops.Text{
			chatops.Line(chatops.Code(chatops.Fit(line, 200)), chatops.Plain(" took longer than Slack lets me wait. "+
				"If it was recorded, its card appears here by itself.")),
			chatops.Line(chatops.Plain("If there is no card after a minute, look at what runs in the environment " +
				"before you type it again: typed again it is a new request, and both would be carried out.")),
		},
	}
}
