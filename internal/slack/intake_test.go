package slack

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// handlerFunc is a Handler of one function.
type handlerFunc func(context.Context, bot.Request) bot.Answer

func (f handlerFunc) Handle(ctx context.Context, r bot.Request) bot.Answer { return f(ctx, r) }

// intakeWorld is a world with an intake, what it was asked, and what it logged.
type intakeWorld struct {
	*world
	intake   *Intake
	metrics  *Metrics
	requests []bot.Request
	log      *bytes.Buffer
}

func newIntakeWorld(t *testing.T, handle func(context.Context, bot.Request) bot.Answer, change ...func(*IntakeOptions)) *intakeWorld {
	t.Helper()
	w := &intakeWorld{world: newWorld(t), log: &bytes.Buffer{}, metrics: NewMetrics(prometheus.NewRegistry())}
	o := IntakeOptions{
		Handler: handlerFunc(func(ctx context.Context, r bot.Request) bot.Answer {
			w.requests = append(w.requests, r)
			return handle(ctx, r)
		}),
		SigningSecrets: []secret.Text{secret.NewText(slackfake.DefaultSigningSecret)},
		Teams:          []string{"T01"},
		AppID:          "A01",
		Sealer:         w.sealer,
		Client:         w.client,
		Metrics:        w.metrics,
		Log:            slog.New(slog.NewJSONHandler(w.log, nil)),
		Now:            w.clock.Now,
	}
	for _, c := range change {
		c(&o)
	}
	var err error
	if w.intake, err = NewIntake(o); err != nil {
		t.Fatal(err)
	}
	return w
}

func recorded(context.Context, bot.Request) bot.Answer {
	return bot.Answer{Card: runningCard(), Shipment: &v1alpha1.Shipment{}}
}

func (w *intakeWorld) count(t *testing.T, o outcome) float64 {
	t.Helper()
	var metric dto.Metric
	if err := w.metrics.requests.WithLabelValues(string(o)).Write(&metric); err != nil {
		t.Fatal(err)
	}
	return metric.GetCounter().GetValue()
}

// driver sends commands to the intake over HTTP.
func (w *intakeWorld) driver(t *testing.T) *slackfake.Driver {
	t.Helper()
	server := httptest.NewServer(w.intake)
	t.Cleanup(server.Close)
	return w.slack.Driver(slackfake.Endpoints{Commands: server.URL, Client: server.Client()})
}

func promote(channel string) slackfake.SlashCommand {
	return slackfake.SlashCommand{User: "U42", Channel: channel, Command: "/promote", Text: "red production"}
}

func TestCommandIsHandled(t *testing.T) {
	w := newIntakeWorld(t, recorded)
	driver := w.driver(t)
	delivery, err := driver.NewSlashCommand(promote(outChannel))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the same bytes twice, as a retry would be
		reply, err := driver.Send(soon(t), delivery)
		if err != nil {
			t.Fatal(err)
		}
		if reply.Status != http.StatusOK || reply.ResponseType != "ephemeral" || !strings.Contains(reply.Text, "Promote red to production") {
			t.Errorf("reply = %d %s %q", reply.Status, reply.ResponseType, reply.Text)
		}
	}
	first, second := w.requests[0], w.requests[1]
	if first.Key != second.Key || !strings.HasPrefix(first.Key, "T01/C8/U42/") || first.Key == "T01/C8/U42/" {
		t.Errorf("keys %q and %q do not identify the request", first.Key, second.Key)
	}
	if first.Actor != octocat() || first.Line != "/promote red production" {
		t.Errorf("request = %+v", first)
	}
	origin := v1alpha1.SlackOrigin{Team: "T01", Channel: "C8", User: "U42"}
	if *first.Origin.Slack != origin || first.Origin.GitHub != nil {
		t.Errorf("origin = %+v", first.Origin)
	}
	sealed := first.Annotations[v1alpha1.AnnotationSlackResponse]
	if opened, at, err := w.sealer.Open(sealed, origin); err != nil || opened != delivery.ResponseURL || !at.Equal(w.clock.Now()) {
		t.Errorf("the response_url is not kept: %v, %v", at, err)
	}
	if strings.Contains(sealed, "http") {
		t.Error("the response_url is kept in clear")
	}
	if other, _ := driver.NewSlashCommand(promote(outChannel)); other != nil {
		if _, err := driver.Send(soon(t), other); err != nil {
			t.Fatal(err)
		}
	}
	if w.requests[2].Key == first.Key {
		t.Error("another request has the same key")
	}
	if got := w.count(t, outcomeRecorded); got != 3 {
		t.Errorf("%v requests are counted as recorded, want 3", got)
	}
	w.noMistakes(t)
}

