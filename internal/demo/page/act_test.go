package page_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/demo/page"
)

func TestRequests(t *testing.T) {
	for _, test := range []struct{ path, body, does string }{
		{"/api/slack", `{"as":"octocat","text":"  /promote red production "}`, "octocat types /promote red production"},
		{"/api/click", `{"as":"octocat","message":"1763812800.000100","action":"kargo-bot:0"}`, "octocat clicks kargo-bot:0 of 1763812800.000100"},
		{"/api/github", `{"as":"hubot","number":7,"text":"hello"}`, "hubot comments on 7 hello"},
		{"/api/mishap", `{"service":"red","mishap":"fails"}`, "red fails"},
		{"/api/merge", `{"as":"octocat","number":7}`, "octocat merges 7"},
		{"/api/release", `{"service":"red"}`, "release red"},
		{"/api/promote", `{"stage":"red-production"}`, "promote red-production"},
		{"/api/health", `{"stage":"red-production","healthy":true}`, "health of red-production: true"},
		{"/api/credential", `{"works":true}`, "credential works: true"},
		{"/api/abort", `{"stage":"red-production"}`, "abort red-production"},
	} {
		w := newWorld()
		answer := ask(t, newServer(t, w), "POST", test.path, test.body, nil)
		if answer.Code != http.StatusNoContent || w.did() != test.does {
			t.Errorf("%s: %d, did %q, want %q", test.path, answer.Code, w.did(), test.does)
		}
	}
}

func TestRequestsThatAreNone(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want int
		says string
	}{
		"no JSON":      {"as=octocat", http.StatusBadRequest, "not a request"},
		"a typo":       {`{"as":"octocat","txt":"hello"}`, http.StatusBadRequest, "not a request"},
		"wrong type":   {`{"as":"octocat","text":1}`, http.StatusBadRequest, "not a request"},
		"too large":    {`{"as":"octocat","text":"` + strings.Repeat("x", 70_000) + `"}`, http.StatusBadRequest, "not a request"},
		"nothing said": {`{"as":"octocat","text":" \n "}`, http.StatusUnprocessableEntity, "nothing to send"},
		"too long":     {`{"as":"octocat","text":"` + strings.Repeat("ü", 8001) + `"}`, http.StatusUnprocessableEntity, "8000 characters"},
	} {
		for _, path := range []string{"/api/slack", "/api/github"} {
			w := newWorld()
			answer := ask(t, newServer(t, w), "POST", path, test.body, nil)
			if answer.Code != test.want || !strings.Contains(answer.Body.String(), test.says) || w.did() != "" {
				t.Errorf("%s, %s: %d %s, did %q", name, path, answer.Code, answer.Body, w.did())
			}
		}
	}
}

func TestWhatGoesWrong(t *testing.T) {
	w := newWorld()
	s := newServer(t, w)
	w.fail(page.Refuse("There is no service %q.", "purple"))
	answer := ask(t, s, "POST", "/api/release", `{"service":"purple"}`, nil)
	if answer.Code != http.StatusUnprocessableEntity || strings.TrimSpace(answer.Body.String()) != `{"error":"There is no service \"purple\"."}` {
		t.Errorf("a refusal: %d %s", answer.Code, answer.Body)
	}
	w.fail(errSecret)
	for _, test := range []struct{ method, path, body string }{
		{"POST", "/api/release", `{"service":"red"}`},
		{"GET", "/api/state", ""},
		{"GET", page.KargoPath + "project/microsvcs/stage/red-production", ""},
	} {
		answer := ask(t, s, test.method, test.path, test.body, nil)
		if answer.Code != http.StatusInternalServerError || strings.Contains(answer.Body.String(), "secret") {
			t.Errorf("%s: %d %s", test.path, answer.Code, answer.Body)
		}
	}
}

func TestObjects(t *testing.T) {
	w := newWorld()
	s := newServer(t, w)
	answer := ask(t, s, "GET", page.KargoPath+"project/microsvcs/promotion/red-production.01.e72", "", nil)
	if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), "kind: promotion\nname: red-production.01.e72\n") {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
	if kind := answer.Header().Get("Content-Type"); kind != "text/plain; charset=utf-8" {
		t.Errorf("it is %s", kind)
	}
	w.fail(page.Refuse("There is no promotion."))
	if answer := ask(t, s, "GET", page.KargoPath+"project/microsvcs/promotion/x", "", nil); answer.Code != http.StatusNotFound {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}
