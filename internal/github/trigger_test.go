package github_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/github"
)

func TestIntakeObeysPeopleWhoWriteCommands(t *testing.T) {
	set := func(path string, value any) func(object) {
		return func(payload object) {
			keys := strings.Split(path, ".")
			for _, key := range keys[:len(keys)-1] {
				payload = payload[key].(object)
			}
			payload[keys[len(keys)-1]] = value
		}
	}
	for name, test := range map[string]struct {
		body   string
		change func(object)
		want   string // the commands, a line each
	}{
		"a command":             {body: promoteRed, want: promoteRed},
		"with more around it":   {body: "Ready.\n\n/promote red production\n\nThanks", want: promoteRed},
		"lines of Windows":      {body: "Ready.\r\n/promote red production\r\nThanks", want: promoteRed},
		"two":                   {body: "/promote red production\n/help", want: "/promote red production\n/help"},
		"beside other bots'":    {body: "/lgtm\n/promote red production\n/hold", want: promoteRed},
		"incomplete":            {body: "/promote red", want: "/promote red"},
		"in capitals":           {body: "/Promote red production", want: "/Promote red production"},
		"with a quotation mark": {body: `/promote red production --reason "it's time"`, want: `/promote red production --reason "it's time"`},

		"another bot's":                  {body: "/lgtm"},
		"nearly one":                     {body: "/promoted red production"},
		"a path":                         {body: "/etc/passwd"},
		"in the middle of a line":        {body: "Try /promote red production"},
		"quoted":                         {body: "> /promote red production"},
		"right below a quote":            {body: "> said:\n/promote red production"},
		"in a code block":                {body: "```\n/promote red production\n```"},
		"in a code block with tildes":    {body: "~~~\n/promote red production\n~~~"},
		"indented":                       {body: "    /promote red production"},
		"in an HTML comment":             {body: "<!--\n/promote red production\n-->"},
		"in the issue, not the comment":  {body: "Yes.", change: set("issue.body", promoteRed)},
		"empty":                          {body: ""},
		"edited":                         {body: promoteRed, change: set("action", "edited")},
		"deleted":                        {body: promoteRed, change: set("action", "deleted")},
		"by a bot":                       {body: promoteRed, change: set("comment.user", userJSON("dependabot[bot]", "Bot", 5))},
		"by a bot that is the sender":    {body: promoteRed, change: both(set("comment.user", userJSON("kargo-bot[bot]", "Bot", 5)), set("sender", userJSON("kargo-bot[bot]", "Bot", 5)))},
		"by a mannequin":                 {body: promoteRed, change: both(set("comment.user", userJSON("ghost", "Mannequin", 5)), set("sender", userJSON("ghost", "Mannequin", 5)))},
		"sent by somebody else":          {body: promoteRed, change: set("sender", userJSON("hubot", "User", 2))},
		"sent by somebody of that login": {body: promoteRed, change: set("sender", userJSON("octocat", "User", 2))},
		"through an App":                 {body: promoteRed, change: set("comment.performed_via_github_app", object{"id": 9, "slug": "helper"})},
	} {
		t.Run(name, func(t *testing.T) {
			payload := commentEvent(test.body)
			if test.change != nil {
				test.change(payload)
			}
			var handler recorder
			w := serve(newIntake(t, &handler), delivery("issue_comment", encode(payload)))
			if w.Code != http.StatusOK {
				t.Errorf("status %d: %s", w.Code, w.Body)
			}
			if handler.lines() != test.want {
				t.Errorf("carried out %q, want %q", handler.lines(), test.want)
			}
		})
	}
}

func both(changes ...func(object)) func(object) {
	return func(payload object) {
		for _, change := range changes {
			change(payload)
		}
	}
}

// However the JSON is written, the command in it is found.
func TestIntakeReadsEverySpellingOfJSON(t *testing.T) {
	plain := encode(commentEvent("Ready.\r\n/promote red production"))
	for name, replace := range map[string][]string{
		"as GitHub writes it":        {},
		"with spaces":                {`":`, `" : `},
		"with an escaped slash":      {`/promote`, `\/promote`},
		"with a numbered slash":      {`/promote`, `\u002fpromote`},
		"with a capital number":      {`/promote`, `\u002Fpromote`},
		"with a numbered line break": {`\n/promote`, `\u000a/promote`},
		"with all numbered":          {`\r\n/promote`, `\u000d\u000A\u002fpromote`},
		"at the very start":          {`Ready.\r\n`, ``},
		"at the start and escaped":   {`Ready.\r\n/`, `\/`},
	} {
		body := strings.NewReplacer(replace...).Replace(plain)
		var handler recorder
		w := serve(newIntake(t, &handler), delivery("issue_comment", body))
		if w.Code != http.StatusOK || handler.lines() != promoteRed {
			t.Errorf("%s: %d, carried out %q", name, w.Code, handler.lines())
		}
	}
}

