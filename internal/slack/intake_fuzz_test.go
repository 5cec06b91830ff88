package slack

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// FuzzIntake sends signed rubbish: whatever it is, it is answered, and Slack understands the answer.
func FuzzIntake(f *testing.F) {
	f.Add("team_id=T01&api_app_id=A01&channel_id=C7&user_id=U42&command=%2Fpromote&text=red+production&trigger_id=1.2")
	f.Add("team_id=T01&api_app_id=A01&channel_id=C7&user_id=U42&command=%2Fx&text=%3C!channel%3E%00&trigger_id=1&response_url=//x")
	f.Add("ssl_check=1")
	f.Add("%")
	f.Fuzz(func(t *testing.T, form string) {
		w := fuzzedIntake(t)
		r := httptest.NewRequest(http.MethodPost, "/slack/commands", strings.NewReader(form))
		sign(r, form, slackfake.DefaultSigningSecret, time.Unix(1763812800, 0))
		answer := httptest.NewRecorder()
		w.ServeHTTP(answer, r)
		switch answer.Code {
		case http.StatusOK:
			if answer.Body.Len() > 0 && text(t, answer) == "" {
				t.Fatalf("an answer without text: %s", answer.Body)
			}
		case http.StatusBadRequest, http.StatusForbidden, http.StatusRequestEntityTooLarge:
		default:
			t.Fatalf("status %d", answer.Code)
		}
	})
}

// sign signs a request as Slack does.
func sign(r *http.Request, body, signing string, at time.Time) {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(signing))
	mac.Write([]byte("v0:" + timestamp + ":" + body))
	r.Header.Set("Content-Type", formType)
	r.Header.Set("X-Slack-Request-Timestamp", timestamp)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
}

// fuzzedIntake is an intake that repeats what it is asked.
func fuzzedIntake(t *testing.T) *Intake {
	t.Helper()
	secrets := []secret.Text{secret.NewText(slackfake.DefaultSigningSecret)}
	sealer, err := NewSealer(secrets, "")
	if err != nil {
		t.Fatal(err)
	}
	intake, err := NewIntake(IntakeOptions{
		Handler: handlerFunc(func(_ context.Context, r bot.Request) bot.Answer {
			return bot.Answer{Card: chatops.Card{Title: r.Line, Status: r.Actor.Name, Body: []chatops.Text{chatops.Line(chatops.Code(r.Line))}}}
		}),
		SigningSecrets: secrets, Teams: []string{"T01"}, Sealer: sealer,
		Metrics: NewMetrics(prometheus.NewRegistry()),
		Log:     slog.New(slog.DiscardHandler),
		Now:     func() time.Time { return time.Unix(1763812800, 0) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return intake
}
