package slack

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Interactions is the HTTP handler of clicks on the bot's buttons. A click is a request like a command that
// is typed: it is verified as strictly, and it is made by who clicks, whoever the message was for. Slack
// gets an empty answer within its three seconds; the person gets theirs through the response_url of the
// click, in place of the message if they alone see that.
//
// Everything else that Slack sends there is none of the bot's doing, and is ignored.
type Interactions struct {
	receiver
	teller
}

// NewInteractions returns Interactions, which need the Client. As an Intake, it refuses to be made without a
// signing secret or a workspace.
func NewInteractions(o IntakeOptions) (*Interactions, error) {
	r, err := newReceiver(o)
	if err != nil {
		return nil, err
	}
	if o.Client == nil {
		return nil, errors.New("slack: interactions need a Client")
	}
	return &Interactions{r, newTeller(o.Client, r.o.Log)}, nil
}

// ServeHTTP implements http.Handler.
func (i *Interactions) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	receive(i.receiver, w, r, i.accept, i.serve)
}

// accept returns the click in a form, or what that is instead.
func (i *Interactions) accept(form url.Values) (click, outcome) {
	in, refused := parseInteraction(form.Get("payload"))
	if refused == "" {
		refused = i.serves(in.Team.ID, in.AppID)
	}
	if refused != "" {
		return click{}, refused
	}
	c, refused := in.click()
	// Without a way to answer, who clicked would learn nothing: Slack at least shows them that it failed.
	if refused == "" && i.o.Sealer.check(c.responseURL) != nil {
		return click{}, outcomeForm
	}
	return c, refused
}

// serve has a click carried out. What was recorded is recorded before Slack gets its answer.
func (i *Interactions) serve(w http.ResponseWriter, r *http.Request, c click, received time.Time) {
	late := time.NewTimer(answerTime)
	defer late.Stop()
	request := i.request(c.origin, c.userName, c.responseURL, received)
	request.Line, request.Plan, request.Key = c.value.Command, c.value.Plan, c.key
	done, cancel := i.begin(r, request)
	defer cancel()
	// Slack is not waiting any more when the person is told.
	ctx := context.WithoutCancel(r.Context())
	select {
	case answer, ok := <-done:
		acknowledge(w)
		if !ok {
			i.tellUnknown(ctx, c)
			return
		}
		i.answered(answer)
		if answer.More != nil {
			// Slack has its answer, so that the person can have all of theirs at once.
			answer.Card = more(ctx, answer)
		}
		i.tellClick(ctx, c, answer.Card, c.ephemeral)
	case <-late.C:
		acknowledge(w)
		i.tellUnknown(ctx, c)
		// A command's answer would be lost now. Here it still reaches the person.
		if answer, ok := <-done; ok {
			i.tellClick(ctx, c, answer.Card, c.ephemeral)
		}
	}
}

func (i *Interactions) tellClick(ctx context.Context, c click, card chatops.Card, replace bool) {
	i.tell(ctx, c.origin, c.responseURL, card, replace)
}

func (i *Interactions) tellUnknown(ctx context.Context, c click) {
	i.unknown(c.origin)
	i.tellClick(ctx, c, unknownClickCard(c.value.Command), c.ephemeral)
}

// acknowledge tells Slack that the click has arrived, right away. Slack reads nothing of the body.
func acknowledge(w http.ResponseWriter) {
	header := w.Header()
	header.Set("Content-Length", "0")
	// The person is told before this handler returns: no other request should wait for that.
	header.Set("Connection", "close")
	w.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(w).Flush()
}

// unknownClickCard is unknownCard for a click. To click again is no new request.
func unknownClickCard(line string) chatops.Card {
	return chatops.Card{
		Title: "I can't say yet whether that was recorded",
		Body: []chatops.Text{
			chatops.Line(chatops.Code(chatops.Fit(line, 200)), chatops.Plain(" takes long. "+
				"If it was recorded, its card appears here by itself.")),
			chatops.Line(chatops.Plain("If there is no card after a minute, look at what runs in the environment " +
				"before you ask for it again.")),
		},
	}
}
