package slack

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	slackapi "github.com/slack-go/slack"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Limits of buttons and of the question that is asked before, in characters:
// https://docs.slack.dev/reference/block-kit/block-elements/button-element and
// https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
const (
	maxButtons     = 25 // in one block
	maxButtonText  = 75
	maxButtonValue = 2_000
	maxQuestion    = 300
	maxConfirm     = 30
)

// actionPrefix begins the action_id of every button of the bot; the button's number follows.
const actionPrefix = "kargo-bot:"

// What the buttons of the question say. The one that confirms repeats the button that was clicked, as far
// as it holds that.
const (
	confirmLabel = "Yes"
	denyLabel    = "No"
)

// buttonValue is what a button stands for. Slack keeps it with the message and sends it back with a
// click. It is no secret and gives nobody any right: it acts as who clicks.
type buttonValue struct {
	Command string `json:"c"`
	Plan    string `json:"p,omitempty"`
	// InThread says that the answer belongs below the message.
	InThread bool `json:"t,omitempty"`
	// Attempt makes this another button than the one of before, so that a click is another request.
	Attempt string `json:"a,omitempty"`
}

// errButton means that a value is none of the bot's buttons. Its text tells nothing of the value.
var errButton = errors.New("the value is not that of a button of this bot")

// encode writes the value; false if no button can hold it.
func (v buttonValue) encode() (string, bool) {
	if !v.valid() {
		return "", false
	}
	// HTML's characters come out as \u003c and the like, so Slack has nothing to escape.
	encoded, err := json.Marshal(v)
	if err != nil || utf8.RuneCount(encoded) > maxButtonValue {
		return "", false
	}
	return string(encoded), true
}

// decodeButton reads what encode wrote, and nothing else.
func decodeButton(s string) (buttonValue, error) {
	if utf8.RuneCountInString(s) > maxButtonValue {
		return buttonValue{}, errButton
	}
	var v buttonValue
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		return buttonValue{}, errButton
	}
	if again, ok := v.encode(); !ok || again != s {
		return buttonValue{}, errButton
	}
	return v, nil
}

// valid reports whether the command is a line that could have been typed, and the plan and the attempt a word.
func (v buttonValue) valid() bool {
	return len(v.Command) > 1 && v.Command[0] == '/' && cleanLine(v.Command) == v.Command && cleanLine(v.Plan) == v.Plan &&
		cleanLine(v.Attempt) == v.Attempt
}

// actions adds a button for each action, as far as they fit. What can't be a button is shown as the
// command to type, and what fits in no form is counted.
func (b *builder) actions(actions []chatops.Action) {
	var (
		buttons []slackapi.BlockElement
		typed   []chatops.Action
		left    = actionsBudget
	)
	for i, action := range actions {
		button := newButton(action, actionPrefix+strconv.Itoa(i))
		size := jsonSize(button)
		if button == nil || len(buttons) == maxButtons || size > left {
			typed = append(typed, action)
			continue
		}
		buttons = append(buttons, button)
		left -= size
	}
	if len(buttons) > 0 {
		b.add(slackapi.NewActionBlock("", buttons...))
	}
	b.add(richText(typedLines(typed, left)...))
}

// newButton returns the button of an action, or nil if none can hold it.
func newButton(action chatops.Action, id string) *slackapi.ButtonBlockElement {
	label := chatops.Fit(cleanLine(action.Label), maxButtonText)
	value, ok := buttonValue{Command: action.Command, Plan: action.Plan, InThread: action.InThread, Attempt: action.Attempt}.encode()
	if label == "" || !ok {
		return nil
	}
	button := slackapi.NewButtonBlockElement(id, value, plainText(label))
	button.Style = styleOf(action.Style)
	if question := chatops.Fit(strings.TrimSpace(clean(action.Confirm)), maxQuestion); question != "" {
		yes := label
		if utf8.RuneCountInString(yes) > maxConfirm {
			yes = confirmLabel
		}
		// The label is shorter than a title may be (100).
		button.Confirm = slackapi.NewConfirmationBlockObject(plainText(label), plainText(question), plainText(yes), plainText(denyLabel))
		button.Confirm.Style = button.Style
	}
	return button
}

func styleOf(s chatops.ActionStyle) slackapi.Style {
	switch s {
	case chatops.StylePrimary:
		return slackapi.StylePrimary
	case chatops.StyleDanger:
		return slackapi.StyleDanger
	default:
		return slackapi.StyleDefault
	}
}

// typedLines shows actions as commands to type, each whole: a part of a command is another command.
func typedLines(actions []chatops.Action, budget int) [][]element {
	const reserve = 100 // for the line that counts
	var lines [][]element
	missing := 0
	for _, action := range actions {
		command := typedCommand(cleanLine(action.Command))
		if command == "" {
			continue
		}
		line := []element{styled(command, &slackapi.RichTextSectionTextStyle{Code: true})}
		if label := chatops.Fit(cleanLine(action.Label), maxButtonText); label != "" {
			line = append([]element{plain(label + ": ")}, line...)
		}
		size := jsonSize(slackapi.NewRichTextSection(line...))
		if size > budget-reserve || len(lines) == maxButtons {
			missing++
			continue
		}
		budget -= size
		lines = append(lines, line)
	}
	if missing > 0 {
		lines = append(lines, []element{plain("… and " + chatops.Count(missing, "more command") + " too long to show here")})
	}
	return lines
}
