package github

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/singleflight"

	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// Handler carries a command out.
type Handler interface {
	// Handle returns when the request is recorded or turned down. The same request, known by its
	// Key, may come again.
	Handle(ctx context.Context, request bot.Request) bot.Answer
}

// IntakeOptions says how to take webhooks.
type IntakeOptions struct {
	// Secrets are the webhook's secrets: one, or two while it is being rotated.
	Secrets []secret.Text
	// Handler carries the commands out.
	Handler Handler
	// Client answers what needs no Shipment: help, refusals, dry runs.
	Client *Client
	// Hints takes what deliveries say of pull requests, branches, tags and releases that may have changed.
	// A delivery never waits for it: a hint that finds no room is counted and dropped, so that whoever takes
	// them has to look by themselves too, every now and then. Default: they are not looked for.
	Hints chan<- Hint
	// Registerer takes the metrics. Default: they are counted but shown nowhere.
	Registerer prometheus.Registerer
	// Logger is for deliveries that are refused and commands. No body is ever logged. Default: nothing
	// is logged.
	Logger *slog.Logger
}

// Intake takes the deliveries of the GitHub App's webhook: an http.Handler for POST
// /github/webhook. It answers
//
//   - 200 to what was carried out, and to what is no command, which is nearly everything;
//   - 4xx to what GitHub did not sign or this App did not ask for;
//   - 5xx when a command was not recorded or its answer not written. GitHub then shows the delivery
//     as failed, and its redelivery makes up for it: nothing is done twice, and nothing is said twice.
//
// The server around it has to have a ReadTimeout; 10 s is when GitHub gives up. Its WriteTimeout, if
// any, must leave the 8 s that commands may take.
type Intake struct {
	handler  Handler
	client   *Client
	receiver *receiver
	queue    *queue
	flights  singleflight.Group // by comment
	hints    chan<- Hint
	metrics  *intakeMetrics
	log      *slog.Logger
}

// NewIntake returns an intake. It refuses to be without a secret.
func NewIntake(o IntakeOptions) (*Intake, error) {
	if err := checkSecrets(o.Secrets); err != nil {
		return nil, err
	}
	if o.Handler == nil || o.Client == nil {
		return nil, errors.New("the intake of GitHub needs a handler and a client")
	}
	metrics, err := newIntakeMetrics(o.Registerer)
	if err != nil {
		return nil, fmt.Errorf("metrics of the intake of GitHub: %w", err)
	}
	return &Intake{
		handler: o.Handler, client: o.Client, receiver: newReceiver(o.Secrets),
		queue: newQueue(commandsAtOnce, commandsWaiting), hints: o.Hints, metrics: metrics, log: logger(o.Logger),
	}, nil
}

// refusal is why a delivery is turned away.
type refusal struct {
	status int
	// reason is a metric's label: one of few words.
	reason string
	// text tells whoever looks at the delivery on GitHub what to do.
	text string
}

// The refusals that depend on nothing.
var (
	refusedMethod    = &refusal{http.StatusMethodNotAllowed, "method", "webhooks are sent by POST"}
	refusedType      = &refusal{http.StatusUnsupportedMediaType, "content_type", "set the webhook's content type to application/json"}
	refusedEvent     = &refusal{http.StatusBadRequest, "no_event", "the header X-GitHub-Event is missing"}
	refusedUnsigned  = &refusal{http.StatusUnauthorized, "no_signature", "the header X-Hub-Signature-256 is missing or malformed: set the webhook's secret"}
	refusedSignature = &refusal{http.StatusUnauthorized, "wrong_signature", "the signature is not that of this body: the webhook's secret is another one here"}
	refusedSize      = &refusal{http.StatusRequestEntityTooLarge, "too_large", "the body is larger than 25 MB"}
	refusedRead      = &refusal{http.StatusBadRequest, "unreadable", "the body did not arrive whole"}
	refusedMemory    = &refusal{http.StatusServiceUnavailable, "busy", errTooManyLarge.Error()}
	refusedBusy      = &refusal{http.StatusServiceUnavailable, "busy", "too many commands at once: redeliver later"}
)

