package slackfake

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Whatever is posted, the parser ends with arguments or with one of Slack's codes.
func FuzzParseCall(f *testing.F) {
	f.Add("application/x-www-form-urlencoded", "token=x&channel=C7&text=a%20b")
	f.Add("application/x-www-form-urlencoded; charset=utf-8", "a=%zz")
	f.Add("application/json", `{"channel":"C7","blocks":[{"type":"divider"}],"n":1.50,"b":true,"z":null}`)
	f.Add("application/json", `{"a":"\ud800","token":"x"}`)
	f.Add("multipart/form-data; boundary=x", "--x--")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, contentType, body string) {
		request := httptest.NewRequest(http.MethodPost, "/api/auth.test", strings.NewReader(body))
		request.Header["Content-Type"] = []string{contentType}
		c, err := parseCall(httptest.NewRecorder(), request)
		switch {
		case err != nil && err.code == "":
			t.Error("refused without a code")
		case err == nil && c.args["token"] != "":
			t.Error("the token is among the arguments")
		}
	})
}

// Whatever the app answers, it is shown as valid content or refused with a code.
func FuzzReply(f *testing.F) {
	f.Add(`{"text":"x","response_type":"in_channel"}`)
	f.Add(`{"blocks":[{"type":"divider"}],"attachments":[{"text":"x"}],"metadata":{"event_type":"a","event_payload":{}}}`)
	f.Add(`{"delete_original":true}`)
	f.Fuzz(func(t *testing.T, body string) {
		s, err := New(Config{Channels: []Channel{{ID: "C7", Name: "deploys"}}})
		if err != nil {
			t.Fatal(err)
		}
		parsed, problem := parseReply([]byte(body))
		if problem == nil {
			problem = s.respond(&hook{kind: hookCommands, channel: s.channels["C7"], user: "U42"}, parsed)
		}
		if messages := s.Messages("C7"); (problem == nil) != (len(messages) == 1) || problem != nil && problem.code == "" {
			t.Errorf("%d messages, problem %+v", len(messages), problem)
		}
		s.Transcript(s.Messages("C7"))
	})
}
