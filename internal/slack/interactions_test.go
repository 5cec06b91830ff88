package slack

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// clickWorld is a world whose bot takes clicks. What it logs and was asked is the intakeWorld's.
type clickWorld struct {
	*intakeWorld
	interactions *Interactions
	driver       *slackfake.Driver
}

func newClickWorld(t *testing.T, handle func(context.Context, bot.Request) bot.Answer) *clickWorld {
	t.Helper()
	w := &clickWorld{intakeWorld: newIntakeWorld(t, handle)}
	var err error
	w.interactions, err = NewInteractions(w.intake.o)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/commands", w.intake)
	mux.Handle("/interactions", w.interactions)
	server := httptest.NewServer(mux)
	// The handlers tell their answers before the server is closed.
	t.Cleanup(server.Close)
	w.driver = w.slack.Driver(slackfake.Endpoints{
		Commands: server.URL + "/commands", Interactivity: server.URL + "/interactions", Client: server.Client(),
	})
	return w
}

// partialCard is the question of a batch of which a part can't go.
func partialCard() chatops.Card {
	return chatops.Card{
		Title: "1 of 3 can't go to production", State: chatops.StateRefused,
		Table: &chatops.Table{Columns: []string{"service", "now", "next", "why not"}, Rows: [][]chatops.Text{
			{chatops.Line(chatops.Plain("red")), chatops.Line(chatops.Plain("3.1.0")), chatops.Line(chatops.Plain("3.2.0")), nil},
			{chatops.Line(chatops.Plain("blue")), chatops.Line(chatops.Plain("3.3.2")), chatops.Line(chatops.Plain("3.3.3")), nil},
			{chatops.Line(chatops.Plain("green")), chatops.Line(chatops.Plain("3.3.2")), nil, chatops.Line(chatops.Plain("no Freight is available"))},
		}},
		Body: []chatops.Text{chatops.Line(chatops.Plain("Nothing has been promoted."))},
		Actions: []chatops.Action{
			{Label: "Go on with red, blue", Command: "/promote red,blue,green production --partial", Plan: "7f3a", Style: chatops.StylePrimary, Confirm: "Promote red 3.2.0 and blue 3.3.3 to production?"},
			{Label: "Show diff", Command: "/diff red production"},
		},
	}
}

func partial(context.Context, bot.Request) bot.Answer { return bot.Answer{Card: partialCard()} }

// posted posts a card in a channel for all, and returns its timestamp.
func (w *clickWorld) posted(t *testing.T, card chatops.Card) string {
	t.Helper()
	w.clock.step(postInterval)
	at, err := w.client.post(t.Context(), destination{channel: inChannel}, renderCard(card, note{}), "marker")
	if err != nil {
		t.Fatal(err)
	}
	return at.ts
}

func (w *clickWorld) click(ts string) slackfake.ButtonClick {
	return slackfake.ButtonClick{User: "U43", Channel: inChannel, TS: ts, ActionID: "kargo-bot:0"}
}

