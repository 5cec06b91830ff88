package slack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

func TestCheck(t *testing.T) {
	w := newWorld(t)
	id, err := w.client.Check(t.Context(), []string{"T00", "T01"})
	if err != nil || id.Team != "T01" || id.TeamName != "Acme" || id.User != "U0BOT" || id.UserName != "kargo-bot" {
		t.Errorf("Check = %+v, %v", id, err)
	}
	if missing := id.Lacks(RequiredScopes(true, true)); missing != nil {
		t.Errorf("lacks %v", missing)
	}
	if missing := id.Lacks([]string{"chat:write", "admin"}); len(missing) != 1 || missing[0] != "admin" {
		t.Errorf("lacks %v, want admin", missing)
	}
	if missing := (Identity{}).Lacks(RequiredScopes(true, true)); missing != nil {
		t.Errorf("lacks %v although Slack said nothing", missing)
	}
	if _, err := w.client.Check(t.Context(), []string{"T02"}); !errors.Is(err, ErrMisconfigured) || !strings.Contains(err.Error(), "workspace T01 (Acme), which is not among those to be served (T02)") {
		t.Errorf("Check = %v", err)
	}
	w.slack.FailNext("auth.test", 1, slackfake.APIError("invalid_auth"))
	if _, err := w.client.Check(t.Context(), []string{"T01"}); !errors.Is(err, ErrMisconfigured) || !strings.Contains(err.Error(), "take the Bot User OAuth Token") {
		t.Errorf("Check = %v", err)
	}
	w.slack.FailNext("auth.test", 1, slackfake.ServerError(503))
	if _, err := w.client.Check(t.Context(), []string{"T01"}); err == nil || errors.Is(err, ErrMisconfigured) {
		t.Errorf("Check = %v, want an error that may pass", err)
	}
}

func TestNewClientNeedsItsOptions(t *testing.T) {
	token := secret.NewText("xoxb-1")
	for name, o := range map[string]ClientOptions{
		"no token":      {},
		"no slash":      {Token: token, URL: "https://slack.com/api"},
		"relative":      {Token: token, URL: "/api/"},
		"other scheme":  {Token: token, URL: "ftp://slack.com/api/"},
		"not even text": {Token: token, URL: "http://\x7f/"},
	} {
		if _, err := NewClient(o); err == nil {
			t.Errorf("a client is made with %s", name)
		}
	}
	if _, err := NewClient(ClientOptions{Token: token}); err != nil {
		t.Errorf("NewClient = %v", err)
	}
}

// serve makes a client of an HTTP server that is not Slack.
func serve(t *testing.T, handler http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client, err := NewClient(ClientOptions{URL: server.URL + "/api/", Token: secret.NewText("xoxb-1"), Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	followed := false
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/auth.test" {
			followed = true
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	if _, err := client.Check(t.Context(), []string{"T01"}); err == nil || followed {
		t.Errorf("Check = %v, followed %v", err, followed)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `{"ok":true,"team_id":"T01","team":"`)
		const piece = 64 << 10
		for range maxAnswer / piece {
			_, _ = io.WriteString(w, strings.Repeat("x", piece))
		}
		_, _ = fmt.Fprint(w, `"}`)
	})
	if _, err := client.Check(t.Context(), []string{"T01"}); err == nil {
		t.Error("an endless answer is read")
	}
}

func TestAnswersThatSayNothing(t *testing.T) {
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, `{}`) })
	if at, err := client.post(t.Context(), destination{channel: "C7"}, renderCard(runningCard(), note{}), "m"); err == nil {
		t.Errorf("a message without ID counts as sent: %v", at)
	}
	if _, err := client.user(t.Context(), "U42"); err == nil {
		t.Error("nobody counts as somebody")
	}
	if _, err := client.openDM(t.Context(), "U42"); err == nil {
		t.Error("no channel counts as one")
	}
}

func TestRetryAfterIsBounded(t *testing.T) {
	for header, want := range map[string]time.Duration{"0": time.Second, "7": 7 * time.Second, "999999999": time.Hour, "": unnamedWait} {
		client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if header != "" {
				w.Header().Set("Retry-After", header)
			}
			w.WriteHeader(http.StatusTooManyRequests)
		})
		_, err := client.user(t.Context(), "U42")
		var limited *rateLimited
		if !errors.As(err, &limited) || limited.after != want {
			t.Errorf("Retry-After %q: %v, want %s", header, err, want)
		}
	}
}

// TestSecretsStaySecret lets everything go wrong and looks for secrets in what is logged and returned.
func TestSecretsStaySecret(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w := newIntakeWorld(t, recorded, func(o *IntakeOptions) { o.Log = logger })
	m := w.command(t, outChannel)
	m.Target.Slack.Channel = outChannel
	responseURL, _, err := w.sealer.Open(m.SealedReply, *m.Target.Slack)
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{slackfake.DefaultBotToken, slackfake.DefaultSigningSecret, responseURL, responseURL[strings.LastIndex(responseURL, "/")+1:]}

	var errs []error
	faults := []slackfake.Fault{
		slackfake.CutConnection(), slackfake.LoseAnswer(), slackfake.ServerError(500), slackfake.ServerError(404),
		slackfake.APIError("invalid_auth"), slackfake.APIError("not_in_channel"), slackfake.RateLimited(time.Second),
	}
	d := directoryOf(t, w.world, func(o *DirectoryOptions) { o.Log = logger })
	for _, fault := range faults {
		w.slack.SetFault(func(r slackfake.Request) slackfake.Fault {
			if r.Method == "chat.postMessage" && r.Channel == outChannel {
				return slackfake.APIError("not_in_channel")
			}
			return fault
		})
		_, err := w.sink.Post(t.Context(), m)
		errs = append(errs, err)
		_, err = w.sink.Find(t.Context(), m)
		errs = append(errs, err, w.sink.Update(t.Context(), "C7:1.2", m))
		_, err = w.client.Check(t.Context(), []string{"T01"})
		errs = append(errs, err)
		_, err = d.Profile(t.Context(), octocat())
		errs = append(errs, err)
		w.clock.step(time.Hour)
	}
	r := w.request(t, slackfake.WithSecret("guess"))
	w.intake.ServeHTTP(httptest.NewRecorder(), r)
	w.slack.SetURL("https://elsewhere.example")
	w.intake.ServeHTTP(httptest.NewRecorder(), w.request(t))

	said := fmt.Sprintf("%s %v %+v %#v", log.String(), errs, w.intake, w.client.gate)
	for _, err := range errs {
		said += fmt.Sprintf(" %+v", err)
	}
	for _, s := range secrets {
		if strings.Contains(said, s) {
			t.Errorf("a secret of %d characters is told:\n%s", len(s), said)
		}
	}
	if !strings.Contains(log.String(), "refused") {
		t.Errorf("nothing was logged:\n%s", log.String())
	}
}
