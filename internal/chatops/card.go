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
	// Body has paragraphs, each its own.
	Body []Text
	// Links lead elsewhere: Kargo's UI, the documentation.
	Links []Link
}

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