// await returns the messages of the channel when there are as many as wanted, or as one says what is wanted.
func (w *clickWorld) await(t *testing.T, condition func([]slackfake.Message) bool) []slackfake.Message {
	t.Helper()
	messages, err := w.slack.Await(soon(t), inChannel, condition)
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

func TestClickIsARequestOfWhoClicks(t *testing.T) {
	w := newClickWorld(t, recorded)
	ts := w.posted(t, partialCard())
	delivery, err := w.driver.NewButtonClick(w.click(ts))
	if err != nil {
		t.Fatal(err)
	}
	reply, err := w.driver.Send(soon(t), delivery)
	if err != nil || reply.Status != http.StatusOK || len(reply.Body) > 0 {
		t.Fatalf("Slack gets %+v, %v", reply, err)
	}
	messages := w.await(t, func(m []slackfake.Message) bool { return len(m) == 2 })
	if answer := messages[1]; answer.EphemeralTo != "U43" || !strings.Contains(w.slack.PlainText(answer), "Promote red to production") {
		t.Errorf("messages:\n%s", w.slack.Transcript(messages))
	}
	if !strings.Contains(w.slack.PlainText(messages[0]), "can't go to production") {
		t.Error("what all see was replaced")
	}
	r := w.requests[0]
	if r.Actor != (chatops.Actor{Source: chatops.SourceSlack, ID: "T01/U43", Name: "hubot"}) {
		t.Errorf("asked by %+v, want who clicked", r.Actor)
	}
	if r.Line != "/promote red,blue,green production --partial" || r.Plan != "7f3a" {
		t.Errorf("asked for %q of plan %q", r.Line, r.Plan)
	}
	origin := v1alpha1.SlackOrigin{Team: "T01", Channel: inChannel, User: "U43"}
	if *r.Origin.Slack != origin {
		t.Errorf("origin = %+v", r.Origin.Slack)
	}
	if opened, _, err := w.sealer.Open(r.Annotations[v1alpha1.AnnotationSlackResponse], origin); err != nil || opened != delivery.ResponseURL {
		t.Errorf("the response_url is not kept: %v", err)
	}
	if w.count(t, outcomeRecorded) != 1 {
		t.Error("it is not counted as recorded")
	}
	w.noMistakes(t)
}

// TestClickReplacesWhatOnlyOneSees goes through a question that only the person sees.
func TestClickReplacesWhatOnlyOneSees(t *testing.T) {
	w := newClickWorld(t, func(ctx context.Context, r bot.Request) bot.Answer {
		if r.Plan == "" {
			return partial(ctx, r)
		}
		return recorded(ctx, r)
	})
	if _, err := w.driver.SlashCommand(soon(t), slackfake.SlashCommand{User: "U42", Channel: inChannel, Command: "/promote", Text: "red,blue,green production"}); err != nil {
		t.Fatal(err)
	}
	question := w.await(t, func(m []slackfake.Message) bool { return len(m) == 1 })[0]
	click := w.click(question.TS)
	click.User = "U42"
	if _, err := w.driver.ButtonClick(soon(t), click); err != nil {
		t.Fatal(err)
	}
	messages := w.await(t, func(m []slackfake.Message) bool { return len(m[0].Versions) == 2 })
	if said := w.slack.PlainText(messages[0]); len(messages) != 1 || !strings.Contains(said, "Promote red to production") || strings.Contains(said, "[Go on") {
		t.Errorf("messages:\n%s", w.slack.Transcript(messages))
	}
	w.noMistakes(t)
}

func TestDoubleClickIsOneRequest(t *testing.T) {
	w := newClickWorld(t, recorded)
	first, other := w.posted(t, partialCard()), w.posted(t, partialCard())
	send := func(click slackfake.ButtonClick) {
		t.Helper()
		delivery, err := w.driver.NewButtonClick(click)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // and each is sent twice, as a retry would be
			if _, err := w.driver.Send(soon(t), delivery); err != nil {
				t.Fatal(err)
			}
		}
	}
	second := w.click(first)
	second.ActionID = "kargo-bot:1"
	send(w.click(first))
	send(w.click(first))
	send(second)
	send(w.click(other))
	keys := map[string]int{}
	for _, r := range w.requests {
		keys[r.Key]++
	}
	if len(keys) != 3 || keys[w.requests[0].Key] != 4 {
		t.Errorf("keys: %v, want one for both clicks on a button, and another for another button or message", keys)
	}
}

