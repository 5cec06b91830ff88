package slack

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// maxRequest bounds the body of a request, in bytes. A slash command has a few hundred; people can
// type some thousands.
const maxRequest = 1 << 20

// formType is the media type of Slack's requests.
const formType = "application/x-www-form-urlencoded"

// Handler does what a request asks. It returns within half a second of the end of its context.
type Handler interface {
	Handle(ctx context.Context, r bot.Request) bot.Answer
}

// IntakeOptions configure an Intake.
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
	o IntakeOptions
}

// NewIntake returns an Intake. It refuses to be made without a signing secret or a workspace: there
// is no way to accept everything.
func NewIntake(o IntakeOptions) (*Intake, error) {
	switch {
	case o.Handler == nil || o.Sealer == nil || o.Metrics == nil:
		return nil, errors.New("slack: an intake needs a Handler, a Sealer and Metrics")
	case len(o.SigningSecrets) == 0 || slices.ContainsFunc(o.SigningSecrets, secret.Text.Empty):
		return nil, errors.New("slack: an intake needs a signing secret, and none may be empty")
	case len(o.Teams) == 0:
		return nil, errors.New("slack: an intake needs the ID of a workspace (a team)")
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Intake{o: o}, nil
}

// ServeHTTP implements http.Handler.
func (i *Intake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	received := i.o.Now()
	command, refused := i.accept(w, r, received)
	switch refused {
	case "":
		i.serve(w, r, command, received)
	case outcomeSSLCheck:
		i.o.Metrics.request(outcomeSSLCheck)
		w.WriteHeader(http.StatusOK)
	default:
		i.o.Metrics.request(refused)
		i.o.Log.WarnContext(r.Context(), "slack request refused", "reason", string(refused), "remote", r.RemoteAddr)
		if refused == outcomeMethod {
			w.Header().Set("Allow", http.MethodPost)
		}
		// Slack tells the person that the command failed; the reason is for the operator.
		http.Error(w, http.StatusText(refused.status()), refused.status())
	}
}

// accept reads and verifies a request, and returns the command or what it is instead.
func (i *Intake) accept(w http.ResponseWriter, r *http.Request, received time.Time) (slashCommand, outcome) {
	if r.Method == http.MethodGet && r.URL.Query().Get("ssl_check") == "1" {
		return slashCommand{}, outcomeSSLCheck
	}
	body, refused := readForm(w, r)
	if refused != "" {
		return slashCommand{}, refused
	}
	if refused := verifySignature(r.Header, body, i.o.SigningSecrets, received); refused != "" {
		// Slack looks at the certificate now and then, in a request that need not be signed.
		if form, err := url.ParseQuery(string(body)); refused == outcomeUnsigned && err == nil && form.Get("ssl_check") == "1" {
			return slashCommand{}, outcomeSSLCheck
		}
		return slashCommand{}, refused
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return slashCommand{}, outcomeForm
	}
	if form.Get("ssl_check") == "1" {
		return slashCommand{}, outcomeSSLCheck
	}
	command, err := parseCommand(form)
	switch {
	case err != nil:
		return slashCommand{}, outcomeForm
	case !slices.Contains(i.o.Teams, command.team):
		return slashCommand{}, outcomeTeam
	case i.o.AppID != "" && command.app != i.o.AppID:
		return slashCommand{}, outcomeApp
	}
	return command, ""
}

// readForm reads the raw body of a form.
func readForm(w http.ResponseWriter, r *http.Request) ([]byte, outcome) {
	if r.Method != http.MethodPost {
		return nil, outcomeMethod
	}
	if mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mediaType != formType {
		return nil, outcomeMediaType
	}
	if r.ContentLength > maxRequest {
		return nil, outcomeTooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, outcomeTooLarge
	}
	if err != nil {
		return nil, outcomeCutOff
	}
	return body, ""
}
