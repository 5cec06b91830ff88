package slack

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// Handler does what a request asks. It returns within half a second of the end of its context.
type Handler interface {
	Handle(ctx context.Context, r bot.Request) bot.Answer
}

// IntakeOptions configure an Intake, and Interactions.
type IntakeOptions struct {
	// Handler does what is asked. Required.
	Handler Handler
	// SigningSecrets verify requests: one, or two while they are rotated. Required.
	SigningSecrets []secret.Text
	// Teams are the IDs of the workspaces that are served ("T01"). Required.
	Teams []string
	// AppID is the app that requests must be for ("A01"). Empty: any app with the signing secret.
	AppID string
	// Sealer seals response_urls. Required.
	Sealer *Sealer
	// Client answers clicks, and says what could not be found out in time for the first answer to a command.
	// Required by Interactions; without it, commands have one answer.
	Client *Client
	// Metrics counts requests. Required.
	Metrics *Metrics
	// Log receives refusals and failures. Default: slog.Default().
	Log *slog.Logger
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// Intake is the HTTP handler of slash commands. It acts on a request only if Slack signed it within
// the last five minutes, for a workspace and an app that it serves, and answers within Slack's three
// seconds, whatever happens.
type Intake struct {
	receiver
	teller
}

// NewIntake returns an Intake. It refuses to be made without a signing secret or a workspace: there
// is no way to accept everything.
func NewIntake(o IntakeOptions) (*Intake, error) {
	r, err := newReceiver(o)
	if err != nil {
		return nil, err
	}
	i := &Intake{receiver: r}
	if o.Client != nil {
		i.teller = newTeller(o.Client, r.o.Log)
	}
	return i, nil
}

// ServeHTTP implements http.Handler.
func (i *Intake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	receive(i.receiver, w, r, i.accept, i.serve)
}

// accept returns the command in a form, or what is wrong with it.
func (i *Intake) accept(form url.Values) (slashCommand, outcome) {
	command, err := parseCommand(form)
	if err != nil {
		return slashCommand{}, outcomeForm
	}
	return command, i.serves(command.team, command.app)
}
