package slackfake

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// answer holds the members of a JSON answer.
type answer map[string]any

// method is one Web API method.
type method struct {
	// scopes are those of which the token needs one; none: any token may call it.
	scopes []string
	// formOnly methods don't read arguments from a JSON body; Slack's documentation
	// lists no other content type for them.
	formOnly bool
	// run executes the call; s.mu is held.
	run func(*Slack, *call) (answer, *apiError)
}

// lookUp returns a method of the Web API.
func lookUp(name string) (method, bool) {
	history := []string{"channels:history", "groups:history", "mpim:history", "im:history"}
	read := []string{"channels:read", "groups:read", "mpim:read", "im:read"}
	write := []string{"chat:write"}
	methods := map[string]method{
		"auth.test":             {run: (*Slack).authTest},
		"chat.delete":           {scopes: write, run: (*Slack).chatDelete},
		"chat.postEphemeral":    {scopes: write, run: (*Slack).chatPostEphemeral},
		"chat.postMessage":      {scopes: write, run: (*Slack).chatPostMessage},
		"chat.update":           {scopes: write, run: (*Slack).chatUpdate},
		"conversations.history": {scopes: history, run: (*Slack).conversationsHistory},
		"conversations.info":    {scopes: read, formOnly: true, run: (*Slack).conversationsInfo},
		"conversations.list":    {scopes: read, formOnly: true, run: (*Slack).conversationsList},
		"conversations.open":    {scopes: []string{"im:write"}, run: (*Slack).conversationsOpen},
		"conversations.replies": {scopes: history, formOnly: true, run: (*Slack).conversationsReplies},
		"reactions.add":         {scopes: []string{"reactions:write"}, run: (*Slack).reactionsAdd},
		"team.info":             {scopes: []string{"team:read"}, formOnly: true, run: (*Slack).teamInfo},
		"usergroups.list":       {scopes: []string{"usergroups:read"}, formOnly: true, run: (*Slack).usergroupsList},
		"users.info":            {scopes: []string{"users:read"}, formOnly: true, run: (*Slack).usersInfo},
		"users.lookupByEmail":   {scopes: []string{"users:read.email"}, formOnly: true, run: (*Slack).usersLookupByEmail},
	}
	m, ok := methods[name]
	return m, ok
}

// serveMethod answers one Web API request, or lets it fail as asked.
func (s *Slack) serveMethod(w http.ResponseWriter, r *http.Request, name string) {
	c, parseErr := parseCall(w, r)
	channelID := ""
	if c != nil {
		channelID = c.args["channel"]
	}
	fault := s.startCall(name, channelID)
	if fault.strikesBefore() {
		s.strike(w, r, fault)
		return
	}

	s.mu.Lock()
	var body answer
	err := parseErr
	if err == nil {
		body, err = s.run(name, c)
	}
	if err != nil {
		s.refuse(Refusal{Method: name, Code: err.code, Detail: err.detail})
		body = err.answer()
	} else {
		body["ok"] = true
	}
	encoded := encode(body) // under the lock: the answer may point into the world
	s.mu.Unlock()

	if fault.strikesAfter() {
		s.strike(w, r, fault)
		return
	}
	w.Header().Set("X-OAuth-Scopes", strings.Join(s.config.App.Scopes, ","))
	if err != nil && err.retryAfter > 0 {
		setRetryAfter(w, err.retryAfter)
		writeJSON(w, http.StatusTooManyRequests, encoded)
		return
	}
	writeJSON(w, http.StatusOK, encoded)
}

// run checks who calls and runs the method. s.mu is held.
func (s *Slack) run(name string, c *call) (answer, *apiError) {
	m, ok := lookUp(name)
	if !ok {
		return nil, &apiError{code: "unknown_method", detail: name, members: answer{"req_method": name}}
	}
	if c.token == "" {
		return nil, refused("not_authed", "no token")
	}
	if subtle.ConstantTimeCompare([]byte(c.token), []byte(s.config.App.BotToken)) != 1 {
		return nil, refused("invalid_auth", "unknown token")
	}
	if len(m.scopes) > 0 && !slices.ContainsFunc(m.scopes, s.hasScope) {
		return nil, s.missingScope(m.scopes...)
	}
	if c.isJSON && m.formOnly {
		clear(c.args)
	}
	return m.run(s, c)
}

func (s *Slack) hasScope(scope string) bool { return s.scopes[scope] }

// missingScope says which scopes would have done and which the token has.
func (s *Slack) missingScope(needed ...string) *apiError {
	need, provided := strings.Join(needed, ","), strings.Join(s.config.App.Scopes, ",")
	return &apiError{
		code:    "missing_scope",
		detail:  "needs " + need,
		members: answer{"needed": need, "provided": provided},
	}
}

func encode(body any) []byte {
	encoded, err := json.Marshal(body)
	if err != nil {
		// Answers are made of strings, numbers and JSON that came out of a decoder.
		panic("slackfake: encode answer: " + err.Error())
	}
	return encoded
}

func writeJSON(w http.ResponseWriter, status int, encoded []byte) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(encoded) // the client may be gone; nothing is left to do then
}