func TestAnswersAreForThePersonAlone(t *testing.T) {
	problem := &chatops.Problem{Code: chatops.CodeUnknownEnvironment, Title: `No environment "prodution". Did you mean production?`, Usage: chatops.Usage("promote")}
	w := newIntakeWorld(t, func(context.Context, bot.Request) bot.Answer {
		return bot.Answer{Card: problem.Card(), Problem: problem}
	})
	if _, err := w.driver(t).SlashCommand(soon(t), promote(inChannel)); err != nil {
		t.Fatal(err)
	}
	messages := w.slack.Messages(inChannel)
	if len(messages) != 1 || messages[0].EphemeralTo != "U42" {
		t.Fatalf("messages = %+v", messages)
	}
	if got := w.slack.PlainText(messages[0]); !strings.Contains(got, "Did you mean production?") || !strings.Contains(got, "Usage: /promote <services>") {
		t.Errorf("the person reads:\n%s", got)
	}
	if w.count(t, outcomeAnswered) != 1 {
		t.Error("the answer is not counted")
	}
	w.noMistakes(t)
}

func TestRefusedRequests(t *testing.T) {
	// Each case changes one thing of a good request.
	for _, test := range []struct {
		name    string
		options func(now time.Time) []slackfake.Option
		change  func(*http.Request)
		status  int
		reason  outcome
	}{
		{name: "wrong secret", options: with(slackfake.WithSecret("guess")), status: 401, reason: outcomeSignature},
		{name: "five minutes old and a second", options: signedAt(-5*time.Minute - time.Second), status: 401, reason: outcomeStale},
		{name: "of the future", options: signedAt(time.Minute + time.Second), status: 401, reason: outcomeFuture},
		{name: "other team", options: with(slackfake.WithTeam("T02")), status: 403, reason: outcomeTeam},
		{name: "other app", options: with(slackfake.WithApp("A02")), status: 403, reason: outcomeApp},
		{name: "no signature", change: header("X-Slack-Signature", ""), status: 401, reason: outcomeUnsigned},
		{name: "no timestamp", change: header("X-Slack-Request-Timestamp", ""), status: 401, reason: outcomeUnsigned},
		{name: "timestamp with a sign", change: header("X-Slack-Request-Timestamp", "+1763812800"), status: 401, reason: outcomeSignature},
		{name: "endless timestamp", change: header("X-Slack-Request-Timestamp", strings.Repeat("9", 400)), status: 401, reason: outcomeSignature},
		{name: "other version", change: header("X-Slack-Signature", "v1="+strings.Repeat("00", 32)), status: 401, reason: outcomeSignature},
		{name: "signature that is no hex", change: header("X-Slack-Signature", "v0=zz"), status: 401, reason: outcomeSignature},
		{name: "empty signature", change: header("X-Slack-Signature", "v0="), status: 401, reason: outcomeSignature},
		{name: "changed body", change: body("team_id=T01&text=all"), status: 401, reason: outcomeSignature},
		{name: "GET", change: func(r *http.Request) { r.Method = http.MethodGet }, status: 405, reason: outcomeMethod},
		{name: "JSON", change: header("Content-Type", "application/json"), status: 415, reason: outcomeMediaType},
		{name: "no content type", change: header("Content-Type", ""), status: 415, reason: outcomeMediaType},
		{name: "too large", change: body(strings.Repeat("a", maxRequest+1)), status: 413, reason: outcomeTooLarge},
		{name: "too large of unknown length", change: func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat("a", maxRequest+1))), -1
		}, status: 413, reason: outcomeTooLarge},
		{name: "cut off", change: func(r *http.Request) {
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader("team"), brokenReader{}))
		}, status: 400, reason: outcomeCutOff},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newIntakeWorld(t, recorded)
			var options []slackfake.Option
			if test.options != nil {
				options = test.options(w.clock.Now())
			}
			r := w.request(t, options...)
			if test.change != nil {
				test.change(r)
			}
			answer := httptest.NewRecorder()
			w.intake.ServeHTTP(answer, r)
			if answer.Code != test.status {
				t.Errorf("status = %d, want %d", answer.Code, test.status)
			}
			if len(w.requests) > 0 {
				t.Error("the request was carried out")
			}
			if got := w.count(t, test.reason); got != 1 {
				t.Errorf("%v requests are counted as %s, want 1", got, test.reason)
			}
			if log := w.log.String(); !strings.Contains(log, string(test.reason)) || strings.Contains(log, "production") {
				t.Errorf("log = %s", log)
			}
		})
	}
}

