package demo_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/demo"
	"github.com/davidaparicio/kargo-bot/internal/demo/page"
)

// What takes no time to look at is looked at in one demo.
func TestPage(t *testing.T) {
	t.Parallel()
	s := serve(t, demo.Options{StepTime: step})
	for name, look := range map[string]func(*testing.T, *site){
		"releases": pageReleases, "shows what people say": pageShowsWhatPeopleSay,
		"refuses": pageRefuses, "shows Kargo's objects": pageShowsKargosObjects,
	} {
		t.Run(name, func(t *testing.T) { look(t, s) })
	}
}

func pageReleases(t *testing.T, s *site) {
	t.Helper()
	s.post(t, "/api/release", `{"service":"red"}`)
	s.await(t, "the new version in staging", func(state page.State) bool {
		return state.Board.Services[0].Cells[1].Version == "3.2.1" && inProduction(state, "red").Waits == "3.2.1"
	})
}

func pageShowsWhatPeopleSay(t *testing.T, s *site) {
	t.Helper()
	s.post(t, "/api/slack", `{"as":"hubot","text":"<b>morning</b>"}`)
	state := s.await(t, "the message", func(state page.State) bool { return lastMessage(state).Text != "" })
	if m := lastMessage(state); m.From != page.FromPerson || m.Author != "hubot" || m.OnlyTo != "" || m.Text != "&lt;b&gt;morning&lt;/b&gt;" {
		t.Errorf("it is shown as %+v", m)
	}
}

func pageRefuses(t *testing.T, s *site) {
	t.Helper()
	for body, says := range map[string]string{
		`/api/slack {"as":"defunkt","text":"/promote red production"}`: `nobody called \"defunkt\"`,
		`/api/slack {"as":"octocat","text":"/deploy red"}`:             "not a valid command",
		`/api/click {"as":"octocat","message":"1.1","action":"x"}`:     "no such button",
		`/api/click {"as":"defunkt","message":"1.1","action":"x"}`:     `nobody called \"defunkt\"`,
		`/api/github {"as":"octocat","number":1,"text":"x"}`:           "no conversation 1",
		`/api/merge {"as":"octocat","number":230}`:                     "no open pull request 230",
		`/api/merge {"as":"octocat","number":222}`:                     "no open pull request 222",
		`/api/merge {"as":"defunkt","number":231}`:                     `nobody called \"defunkt\"`,
		`/api/mishap {"service":"purple","mishap":"fails"}`:            `no service \"purple\"`,
		`/api/mishap {"service":"red","mishap":"explodes"}`:            "can be arranged",
		`/api/release {"service":"purple"}`:                            "no service",
		`/api/abort {"stage":"red-production"}`:                        "Nothing is being promoted",
		`/api/promote {"stage":"red-development"}`:                     "Nothing waits",
		`/api/promote {"stage":"purple"}`:                              "no Stage",
		`/api/health {"stage":"purple","healthy":false}`:               "no Stage",
	} {
		path, body, _ := strings.Cut(body, " ")
		response, err := s.client.Post(s.url+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(string(text), says) {
			t.Errorf("%s %s: %d %s, want %q", path, body, response.StatusCode, text, says)
		}
	}
}

func pageShowsKargosObjects(t *testing.T, s *site) {
	t.Helper()
	for path, want := range map[string]struct {
		status int
		says   string
	}{
		"stage/red-production":  {http.StatusOK, "argocd-update"},
		"stage/purple":          {http.StatusNotFound, "There is no stage"},
		"secret/red-production": {http.StatusNotFound, "Kargo has no"},
	} {
		response, err := s.client.Get(s.url + page.KargoPath + "project/microsvcs/" + path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != want.status || !strings.Contains(string(text), want.says) {
			t.Errorf("%s: %d %s", path, response.StatusCode, text)
		}
	}
	if said := s.printed.String(); !strings.Contains(said, s.url+"/") || !strings.Contains(said, "simulated") {
		t.Errorf("it prints %s", said)
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	taken, _, err := demo.Listen(t.Context(), "127.0.0.1:0", true)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	address := taken.Addr().String()
	if _, _, err := demo.Listen(t.Context(), address, true); err == nil {
		t.Error("a port that was asked for and is taken was replaced")
	}
	other, moved, err := demo.Listen(t.Context(), address, false)
	if err != nil || !moved || other.Addr().String() == address {
		t.Fatalf("%v, %v", moved, err)
	}
	_ = other.Close()
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:80", "example.com:80", "127.0.0.1"} {
		if l, _, err := demo.Listen(t.Context(), address, true); err == nil {
			t.Errorf("it listens on %s", l.Addr())
		}
	}
}
