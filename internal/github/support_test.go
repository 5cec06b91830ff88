package github_test

import (
	"context"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

const (
	appID         = 12345
	installation  = 42
	repository    = "acme/microsvcs"
	webhookSecret = "sentinel-of-the-webhook"
)

// appKey is made once: that takes long.
var appKey = sync.OnceValues(func() (*rsa.PublicKey, []byte) {
	public, file, err := githubfake.NewKey()
	if err != nil {
		panic(err)
	}
	return public, file
})

// handlerFunc is a github.Handler.
type handlerFunc func(context.Context, bot.Request) bot.Answer

func (f handlerFunc) Handle(ctx context.Context, request bot.Request) bot.Answer {
	return f(ctx, request)
}

// newClient returns a client of the App at that URL.
func newClient(t testing.TB, url string, change ...func(*github.ClientOptions)) *github.Client {
	t.Helper()
	_, file := appKey()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	options := github.ClientOptions{
		BaseURL: url, AppID: appID, PrivateKey: secret.NewText(string(file)), Transport: transport,
	}
	for _, c := range change {
		c(&options)
	}
	client, err := github.NewClient(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.CloseIdleConnections)
	t.Cleanup(client.Close)
	return client
}

// newIntake returns an intake that has nothing to say on GitHub.
func newIntake(t testing.TB, handler github.Handler, change ...func(*github.IntakeOptions)) *github.Intake {
	t.Helper()
	options := github.IntakeOptions{
		Secrets: []secret.Text{secret.NewText(webhookSecret)}, Handler: handler,
	}
	for _, c := range change {
		c(&options)
	}
	if options.Client == nil {
		options.Client = newClient(t, "http://127.0.0.1:1/")
	}
	intake, err := github.NewIntake(options)
	if err != nil {
		t.Fatal(err)
	}
	return intake
}

func sign(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// soon is a context that no test should need to the end.
func soon(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// object is JSON.
type object = map[string]any

func userJSON(login, kind string, id int) object {
	return object{
		"login": login, "id": id, "node_id": "MDQ6VXNlcjU4MzIzMQ==", "type": kind, "site_admin": false,
		"url": "https://api.github.com/users/" + login, "html_url": "https://github.com/" + login,
		"repos_url":       "https://api.github.com/users/" + login + "/repos",
		"events_url":      "https://api.github.com/users/" + login + "/events{/privacy}",
		"following_url":   "https://api.github.com/users/" + login + "/following{/other_user}",
		"gists_url":       "https://api.github.com/users/" + login + "/gists{/gist_id}",
		"starred_url":     "https://api.github.com/users/" + login + "/starred{/owner}{/repo}",
		"received_events": "https://api.github.com/users/" + login + "/received_events",
	}
}

// commentEvent is the payload of a comment by octocat, to be changed.
func commentEvent(body string) object {
	return object{
		"action":       "created",
		"issue":        object{"number": 7, "title": "Deploy", "body": "The issue's own text.", "user": userJSON("hubot", "User", 2)},
		"comment":      object{"id": 99, "body": body, "user": userJSON("octocat", "User", 583231), "created_at": "2026-08-01T12:00:00Z", "performed_via_github_app": nil},
		"repository":   object{"id": 1296269, "full_name": repository, "owner": userJSON("acme", "Organization", 3)},
		"installation": object{"id": installation},
		"sender":       userJSON("octocat", "User", 583231),
	}
}

func encode(payload object) string {
	text, err := json.Marshal(payload)
	if err != nil {
		panic(err) // maps of strings and numbers always encode
	}
	return string(text)
}

// paddedPayload is an event that begins as GitHub's do and is full of what payloads are full of: people and their URLs.
func paddedPayload(event string, size int) string {
	payload := object{
		"action": "opened", "event": event, "number": 7, "repository": object{"full_name": repository, "id": 1}, "sender": userJSON("octocat", "User", 583231),
	}
	text := encode(pad(payload, size))
	if event == "push" {
		text = `{"ref":"refs/heads/main","before":"` + strings.Repeat("0", 40) + `","after":"` + strings.Repeat("1", 40) + `",` + text[1:]
	}
	return text
}

// commentPayload is a comment in an event of about that size.
func commentPayload(body string, size int) string { return encode(pad(commentEvent(body), size)) }

func pad(payload object, size int) object {
	filler := encode(userJSON("somebody", "User", 1))
	var people []object
	for len(encode(payload))+len(people)*(len(filler)+4) < size {
		people = append(people, userJSON(fmt.Sprint("somebody", len(people)), "User", len(people)))
	}
	payload["padding"] = people
	payload["text"] = strings.Repeat("A sentence with \"quotes\",\r\nline breaks and a tab\t. ", 4)
	return payload
}