func TestRefusedClicks(t *testing.T) {
	// Each case changes one thing of a good request.
	for _, test := range []struct {
		name    string
		options []slackfake.Option
		change  func(*http.Request)
		status  int
		reason  outcome
	}{
		{name: "wrong secret", options: []slackfake.Option{slackfake.WithSecret("guess")}, status: 401, reason: outcomeSignature},
		{name: "other team", options: []slackfake.Option{slackfake.WithTeam("T02")}, status: 403, reason: outcomeTeam},
		{name: "other app", options: []slackfake.Option{slackfake.WithApp("A02")}, status: 403, reason: outcomeApp},
		{name: "no signature", change: header("X-Slack-Signature", ""), status: 401, reason: outcomeUnsigned},
		{name: "changed body", change: body("payload={}"), status: 401, reason: outcomeSignature},
		{name: "GET", change: func(r *http.Request) { r.Method = http.MethodGet }, status: 405, reason: outcomeMethod},
		{name: "JSON", change: header("Content-Type", "application/json"), status: 415, reason: outcomeMediaType},
		{name: "too large", change: body(strings.Repeat("a", maxRequest+1)), status: 413, reason: outcomeTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newClickWorld(t, recorded)
			delivery, err := w.driver.NewButtonClick(w.click(w.posted(t, partialCard())), test.options...)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(http.MethodPost, "/slack/interactions", bytes.NewReader(delivery.Body))
			r.Header = delivery.Header
			if test.change != nil {
				test.change(r)
			}
			w.refuses(t, r, test.status, test.reason)
		})
	}
	old := time.Date(2025, 11, 22, 11, 54, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		payload string
		at      time.Time
		status  int
		reason  outcome
	}{
		"stale":                  {goodPayload(t, nil), old, 401, outcomeStale},
		"a form":                 {goodPayload(t, set("view_submission", "type")), time.Time{}, 200, outcomeIgnored},
		"another's button":       {goodPayload(t, button("button", "approve", "red")), time.Time{}, 200, outcomeIgnored},
		"malformed value":        {goodPayload(t, button("button", "kargo-bot:0", "red")), time.Time{}, 400, outcomeForm},
		"oversized value":        {goodPayload(t, button("button", "kargo-bot:0", `{"c":"/`+strings.Repeat("x", 3_000)+`"}`)), time.Time{}, 400, outcomeForm},
		"no response_url":        {goodPayload(t, set("", "response_url")), time.Time{}, 400, outcomeForm},
		"response_url elsewhere": {goodPayload(t, set("http://169.254.169.254/actions/T01/1", "response_url")), time.Time{}, 400, outcomeForm},
		"no payload":             {"", time.Time{}, 400, outcomeForm},
	} {
		t.Run(name, func(t *testing.T) {
			w := newClickWorld(t, recorded)
			if test.at.IsZero() {
				test.at = w.clock.Now()
			}
			w.refuses(t, signedClick(test.payload, test.at), test.status, test.reason)
		})
	}
}

// refuses fails the test unless the request is answered like that, and nothing is done.
func (w *clickWorld) refuses(t *testing.T, r *http.Request, status int, reason outcome) {
	t.Helper()
	answer := httptest.NewRecorder()
	w.interactions.ServeHTTP(answer, r)
	if answer.Code != status {
		t.Errorf("status = %d, want %d", answer.Code, status)
	}
	if len(w.requests) > 0 {
		t.Error("the request was carried out")
	}
	if got := w.count(t, reason); got != 1 {
		t.Errorf("%v requests are counted as %s, want 1", got, reason)
	}
	if log := w.log.String(); (status == http.StatusOK) != (log == "") || strings.Contains(log, "production") || strings.Contains(log, "hooks.slack.com") {
		t.Errorf("log = %s", log)
	}
}

// signedClick returns a signed request with a payload.
func signedClick(payload string, at time.Time) *http.Request {
	form := url.Values{"payload": {payload}}.Encode()
	r := httptest.NewRequest(http.MethodPost, "/slack/interactions", strings.NewReader(form))
	sign(r, form, slackfake.DefaultSigningSecret, at)
	return r
}

// told is what a click was answered with, instead of a call to Slack.
type told struct {
	mu    sync.Mutex
	texts []string
	// errs are returned, one a call; then nil.
	errs []error
}

func (a *told) respond(_ context.Context, _ string, m rendered, _ bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.texts = append(a.texts, m.text)
	if len(a.errs) == 0 {
		return nil
	}
	err := a.errs[0]
	a.errs = a.errs[1:]
	return err
}

// TestClickOutOfTime has a handler that takes for ever: Slack gets its answer in time, the person the
// truth, and the outcome as soon as it is known.
func TestClickOutOfTime(t *testing.T) {
	var release chan struct{} // of the bubble
	w := newClickWorld(t, func(ctx context.Context, _ bot.Request) bot.Answer {
		<-ctx.Done()
		<-release
		return bot.Answer{Card: runningCard(), Shipment: &v1alpha1.Shipment{}}
	})
	tells := &told{}
	w.interactions.respond = tells.respond
	r := signedClick(goodPayload(t, nil), w.clock.Now())
	synctest.Test(t, func(t *testing.T) {
		release = make(chan struct{})
		start := time.Now()
		answer := &flushed{ResponseRecorder: httptest.NewRecorder(), at: make(chan time.Time, 1)}
		served := make(chan struct{})
		go func() {
			defer close(served)
			w.interactions.ServeHTTP(answer, r)
		}()
		if took := (<-answer.at).Sub(start); took > 2600*time.Millisecond {
			t.Errorf("answered after %s, Slack waits for 3 s", took)
		}
		synctest.Wait()
		if len(tells.texts) != 1 || !strings.HasPrefix(tells.texts[0], "I can't say yet whether that was recorded") || !strings.Contains(tells.texts[0], "/kargo abort red production") {
			t.Errorf("the person is told %q", tells.texts)
		}
		select {
		case <-served:
			t.Error("the handler outlives its request")
		default:
		}
		close(release)
		<-served
		if len(tells.texts) != 2 || !strings.HasPrefix(tells.texts[1], "Promote red to production") {
			t.Errorf("the person is told %q", tells.texts)
		}
	})
	if w.count(t, outcomeUnknown) != 1 || w.count(t, outcomeRecorded) != 0 {
		t.Error("the outcome is not counted as unknown")
	}
}

