package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	slackapi "github.com/slack-go/slack"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// serve has a command carried out and answers it in time.
func (i *Intake) serve(w http.ResponseWriter, r *http.Request, c slashCommand, received time.Time) {
	late := time.NewTimer(answerTime)
	defer late.Stop()
	request := i.request(c.origin(), c.userName, c.responseURL, received)
	request.Line = c.line
	request.Key = c.team + "/" + c.channel + "/" + c.user + "/" + c.trigger
	done, cancel := i.begin(r, request)
	defer cancel()
	select {
	case answer, ok := <-done:
		if !ok {
			i.replyUnknown(w, c)
			return
		}
		i.answered(answer)
		goesOn := answer.More != nil && i.respond != nil
		if goesOn {
			// The rest is found out before this handler returns: no other request should wait for that.
			w.Header().Set("Connection", "close")
		}
		// For the person alone: what others should see of a Shipment is its card, which the reporter posts.
		writeReply(w, renderCard(answer.Card, note{}))
		if goesOn {
			_ = http.NewResponseController(w).Flush()
			ctx := context.WithoutCancel(r.Context())
			i.tell(ctx, c.origin(), c.responseURL, more(ctx, answer), false)
		}
	case <-late.C:
		i.replyUnknown(w, c)
		// The answer is out; the handler is waited for, so that nothing outlives the server.
		_ = http.NewResponseController(w).Flush()
		<-done
	}
}

func (i *Intake) replyUnknown(w http.ResponseWriter, c slashCommand) {
	i.unknown(c.origin())
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