func TestIntakeIdentifiesRequests(t *testing.T) {
	var handler recorder
	intake := newIntake(t, &handler)
	body := encode(commentEvent("/lgtm\n/promote red production\n/promote blue production"))
	first := delivery("issue_comment", body)
	again := delivery("issue_comment", body)
	another := delivery("issue_comment", body)
	another.Header.Set("X-GitHub-Delivery", "f0e1d2c3-cc78-11e3-81ab-4c9367dc0958")
	for _, request := range []*http.Request{first, again, another} {
		serve(intake, request)
	}
	if len(handler.requests) != 6 {
		t.Fatalf("carried out: %s", handler.lines())
	}
	red, blue := handler.requests[0], handler.requests[1]
	if red.Key != "github:1296269:99:1" || blue.Key != "github:1296269:99:2" {
		t.Errorf("keys %q and %q", red.Key, blue.Key)
	}
	for i, request := range handler.requests {
		if request.Key != handler.requests[i%2].Key {
			t.Errorf("request %d has key %q", i, request.Key)
		}
	}
	if want := (chatops.Actor{Source: "github", ID: "octocat", Name: "octocat"}); red.Actor != want {
		t.Errorf("actor %+v", red.Actor)
	}
	if origin := red.Origin.GitHub; origin == nil || red.Origin.Slack != nil || origin.Installation != installation ||
		origin.Repo != repository || origin.Issue != 7 || origin.Comment != 99 || origin.Line != 1 {
		t.Errorf("origin %+v", red.Origin.GitHub)
	}
	// The same words in another comment are another request.
	payload := commentEvent("/lgtm\n/promote red production")
	payload["comment"].(object)["id"] = 100
	serve(intake, delivery("issue_comment", encode(payload)))
	if other := handler.requests[6].Key; other == red.Key {
		t.Errorf("two comments, one key %q", other)
	}
}

func TestIntakeRefusesWhatIsNotFromTheApp(t *testing.T) {
	for name, change := range map[string]func(object){
		"no installation":     func(p object) { delete(p, "installation") },
		"no repository":       func(p object) { delete(p, "repository") },
		"a strange name":      func(p object) { p["repository"].(object)["full_name"] = "acme/../../app" },
		"a name of dots":      func(p object) { p["repository"].(object)["full_name"] = "acme/.." },
		"no issue":            func(p object) { delete(p, "issue") },
		"no comment ID":       func(p object) { delete(p["comment"].(object), "id") },
		"a number for a text": func(p object) { p["comment"].(object)["created_at"] = "yesterday" },
	} {
		payload := commentEvent(promoteRed)
		change(payload)
		var handler recorder
		w := serve(newIntake(t, &handler), delivery("issue_comment", encode(payload)))
		if w.Code != http.StatusUnprocessableEntity || len(handler.requests) > 0 {
			t.Errorf("%s: %d, carried out %q", name, w.Code, handler.lines())
		}
	}
}

// absent is a GitHub where nothing is.
type absent struct{}

func (absent) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody, Header: http.Header{}, Request: r}, nil
}

// Whatever GitHub may sign, nothing panics, and only a comment that was created can command.
func FuzzIntake(f *testing.F) {
	f.Add("issue_comment", encode(commentEvent(promoteRed)))
	f.Add("issue_comment", `{"action":"created","comment":{"body":"/help"}}`)
	f.Add("issue_comment", `{"action":"edited","comment":{"body":"/help \"created\""}}`)
	f.Add("issue_comment", `"created" "/`)
	f.Add("issue_comment", `[{"created":"\u002f"}]`)
	f.Add("push", `{"created":true}`)
	f.Add("ping", ``)
	client := newClient(f, "http://127.0.0.1:1/", func(o *github.ClientOptions) { o.Transport = absent{} })
	f.Fuzz(func(t *testing.T, event, body string) {
		var handler recorder
		intake := newIntake(t, &handler, func(o *github.IntakeOptions) { o.Client = client })
		w := serve(intake, delivery(event, body))
		if len(handler.requests) > 0 && (event != "issue_comment" || !strings.Contains(body, "created")) {
			t.Errorf("event %q carried out %q", event, handler.lines())
		}
		if w.Code >= 500 {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
		for _, request := range handler.requests {
			if request.Key == "" || request.Origin.GitHub == nil || request.Actor.ID == "" || !chatops.Known(request.Line) {
				t.Errorf("request %+v", request)
			}
		}
	})
}
