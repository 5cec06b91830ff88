package github

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// mayCommand reports whether a body of the event issue_comment may hold a command, without decoding
// it: decoding costs several times what verifying does, and nearly all comments hold none. It may say
// yes for nothing, and never no to a command. A command begins a line, so that in JSON a slash follows
// a quotation mark or an escaped line break, and either may itself be written as an escape. The action
// is a plain word, for which nobody uses escapes.
func mayCommand(body []byte) bool {
	if !bytes.Contains(body, []byte(`"created"`)) {
		return false
	}
	// Every spelling but the first has a backslash, of which there are few: start from those.
	for rest := body; ; {
		i := bytes.IndexByte(rest, '\\')
		if i < 0 {
			break
		}
		rest = rest[i+1:]
		if startsLineOrSlash(rest) {
			return true
		}
		if len(rest) > 0 && rest[0] == '\\' {
			rest = rest[1:] // an escaped backslash begins no escape
		}
	}
	return bytes.Contains(body, []byte(`"/`))
}

// startsLineOrSlash reports whether what follows a backslash is a line break with a slash after it,
// a slash itself, or the number of either.
func startsLineOrSlash(escape []byte) bool {
	for _, spelling := range [...]string{"n/", "/", "u002f", "u002F", "u000a", "u000A"} {
		if len(escape) >= len(spelling) && string(escape[:len(spelling)]) == spelling {
			return true
		}
	}
	return false
}

// commentEvent is what of the event issue_comment matters:
// https://docs.github.com/en/webhooks/webhook-events-and-payloads#issue_comment
type commentEvent struct {
	Action string `json:"action"`
	Issue  struct {
		Number int `json:"number"`
	} `json:"issue"`
	Comment struct {
		ID        int64     `json:"id"`
		Body      string    `json:"body"`
		User      user      `json:"user"`
		CreatedAt time.Time `json:"created_at"`
		// Association is what the author is to the repository, in GitHub's words.
		Association string `json:"author_association"`
		// App is set on what was written through some App, in whoever's name.
		App *struct{} `json:"performed_via_github_app"`
	} `json:"comment"`
	Repository struct {
		ID       int64  `json:"id"`
		FullName string `json:"full_name"`
	} `json:"repository"`
	Installation struct {
		ID int64 `json:"id"`
	} `json:"installation"`
	Sender user `json:"sender"`
}

type user struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
	Type  string `json:"type"`
}

// commandLine is a command and its place among the lines of a comment that look like commands.
type commandLine struct {
	text string
	// index counts from 0, other bots' commands too: so it stays the same when this bot learns a new
	// command between two deliveries of the same comment.
	index int
}

// parseComment decodes the event and returns the commands that a person gave in it, if any.
func parseComment(body []byte) (*commentEvent, []commandLine, error) {
	var event commentEvent
	if err := json.Unmarshal(body, &event); err != nil {
		return nil, nil, fmt.Errorf("not an issue_comment event: %w", err)
	}
	if event.Action != "created" || !event.isByPerson() {
		return &event, nil, nil
	}
	var commands []commandLine
	for i, line := range chatops.CommandLines(event.Comment.Body) {
		if chatops.Known(line) {
			commands = append(commands, commandLine{text: line, index: i})
		}
	}
	if len(commands) == 0 {
		return &event, nil, nil
	}
	return &event, commands, event.check()
}

// isByPerson reports whether a person wrote the comment with their own hands: no bot, no App, and
// not somebody else than its author.
func (e *commentEvent) isByPerson() bool {
	author := e.Comment.User
	return author.Type == "User" && author == e.Sender && e.Comment.App == nil
}

// isByOutsider reports whether GitHub does not know the author as one who belongs to the repository or
// its organization. Members who conceal their membership are outsiders by this.
func (e *commentEvent) isByOutsider() bool {
	switch e.Comment.Association {
	case "NONE", "CONTRIBUTOR", "FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR", "MANNEQUIN":
		return true
	default:
		return false
	}
}

// check reports what an event with a command lacks.
func (e *commentEvent) check() error {
	if e.Installation.ID <= 0 {
		return fmt.Errorf("no installation: the webhook must be the GitHub App's own, not one of the repository or organization")
	}
	if _, err := conversationOf(e.origin(0)); err != nil {
		return err
	}
	if e.Comment.ID <= 0 || e.Repository.ID <= 0 || !loginPattern.MatchString(e.Sender.Login) {
		return fmt.Errorf("comment, repository or sender are not identified")
	}
	return nil
}

func (e *commentEvent) origin(line int) *v1alpha1.GitHubOrigin {
	return &v1alpha1.GitHubOrigin{
		Installation: e.Installation.ID,
		Repo:         e.Repository.FullName,
		Issue:        e.Issue.Number,
		Comment:      e.Comment.ID,
		Line:         line,
	}
}

// request returns the request that a command is. Its key is the same in every delivery of the
// comment.
func (e *commentEvent) request(command commandLine) bot.Request {
	login := e.Sender.Login
	return bot.Request{
		Actor:  chatops.Actor{Source: chatops.SourceGitHub, ID: login, Name: login},
		Line:   command.text,
		Key:    fmt.Sprintf("github:%d:%d:%d", e.Repository.ID, e.Comment.ID, command.index),
		Origin: v1alpha1.Origin{GitHub: e.origin(command.index)},
	}
}
