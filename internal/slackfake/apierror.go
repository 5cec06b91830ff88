package slackfake

import (
	"fmt"
	"maps"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/slackfake/blockkit"
)

// apiError is a refusal in Slack's form: {"ok":false,"error":code}.
type apiError struct {
	code     string
	detail   string   // for Refusal only, never sent
	messages []string // response_metadata.messages, without their "[ERROR] "
	members  answer   // further members of the answer, such as needed and provided
	// retryAfter makes it an HTTP 429 when it is more than 0.
	retryAfter time.Duration
}

// refused is an error whose detail only the fake's observer sees.
func refused(code, format string, args ...any) *apiError {
	return &apiError{code: code, detail: fmt.Sprintf(format, args...)}
}

// invalidArgument is invalid_arguments with the message that Slack sends along.
func invalidArgument(format string, args ...any) *apiError {
	message := fmt.Sprintf(format, args...)
	return &apiError{code: "invalid_arguments", detail: message, messages: []string{message}}
}

// badBlocks turns a validation error into Slack's answer. Slack repeats the messages in
// a member "errors", without their prefix.
func badBlocks(err *blockkit.Error) *apiError {
	e := &apiError{code: err.Code, detail: err.Error()}
	for _, problem := range err.Problems {
		e.messages = append(e.messages, problem.String())
	}
	if len(e.messages) > 0 {
		e.members = answer{"errors": e.messages}
	}
	return e
}

// answer returns the JSON members of the error.
func (e *apiError) answer() answer {
	body := answer{"ok": false, "error": e.code}
	maps.Copy(body, e.members)
	if len(e.messages) > 0 {
		messages := make([]string, len(e.messages))
		for i, message := range e.messages {
			messages[i] = "[ERROR] " + message
		}
		body["response_metadata"] = answer{"messages": messages}
	}
	return body
}