func TestClickHandlerPanics(t *testing.T) {
	w := newClickWorld(t, func(context.Context, bot.Request) bot.Answer { panic("a defect") })
	tells := &told{}
	w.interactions.respond = tells.respond
	answer := httptest.NewRecorder()
	w.interactions.ServeHTTP(answer, signedClick(goodPayload(t, nil), w.clock.Now()))
	if answer.Code != http.StatusOK || answer.Body.Len() > 0 {
		t.Errorf("Slack gets %d %q", answer.Code, answer.Body)
	}
	if len(tells.texts) != 1 || !strings.Contains(tells.texts[0], "I can't say yet") || strings.Contains(tells.texts[0], "defect") {
		t.Errorf("the person is told %q", tells.texts)
	}
	if !strings.Contains(w.log.String(), "a defect") {
		t.Error("the operator does not learn of it")
	}
}

// TestAnswerToAClickIsTriedAgain has Slack fail for a moment, or for good.
func TestAnswerToAClickIsTriedAgain(t *testing.T) {
	broken := errors.New("slack response_url: connection reset")
	for name, test := range map[string]struct {
		errs  []error
		tries int
		took  time.Duration
		lost  bool
	}{
		"at once":              {nil, 1, 0, false},
		"then":                 {[]error{broken}, 2, 2 * time.Second, false},
		"as told":              {[]error{&rateLimited{methodResponseURL, 5 * time.Second}}, 2, 6 * time.Second, false},
		"asked to wait longer": {[]error{&rateLimited{methodResponseURL, time.Minute}}, 1, 0, true},
		"never":                {[]error{broken, broken, broken, broken}, 3, 4 * time.Second, true},
		"closed":               {[]error{&apiError{method: methodResponseURL, code: "expired_url"}}, 1, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newClickWorld(t, recorded)
			tells := &told{errs: test.errs}
			w.interactions.respond = tells.respond
			r := signedClick(goodPayload(t, nil), w.clock.Now())
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				w.interactions.ServeHTTP(httptest.NewRecorder(), r)
				if took := time.Since(start); took > test.took {
					t.Errorf("it took %s, want at most %s", took, test.took)
				}
			})
			if len(tells.texts) != test.tries {
				t.Errorf("%d tries, want %d", len(tells.texts), test.tries)
			}
			if lost := strings.Contains(w.log.String(), "slack request not answered"); lost != test.lost {
				t.Errorf("log = %s", w.log)
			}
		})
	}
}

// TestResponseURLIsNeverLogged looks for the URL in the log of a click that Slack answers in every way.
func TestResponseURLIsNeverLogged(t *testing.T) {
	for name, fault := range map[string]slackfake.Fault{
		"fine": {}, "server error": slackfake.ServerError(502), "unknown": slackfake.ServerError(404),
		"expired": slackfake.APIError("expired_url"), "cut": slackfake.CutConnection(), "lost": slackfake.LoseAnswer(),
		"slow down": slackfake.RateLimited(time.Hour),
	} {
		t.Run(name, func(t *testing.T) {
			w := newClickWorld(t, recorded)
			w.interactions.o.Log = slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			delivery, err := w.driver.NewButtonClick(w.click(w.posted(t, partialCard())))
			if err != nil {
				t.Fatal(err)
			}
			w.interactions.pause = func(context.Context, time.Duration) bool { return true }
			w.slack.FailNext(slackfake.MethodResponseURL, tellTries, fault)
			r := httptest.NewRequest(http.MethodPost, "/slack/interactions", bytes.NewReader(delivery.Body))
			r.Header = delivery.Header
			w.interactions.ServeHTTP(httptest.NewRecorder(), r)
			log := w.log.String()
			if (name == "fine") != (log == "") {
				t.Errorf("log = %q", log)
			}
			for _, sentinel := range []string{delivery.ResponseURL, "/actions/", delivery.ResponseURL[strings.LastIndex(delivery.ResponseURL, "/")+1:]} {
				if strings.Contains(log, sentinel) {
					t.Errorf("the log has %q: %s", sentinel, log)
				}
			}
		})
	}
}

