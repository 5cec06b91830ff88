package chatops

// State is the mood of a card, shown as a colour or a sign, always beside a word.
type State string

// The states of a card.
const (
	StateInfo      State = "info"
	StatePending   State = "pending"
	StateRunning   State = "running"
	StateSucceeded State = "succeeded"
	StateFailed    State = "failed"
	StateAborted   State = "aborted"
	StateRefused   State = "refused"
)

// Card is one thing said to people, on whatever surface. It is a pure value: the same Card renders
// to the same message, which is how a message that is already there is told from one to be sent.
type Card struct {
	// Title is one line: what this is about, or how it ended.
	Title string
	State State
	// Status stands beside the title: "3 of 5 · 0:42".
	Status string
	// Facts is the line below: from what to what, which Freight, asked by whom.
	Facts []Text
	// Steps shows how far a promotion has come.
	Steps []Step
	// Table has what is best compared side by side. It stands above the body.
	Table *Table
	// Body has paragraphs, each its own.
	Body []Text
	// Sections come below the body. A card without any is the same in JSON as before there were sections:
	// by that, messages are known again.
	Sections []Section `json:",omitempty"`
	// Actions are what can be asked for from here.
	Actions []Action
	// Links lead elsewhere: Kargo's UI, the documentation.
	Links []Link
}

// Table is rows of the same columns. A surface for phones may show each row as a line of its own, with
// the columns' headings beside their cells.
type Table struct {
	// Columns are the headings. The first column says what a row is about.
	Columns []string
	// Rows have a cell for each column; one that is empty has nothing to say.
	Rows [][]Text
	// Obvious says that the cells say themselves what they are about, so that a row on a line of its own
	// needs no headings.
	Obvious bool
}

// Section is a part of a card that not everybody reads: commits, release notes, a diff of manifests. It is
// folded where a surface can fold, and cut with a count of what is missing where there is little room.
type Section struct {
	// Title says in one line what is inside, with how much: "4 commits".
	Title string
	// Lines are shown one below the other, each whole or not at all: as a list, unless there are lines among
	// them that begin with a Bullet, which are then the items between the others.
	Lines []Text
	// Quote is shown after the lines as it stands, line by line: a unified diff.
	Quote string
	// Language is what the quote is written in, for colours where there are any: "diff".
	Language string
}

// Action is something that can be asked for next: a button where there are buttons, and a command to
// type elsewhere.
type Action struct {
	// Label is what the button says: "Abort".
	Label string
	// Command is the command line that the button stands for: "/abort red production".
	Command string
	Style   ActionStyle
	// Confirm is a question that is to be answered before, which names what it is about: "Promote red
	// 3.2.0 to production?" Empty for none.
	Confirm string
	// Plan identifies what the person was shown: where it is set, the command is carried out only if it
	// still means that. Empty for a command that means the same at any time.
	Plan string
	// InThread says that what comes of it belongs below the message that has the button, where there are
	// threads. Left out of what identifies a card unless it is set.
	InThread bool `json:",omitempty"`
	// Attempt tells this from what was asked for before with the same command, of the same message: to click
	// twice is to ask once, unless it has changed in between. Empty for the first time. Left out as InThread is.
	Attempt string `json:",omitempty"`
}

// ActionStyle says how a button stands out.
type ActionStyle string

// The styles of buttons. The zero value does not stand out.
const (
	StylePrimary ActionStyle = "primary"
	StyleDanger  ActionStyle = "danger"
)

// Step is one step of a promotion.
type Step struct {
	Name  string
	State StepState
}

// StepState is how far a step is.
type StepState string

// The states of a step.
const (
	StepWaiting   StepState = "waiting"
	StepRunning   StepState = "running"
	StepSucceeded StepState = "succeeded"
	StepFailed    StepState = "failed"
	StepSkipped   StepState = "skipped"
)

// Sign returns the character that stands for the state beside a step's name.
func (s StepState) Sign() string {
	switch s {
	case StepRunning:
		return "▸"
	case StepSucceeded:
		return "✓"
	case StepFailed:
		return "✗"
	case StepSkipped:
		return "–"
	default:
		return "·"
	}
}

// Link is a text that leads to a URL.
type Link struct {
	Label string
	URL   string
}