func with(o slackfake.Option) func(time.Time) []slackfake.Option {
	return func(time.Time) []slackfake.Option { return []slackfake.Option{o} }
}

func signedAt(offset time.Duration) func(time.Time) []slackfake.Option {
	return func(now time.Time) []slackfake.Option {
		return []slackfake.Option{slackfake.WithTimestamp(now.Add(offset))}
	}
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func body(content string) func(*http.Request) {
	return func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(content)), int64(len(content))
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// request returns a good request, but for the options.
func (w *world) request(t *testing.T, options ...slackfake.Option) *http.Request {
	t.Helper()
	delivery, err := w.slack.Driver(slackfake.Endpoints{Commands: "http://bot.invalid/"}).NewSlashCommand(promote(inChannel), options...)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/slack/commands", bytes.NewReader(delivery.Body))
	r.Header = delivery.Header
	return r
}

func TestAcceptedSignatures(t *testing.T) {
	rotated := func(o *IntakeOptions) {
		o.SigningSecrets = []secret.Text{secret.NewText("the next one"), secret.NewText(slackfake.DefaultSigningSecret)}
	}
	for _, test := range []struct {
		name    string
		options func(time.Time) []slackfake.Option
		change  []func(*IntakeOptions)
	}{
		{name: "now", options: signedAt(0)},
		{name: "five minutes old", options: signedAt(-5 * time.Minute)},
		{name: "a minute ahead", options: signedAt(time.Minute)},
		{name: "old secret while rotating", options: signedAt(0), change: []func(*IntakeOptions){rotated}},
		{name: "new secret while rotating", options: with(slackfake.WithSecret("the next one")), change: []func(*IntakeOptions){rotated}},
		{name: "any app", options: with(slackfake.WithApp("A02")), change: []func(*IntakeOptions){func(o *IntakeOptions) { o.AppID = "" }}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newIntakeWorld(t, recorded, test.change...)
			answer := httptest.NewRecorder()
			w.intake.ServeHTTP(answer, w.request(t, test.options(w.clock.Now())...))
			if answer.Code != http.StatusOK || len(w.requests) != 1 {
				t.Errorf("status = %d, %d requests; log:\n%s", answer.Code, len(w.requests), w.log)
			}
		})
	}
}

func TestSSLCheck(t *testing.T) {
	form := func() *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/slack/commands", strings.NewReader("ssl_check=1&token=x"))
		r.Header.Set("Content-Type", formType)
		return r
	}
	for name, r := range map[string]*http.Request{
		"GET":  httptest.NewRequest(http.MethodGet, "/slack/commands?ssl_check=1", nil),
		"POST": form(),
	} {
		w := newIntakeWorld(t, recorded)
		answer := httptest.NewRecorder()
		w.intake.ServeHTTP(answer, r)
		if answer.Code != http.StatusOK || answer.Body.Len() > 0 || len(w.requests) > 0 {
			t.Errorf("%s: status %d, body %q", name, answer.Code, answer.Body)
		}
	}
}

func TestForeignResponseURLIsNotKept(t *testing.T) {
	w := newIntakeWorld(t, recorded)
	w.slack.SetURL("http://169.254.169.254")
	if _, err := w.driver(t).SlashCommand(soon(t), promote(inChannel)); err != nil {
		t.Fatal(err)
	}
	if len(w.requests) != 1 || w.requests[0].Annotations != nil {
		t.Errorf("requests = %+v", w.requests)
	}
}

func TestNewIntakeNeedsItsOptions(t *testing.T) {
	good := newIntakeWorld(t, recorded).intake.o
	for name, change := range map[string]func(*IntakeOptions){
		"handler":      func(o *IntakeOptions) { o.Handler = nil },
		"secret":       func(o *IntakeOptions) { o.SigningSecrets = nil },
		"empty secret": func(o *IntakeOptions) { o.SigningSecrets = append(o.SigningSecrets, secret.Text{}) },
		"team":         func(o *IntakeOptions) { o.Teams = nil },
		"sealer":       func(o *IntakeOptions) { o.Sealer = nil },
		"metrics":      func(o *IntakeOptions) { o.Metrics = nil },
	} {
		o := good
		change(&o)
		if _, err := NewIntake(o); err == nil {
			t.Errorf("an intake is made without a good %s", name)
		}
	}
}
