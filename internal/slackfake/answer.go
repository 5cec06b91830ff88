package slackfake

import (
	"context"
	"errors"
	"fmt"
	"mime"
)

// accept posts what the app answered to a command: JSON, or text for the user alone.
func (s *Slack) accept(delivery *Delivery, r *Reply, contentType string) *apiError {
	mediaType, _, _ := mime.ParseMediaType(contentType)
	parsed := reply{args: map[string]string{"text": string(r.Body)}}
	var err *apiError
	if mediaType == "application/json" {
		parsed, err = parseReply(r.Body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		err = s.acceptReply(delivery, r, parsed)
	}
	if err != nil {
		s.refuse(Refusal{Method: MethodReply, Code: err.code, Detail: err.detail})
		s.tell(delivery.hook.channel, delivery.hook.user, failure(delivery.what, "dispatch_failed"))
	}
	return err
}

// acceptReply posts an answer that has something to show. s.mu is held.
func (s *Slack) acceptReply(delivery *Delivery, r *Reply, parsed reply) *apiError {
	content, err := s.content(&call{args: parsed.args})
	if err != nil {
		return err
	}
	if content.empty() {
		return nil // such as {} or {"response_type":"in_channel"}
	}
	r.ResponseType = parsed.responseType
	fill(&r.ResponseType, responseEphemeral)
	r.Text, r.Blocks = content.Text, content.Blocks
	return s.respond(delivery.hook, parsed)
}

// fail tells the user that a command failed. An interaction that fails shows a sign on
// the button, which is no message.
func (s *Slack) fail(delivery *Delivery, code string) {
	if delivery.hook.kind != hookCommands {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tell(delivery.hook.channel, delivery.hook.user, failure(delivery.what, code))
}

func failure(command, code string) string {
	return fmt.Sprintf("%s failed with the error %q", command, code)
}

// failureOf is what Slack calls a delivery that failed: too late, or not at all.
func failureOf(ctx context.Context, err error) string {
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return "operation_timeout"
	}
	return "dispatch_failed"
}