// ServeHTTP implements http.Handler.
func (in *Intake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	signature, refused := checkHeader(r)
	if refused != nil {
		in.refuse(w, r, refused)
		return
	}
	event := r.Header.Get("X-GitHub-Event")
	var said content
	isSigned, err := in.receiver.receive(w, r, signature, in.wanted(event), func(body []byte) { said = in.understand(event, body) })
	switch {
	case err != nil:
		in.refuse(w, r, refusalOf(err))
	case !isSigned:
		in.refuse(w, r, refusedSignature)
	case said.invalid != nil:
		in.refuse(w, r, &refusal{http.StatusUnprocessableEntity, "invalid", oneLine(said.invalid.Error(), maxMessage)})
	case len(said.commands) > 0:
		in.metrics.deliveries.WithLabelValues("command").Inc()
		in.serveCommands(w, r, said.comment, said.commands)
	case said.isHint:
		in.metrics.hint(in.give(said.hint))
		answer(w, http.StatusOK, "noted\n")
	case event == "ping":
		in.metrics.ping.Inc()
		answer(w, http.StatusOK, "pong\n")
	default:
		in.metrics.other.Inc()
		answer(w, http.StatusOK, "no command\n")
	}
}

// content is what of a delivery matters.
type content struct {
	comment  *commentEvent
	commands []commandLine
	invalid  error
	hint     Hint
	isHint   bool
}

// wanted returns how much of an event's body is needed, in bytes.
func (in *Intake) wanted(event string) int {
	switch {
	case event == "issue_comment":
		return maxBody
	case in.hints != nil && isHint(event):
		return maxHint
	default:
		return 0
	}
}

// understand reads as much of an event as was wanted.
func (in *Intake) understand(event string, body []byte) (c content) {
	switch {
	case event == "issue_comment" && mayCommand(body):
		c.comment, c.commands, c.invalid = parseComment(body)
	case in.hints != nil && isHint(event):
		c.hint, c.isHint = parseHint(event, body)
	}
	return c
}

// give hands a hint over, if there is room for it.
func (in *Intake) give(hint Hint) bool {
	select {
	case in.hints <- hint:
		return true
	default:
		return false
	}
}

// checkHeader looks at everything that can be known before the body is read.
func checkHeader(r *http.Request) (signature, *refusal) {
	switch {
	case r.Method != http.MethodPost:
		return signature{}, refusedMethod
	case !isJSON(r.Header.Get("Content-Type")):
		return signature{}, refusedType
	case r.Header.Get("X-GitHub-Event") == "":
		return signature{}, refusedEvent
	case r.ContentLength > maxBody:
		return signature{}, refusedSize
	}
	s, ok := parseSignature(r.Header.Get("X-Hub-Signature-256"))
	if !ok {
		return signature{}, refusedUnsigned
	}
	return s, nil
}

func isJSON(contentType string) bool {
	if contentType == "application/json" {
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && media == "application/json"
}

func refusalOf(err error) *refusal {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return refusedSize
	case errors.Is(err, errTooManyLarge):
		return refusedMemory
	default:
		return refusedRead
	}
}

// refuse turns a delivery away, counts it and logs it without its body.
func (in *Intake) refuse(w http.ResponseWriter, r *http.Request, why *refusal) {
	in.metrics.refused.WithLabelValues(why.reason).Inc()
	in.log.WarnContext(r.Context(), "webhook of GitHub refused",
		"reason", why.reason, "text", why.text, "status", why.status,
		"delivery", deliveryID(r), "event", oneLine(r.Header.Get("X-GitHub-Event"), 64), "remote", r.RemoteAddr)
	switch why.status {
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", http.MethodPost)
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", strconv.Itoa(int(busyPause/time.Second)))
	case http.StatusRequestEntityTooLarge:
		w.Header().Set("Connection", "close") // and don't read what is left
	}
	answer(w, why.status, why.text+"\n")
}

// deliveryID is GitHub's name for the delivery: what one searches for in the App's settings.
func deliveryID(r *http.Request) string { return oneLine(r.Header.Get("X-GitHub-Delivery"), 64) }

// plainText is shared by all answers, which don't change it.
var plainText = []string{"text/plain; charset=utf-8"}

// answer writes an answer. GitHub shows it beside the delivery.
func answer(w http.ResponseWriter, status int, text string) {
	w.Header()["Content-Type"] = plainText
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // who has gone away won't read it
}

func logger(given *slog.Logger) *slog.Logger {
	if given == nil {
		return slog.New(slog.DiscardHandler)
	}
	return given
}
