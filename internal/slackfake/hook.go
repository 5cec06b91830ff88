package slackfake

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"
)

// First path segment of the response_urls of slash commands and of interactions.
const (
	hookCommands = "commands"
	hookActions  = "actions"
)

// A response_url may be used five times within half an hour:
// https://docs.slack.dev/interactivity/handling-user-interaction
const (
	hookUses = 5
	hookLife = 30 * time.Minute
)

// hook is what stands behind a response_url.
type hook struct {
	kind     string // hookCommands or hookActions
	channel  *channel
	user     string
	threadTS string // where the clicked message is
	original string // TS of the message that replace_original and delete_original mean
	expires  time.Time
	uses     int
}

// openHook makes a hook and returns its path. s.mu is held.
func (s *Slack) openHook(h hook) string {
	h.expires = s.config.Now().Add(hookLife)
	n := s.nextID()
	path := fmt.Sprintf("%s/%s/%d/%s", h.kind, s.config.Workspace.ID, n, s.unguessable("hook", n))
	s.hooks[path] = &h
	return path
}

// unguessable returns the secret part of a URL or trigger: the same in every run, and
// not to be derived from its number by the app.
func (s *Slack) unguessable(what string, n int) string {
	mac := hmac.New(sha256.New, []byte(s.config.App.BotToken))
	mac.Write(fmt.Appendf(nil, "%s:%d", what, n))
	return hex.EncodeToString(mac.Sum(nil)[:12])
}

// serveHook answers a POST to a response_url.
func (s *Slack) serveHook(w http.ResponseWriter, r *http.Request, path string) {
	s.mu.Lock()
	h := s.hooks[path]
	s.mu.Unlock()
	if h == nil {
		http.NotFound(w, r)
		return
	}
	reply, err := readHook(w, r)
	status := http.StatusBadRequest
	fault := s.startCall(MethodResponseURL, h.channel.ID)
	if fault.strikesBefore() {
		s.strike(w, r, fault)
		return
	}

	s.mu.Lock()
	if err == nil {
		status, err = s.useHook(h, reply)
	}
	if err != nil {
		s.refuse(Refusal{Method: MethodResponseURL, Code: err.code, Detail: err.detail})
	}
	s.mu.Unlock()

	switch {
	case fault.strikesAfter():
		s.strike(w, r, fault)
	case err != nil:
		writeJSON(w, status, encode(err.answer()))
	case h.kind == hookActions:
		writeJSON(w, http.StatusOK, encode(answer{"ok": true}))
	default:
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "ok") // as Slack does for commands
	}
}

// readHook reads what was posted.
func readHook(w http.ResponseWriter, r *http.Request) (reply, *apiError) {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodPost || err != nil || mediaType != "application/json" {
		return reply{}, refused("invalid_payload", "%s of %q", r.Method, r.Header.Get("Content-Type"))
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return reply{}, refused("invalid_payload", "body: %v", err)
	}
	return parseReply(body)
}

// useHook does what was posted. Only uses that succeed count. s.mu is held.
func (s *Slack) useHook(h *hook, r reply) (int, *apiError) {
	switch {
	case !s.config.Now().Before(h.expires):
		return http.StatusNotFound, refused("expired_url", "response_url is older than %s", hookLife)
	case h.uses == hookUses:
		return http.StatusNotFound, refused("used_url", "response_url was used %d times", hookUses)
	}
	if err := s.respond(h, r); err != nil {
		return http.StatusBadRequest, err
	}
	h.uses++
	return http.StatusOK, nil
}
