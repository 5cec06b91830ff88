package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

// Bounds of what can be written on the page.
const (
	maxBody = 64 << 10 // bytes
	maxText = 8000     // characters
)

// post decodes a request, has it done, and answers 204, or what was wrong for the person.
func post[R any](s *Server, do func(context.Context, R) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var request R
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&request); err != nil {
			fail(w, http.StatusBadRequest, "This is not a request that the page makes.")
			return
		}
		err := do(r.Context(), request)
		refusal, refused := errors.AsType[*Refusal](err)
		switch {
		case err == nil:
			w.WriteHeader(http.StatusNoContent)
		case refused:
			fail(w, http.StatusUnprocessableEntity, refusal.Text)
		default:
			s.log.ErrorContext(r.Context(), "request of the page failed", "path", r.URL.Path, "error", err)
			fail(w, http.StatusInternalServerError, "That did not work. What the demo printed says why.")
		}
	}
}

func fail(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": text}) // who went away needs no answer
}

type typed struct {
	As   string `json:"as"`
	Text string `json:"text"`
}

func (s *Server) typeLine(ctx context.Context, r typed) error {
	text, err := written(r.Text)
	if err != nil {
		return err
	}
	return s.world.Type(ctx, r.As, text)
}

type clicked struct {
	As string `json:"as"`
	// Message is the ID of the message, and Action that of its button.
	Message string `json:"message"`
	Action  string `json:"action"`
}

func (s *Server) click(ctx context.Context, r clicked) error {
	return s.world.Click(ctx, r.As, r.Message, r.Action)
}

type comment struct {
	As     string `json:"as"`
	Number int    `json:"number"`
	Text   string `json:"text"`
}

func (s *Server) comment(ctx context.Context, r comment) error {
	text, err := written(r.Text)
	if err != nil {
		return err
	}
	return s.world.Comment(ctx, r.As, r.Number, text)
}

// written returns a text that somebody wrote, or what is wrong with it.
func written(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", Refuse("There is nothing to send.")
	case utf8.RuneCountInString(text) > maxText:
		return "", Refuse("That is too long: %d characters are the most.", maxText)
	}
	return text, nil
}

type merge struct {
	As     string `json:"as"`
	Number int    `json:"number"`
}

func (s *Server) merge(ctx context.Context, r merge) error { return s.world.Merge(ctx, r.As, r.Number) }

type arrangement struct {
	Service string `json:"service"`
	Mishap  string `json:"mishap"`
}

func (s *Server) arrange(ctx context.Context, r arrangement) error {
	return s.world.Arrange(ctx, r.Service, r.Mishap)
}

type release struct {
	Service string `json:"service"`
}

func (s *Server) release(ctx context.Context, r release) error {
	return s.world.Release(ctx, r.Service)
}

type promotion struct {
	Stage string `json:"stage"`
}

func (s *Server) promote(ctx context.Context, r promotion) error {
	return s.world.Promote(ctx, r.Stage)
}

type abortion struct {
	Stage string `json:"stage"`
}

func (s *Server) abort(ctx context.Context, r abortion) error { return s.world.Abort(ctx, r.Stage) }

type health struct {
	Stage   string `json:"stage"`
	Healthy bool   `json:"healthy"`
}

func (s *Server) setHealth(ctx context.Context, r health) error {
	return s.world.SetHealth(ctx, r.Stage, r.Healthy)
}

type credential struct {
	Works bool `json:"works"`
}

func (s *Server) setCredential(ctx context.Context, r credential) error {
	return s.world.SetCredential(ctx, r.Works)
}

// KargoPath is where links to Kargo's UI lead in the demo.
const KargoPath = "/kargo/"

// object shows what Kargo's UI would show, as the object that it would show it from.
func (s *Server) object(w http.ResponseWriter, r *http.Request) {
	text, err := s.world.Object(r.Context(), r.PathValue("kind"), r.PathValue("name"))
	if refusal, refused := errors.AsType[*Refusal](err); refused {
		http.Error(w, refusal.Text, http.StatusNotFound)
		return
	}
	if err != nil {
		s.log.ErrorContext(r.Context(), "object not shown", "error", err)
		http.Error(w, "That did not work. What the demo printed says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	const remark = "# Kargo is simulated here and has no UI. This is what its UI would show you.\n"
	_, _ = fmt.Fprint(w, remark, text) //nolint:gosec // it is plain text, and the guard says to take it for nothing else
}
