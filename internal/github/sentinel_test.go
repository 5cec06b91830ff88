package github_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/pullrequest"
)

// wary is a GitHub that fails in every way there is, and remembers every credential it saw or gave.
type wary struct {
	mu    sync.Mutex
	seen  []string
	calls int
}

const givenToken = "ghs_sentinelOfAnInstallation"

func (g *wary) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	g.seen = append(g.seen, credential)
	g.calls++
	call := g.calls
	g.mu.Unlock()
	if strings.HasSuffix(r.URL.Path, "/access_tokens") && call%5 != 4 {
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(object{"token": givenToken, "expires_at": time.Now().Add(time.Hour)})
		return
	}
	if strings.HasSuffix(r.URL.Path, "/app") && call%2 == 0 {
		_, _ = fmt.Fprintf(w, `{"id":%d,"slug":"kargo-bot"}`, appID)
		return
	}
	switch call % 9 {
	case 0:
		w.WriteHeader(http.StatusUnauthorized)
	case 1:
		http.Error(w, `{"message":"Server Error"}`, http.StatusInternalServerError)
	case 2:
		http.Error(w, `{"message":"Not Found"}`, http.StatusNotFound)
	case 3:
		panic(http.ErrAbortHandler)
	case 4:
		_, _ = w.Write([]byte(`{"token": 12, "id": "a`))
	case 5:
		http.Redirect(w, r, "http://elsewhere.example/", http.StatusTemporaryRedirect)
	case 6:
		http.Error(w, `{"message":"Forbidden"}`, http.StatusForbidden)
	case 7:
		http.Error(w, `{"message":"Validation Failed","errors":[{"code":"x"}]}`, http.StatusUnprocessableEntity)
	case 8:
		w.WriteHeader(http.StatusAccepted)
	}
}

// credentials returns what must not be seen anywhere.
func (g *wary) credentials() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, key := appKey()
	all := []string{givenToken, webhookSecret, strings.Split(string(key), "\n")[1]}
	for _, credential := range g.seen {
		if credential != "" {
			all = append(all, credential)
		}
	}
	return all
}

// Whatever goes wrong, no token, key or secret is in an error, in the log, or in an answer.
func TestNoSecretIsEverShown(t *testing.T) {
	g := &wary{}
	server := httptest.NewServer(g)
	defer server.Close()
	var shown syncBuffer
	log := slog.New(slog.NewJSONHandler(&shown, &slog.HandlerOptions{Level: slog.LevelDebug}))
	client := newClient(t, server.URL)
	sink := github.NewSink(client)
	directory, err := github.NewDirectory(github.DirectoryOptions{Client: client, Teams: []string{"acme/web"}, FailOnError: true, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	intake := newIntake(t, handlerFunc(func(_ context.Context, request bot.Request) bot.Answer { return refuse(request) }), func(o *github.IntakeOptions) {
		o.Client, o.Logger = client, log
	})
	source := sourceOf(t, client)
	failures := 0
	show := func(v any, err error) {
		var deferred *notify.Deferred
		if err != nil && !errors.As(err, &deferred) {
			failures++
		}
		log.Error("shown", "value", v, "error", err)
		_, _ = fmt.Fprintf(&shown, "%v %+v %#v %v %+v %#v\n", v, v, v, err, err, err)
	}
	for i := range 40 {
		app, err := client.Check(soon(t))
		show(app, err)
		message := card(1)
		message.Target.GitHub.Installation = int64(1 + i) // a new token each time
		id, err := sink.Post(soon(t), message)
		show(id, err)
		id, err = sink.Find(soon(t), message)
		show(id, err)
		show(nil, sink.Update(soon(t), "1", message))
		if i%4 == 0 { // reads are made again after a while, which takes long
			commit, err := source.Resolve(soon(t), repository, fmt.Sprint("tag-", i))
			show(commit, err)
			written, err := source.Comment(soon(t), fmt.Sprint("acme/", i), 1, pullrequest.Remark{Marker: "kargo-bot:diff", Card: chatops.Card{}}, 0)
			show(written, err)
		}
		profile, err := directory.Profile(soon(t), person(fmt.Sprint("octocat", i)))
		show(profile, err)
		payload := commentEvent("/promote red prodution")
		payload["comment"].(object)["id"] = 100 + i
		w := serve(intake, delivery("issue_comment", encode(payload)))
		show(w.Body.String(), nil)
		wrong := delivery("issue_comment", "{}")
		wrong.Header.Set("X-Hub-Signature-256", sign("guessed", "{}"))
		show(serve(intake, wrong).Body.String(), nil)
	}
	show(client, nil)
	show(sink, nil)
	show(source, nil)
	show(intake, nil)
	if failures < 50 {
		t.Errorf("only %d calls failed", failures)
	}
	for _, credential := range g.credentials() {
		if strings.Contains(shown.String(), credential) {
			t.Fatalf("a secret is shown: %.20s…", credential)
		}
	}
	if !strings.Contains(shown.String(), "GitHub answered 500") {
		t.Error("nothing is shown at all")
	}
}