// TestResultOfAClickReplacesNothing has the bot leave the channel after a click on what all see: who clicked
// is told the end alone, and the message stays.
func TestResultOfAClickReplacesNothing(t *testing.T) {
	w := newClickWorld(t, recorded)
	ts := w.posted(t, partialCard())
	if _, err := w.driver.ButtonClick(soon(t), w.click(ts)); err != nil {
		t.Fatal(err)
	}
	w.await(t, func(m []slackfake.Message) bool { return len(m) == 2 })
	if err := w.slack.Kick(inChannel); err != nil {
		t.Fatal(err)
	}
	m := w.command(t, inChannel)
	m.Target.Slack = w.requests[0].Origin.Slack
	m.SealedReply = w.requests[0].Annotations[v1alpha1.AnnotationSlackResponse]
	w.post(t, result(m, idResponse))
	messages := w.slack.Messages(inChannel)
	if first, last := messages[0], messages[len(messages)-1]; len(first.Versions) != 1 || last.EphemeralTo != "U43" || !strings.Contains(w.slack.PlainText(last), "is live in production") {
		t.Errorf("messages:\n%s", w.slack.Transcript(messages))
	}
	w.noMistakes(t, "not_in_channel")
}

func TestNewInteractionsNeedsItsOptions(t *testing.T) {
	good := newIntakeWorld(t, recorded).intake.o
	for name, change := range map[string]func(*IntakeOptions){
		"handler": func(o *IntakeOptions) { o.Handler = nil },
		"secret":  func(o *IntakeOptions) { o.SigningSecrets = nil },
		"team":    func(o *IntakeOptions) { o.Teams = nil },
		"client":  func(o *IntakeOptions) { o.Client = nil },
	} {
		o := good
		change(&o)
		if _, err := NewInteractions(o); err == nil {
			t.Errorf("interactions are made without a good %s", name)
		}
	}
}

// TestClickOnAnAnnouncement has a card that nobody asked for, in a channel and in direct messages. The click is
// answered to who clicks alone, and the card of what it began goes below the one with the button.
func TestClickOnAnAnnouncement(t *testing.T) {
	for _, to := range []string{"#deploys", "U43"} {
		t.Run(to, func(t *testing.T) {
			w := newClickWorld(t, recorded)
			channels, err := NewChannelSink(ChannelSinkOptions{Client: w.client})
			if err != nil {
				t.Fatal(err)
			}
			id, err := channels.Post(soon(t), notify.Message{
				Target: notify.Target{Channel: &notify.Channel{Name: to}}, Part: v1alpha1.PartCard, Marker: "release", Card: releaseCard(),
			})
			if err != nil {
				t.Fatal(err)
			}
			at, _ := parseAddress(id)
			click := slackfake.ButtonClick{User: "U43", Channel: at.channel, TS: at.ts, ActionID: "kargo-bot:0"}
			if _, err := w.driver.ButtonClick(soon(t), click); err != nil {
				t.Fatal(err)
			}
			messages, err := w.slack.Await(soon(t), at.channel, func(m []slackfake.Message) bool { return len(m) == 2 })
			if err != nil {
				t.Fatal(err)
			}
			if messages[1].EphemeralTo != "U43" || len(messages[0].Versions) != 1 {
				t.Errorf("messages:\n%s", w.slack.Transcript(messages))
			}
			r := w.requests[0]
			if r.Line != "/promote red production 3.2.0" || r.Actor.ID != "T01/U43" || r.Origin.Slack.Channel != at.channel || r.Origin.Slack.Thread != at.ts {
				t.Errorf("asked for %q by %+v in %+v", r.Line, r.Actor, r.Origin.Slack)
			}
			m := w.command(t, inChannel)
			m.Target.Origin = r.Origin
			w.post(t, m)
			if messages = w.slack.Messages(at.channel); len(messages) != 3 || messages[2].EphemeralTo != "" || messages[2].ThreadTS != at.ts {
				t.Errorf("messages:\n%s", w.slack.Transcript(messages))
			}
			w.noMistakes(t)
		})
	}
}
