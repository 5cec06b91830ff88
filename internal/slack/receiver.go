package slack

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// maxRequest bounds the body of a request, in bytes. A slash command has a few hundred; people can
// type some thousands. A click comes with the message that was clicked on: some tens of thousands.
const maxRequest = 1 << 20

// formType is the media type of Slack's requests.
const formType = "application/x-www-form-urlencoded"

// How long a handler may work, and when an answer goes out whether or not it is done. Slack waits for
// 3 s. The time between the two is for a handler to find out what became of a write whose answer it
// did not get; the time after, for the way.
const (
	workTime   = 2 * time.Second
	answerTime = 2500 * time.Millisecond
)

// receiver is what the intakes of commands and of clicks have in common: it verifies requests and has
// them carried out.
type receiver struct {
	o IntakeOptions
}

func newReceiver(o IntakeOptions) (receiver, error) {
	switch {
	case o.Handler == nil || o.Sealer == nil || o.Metrics == nil:
		return receiver{}, errors.New("slack: an intake needs a Handler, a Sealer and Metrics")
	case len(o.SigningSecrets) == 0 || slices.ContainsFunc(o.SigningSecrets, secret.Text.Empty):
		return receiver{}, errors.New("slack: an intake needs a signing secret, and none may be empty")
	case len(o.Teams) == 0:
		return receiver{}, errors.New("slack: an intake needs the ID of a workspace (a team)")
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return receiver{o}, nil
}

// receive verifies that Slack sent a request, reads from its form what is asked for, and has that served or
// turns it down.
func receive[T any](
	v receiver, w http.ResponseWriter, r *http.Request,
	accept func(url.Values) (T, outcome),
	serve func(w http.ResponseWriter, r *http.Request, asked T, received time.Time),
) {
	received := v.o.Now()
	form, refused := v.form(w, r, received)
	if refused != "" {
		v.turnDown(w, r, refused)
		return
	}
	asked, refused := accept(form)
	if refused != "" {
		v.turnDown(w, r, refused)
		return
	}
	serve(w, r, asked, received)
}

// form reads a request and verifies that Slack sent it. It returns the form or what it is instead.
func (v receiver) form(w http.ResponseWriter, r *http.Request, received time.Time) (url.Values, outcome) {
	if r.Method == http.MethodGet && r.URL.Query().Get("ssl_check") == "1" {
		return nil, outcomeSSLCheck
	}
	body, refused := readForm(w, r)
	if refused != "" {
		return nil, refused
	}
	if refused := verifySignature(r.Header, body, v.o.SigningSecrets, received); refused != "" {
		// Slack looks at the certificate now and then, in a request that need not be signed.
		if form, err := url.ParseQuery(string(body)); refused == outcomeUnsigned && err == nil && form.Get("ssl_check") == "1" {
			return nil, outcomeSSLCheck
		}
		return nil, refused
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, outcomeForm
	}
	if form.Get("ssl_check") == "1" {
		return nil, outcomeSSLCheck
	}
	return form, ""
}

// serves reports whether requests from a workspace and for an app are served: "" or why not.
func (v receiver) serves(team, app string) outcome {
	switch {
	case !slices.Contains(v.o.Teams, team):
		return outcomeTeam
	case v.o.AppID != "" && app != v.o.AppID:
		return outcomeApp
	default:
		return ""
	}
}

// turnDown answers a request that is not carried out.
func (v receiver) turnDown(w http.ResponseWriter, r *http.Request, refused outcome) {
	v.o.Metrics.request(refused)
	if refused.status() == http.StatusOK {
		w.WriteHeader(http.StatusOK)
		return
	}
	v.o.Log.WarnContext(r.Context(), "slack request refused", "reason", string(refused), "remote", r.RemoteAddr)
	if refused == outcomeMethod {
		w.Header().Set("Allow", http.MethodPost)
	}
	// Slack tells the person that it failed; the reason is for the operator.
	http.Error(w, http.StatusText(refused.status()), refused.status())
}

// begin has a request carried out. The channel is closed without an answer if the handler could not
// give one. Whoever begins has to wait for that, and to cancel then.
func (v receiver) begin(r *http.Request, request bot.Request) (<-chan bot.Answer, context.CancelFunc) {
	// A person who gives up waiting has asked all the same: only time ends the work.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), workTime)
	done := make(chan bot.Answer, 1)
	go func() {
		defer close(done)
		defer v.recovered(ctx)
		done <- v.o.Handler.Handle(ctx, request)
	}()
	return done, cancel
}

// recovered keeps a defect in a handler from ending the process, as net/http does for its own
// goroutines. The channel that is closed without an answer tells the rest.
func (v receiver) recovered(ctx context.Context) {
	if defect := recover(); defect != nil {
		v.o.Log.ErrorContext(ctx, "slack request handler panicked", "panic", defect, "stack", string(debug.Stack()))
	}
}

// request puts what somebody asks for in the bot's terms, but for what it is.
func (v receiver) request(origin v1alpha1.SlackOrigin, name, responseURL string, received time.Time) bot.Request {
	r := bot.Request{
		Actor:  chatops.Actor{Source: chatops.SourceSlack, ID: origin.Team + "/" + origin.User, Name: name},
		Origin: v1alpha1.Origin{Slack: &origin},
	}
	sealed, err := v.o.Sealer.Seal(responseURL, origin, received)
	if err != nil {
		// The request is good. Only where the bot isn't a member, its progress will go elsewhere.
		v.o.Log.Warn("slack response_url not kept", "team", origin.Team, "channel", origin.Channel, "error", err)
		return r
	}
	r.Annotations = map[string]string{v1alpha1.AnnotationSlackResponse: sealed}
	return r
}

// answered counts a request that was answered.
func (v receiver) answered(answer bot.Answer) {
	what := outcomeAnswered
	if answer.Shipment != nil {
		what = outcomeRecorded
	}
	v.o.Metrics.request(what)
}

// unknown counts and logs a request of which it is not known whether it was recorded.
func (v receiver) unknown(origin v1alpha1.SlackOrigin) {
	v.o.Metrics.request(outcomeUnknown)
	v.o.Log.Warn("slack request has an unknown outcome", "team", origin.Team, "channel", origin.Channel, "user", origin.User)
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
