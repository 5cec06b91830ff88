package page

import (
	"encoding/json"
	"time"
)

// About is what the page is told once.
type About struct {
	// Run is different in each run of the demo: a page of an earlier one loads itself anew.
	Run string `json:"run"`
	// Channel is the name of the channel, without "#".
	Channel string `json:"channel"`
	// Repo is "owner/name".
	Repo string `json:"repo"`
	// Namespace is that of the Kargo project.
	Namespace string `json:"namespace"`
	// People are those one can act as.
	People []Person `json:"people"`
	// Suggestions are things to try.
	Suggestions []Suggestion `json:"suggestions"`
	// Mishaps are what can be arranged to happen to a promotion.
	Mishaps []Mishap `json:"mishaps"`
}

// Person is somebody one can act as.
type Person struct {
	// Name is their login on GitHub and their handle in Slack.
	Name string `json:"name"`
	// May says what they may do, for people.
	May string `json:"may"`
}

// Places where a Suggestion belongs.
const (
	OnSlack  = "slack"
	OnGitHub = "github"
)

// Suggestion is something to try with a click.
type Suggestion struct {
	On   string `json:"on"`
	As   string `json:"as"`
	Text string `json:"text"`
	// Shows says what one will see.
	Shows string `json:"shows"`
}

// Mishap is something that can go wrong.
type Mishap struct {
	ID string `json:"id"`
	// Label completes "The next promotion of red will …".
	Label string `json:"label"`
}

// State is the world as it is at a moment. Each member is an event of the stream of its own, sent
// when it changed.
type State struct {
	Slack      Channel    `json:"slack"`
	GitHub     []Thread   `json:"github"`
	Repository Repository `json:"repository"`
	Board      Board      `json:"board"`
	Shipments  []Shipment `json:"shipments"`
}

// Channel is a channel in Slack.
type Channel struct {
	// Names tells what the IDs of people and channels in blocks stand for.
	Names map[string]string `json:"names"`
	// Messages are the newest ones, oldest first, thread replies and direct messages among them.
	Messages []Message `json:"messages"`
}

// Kinds of Messages' authors.
const (
	FromPerson = "person"
	FromApp    = "app"
	FromSlack  = "slack"
	// FromTyping marks a command as somebody typed it, which Slack itself shows nobody.
	FromTyping = "typing"
	// FromClicking marks a click on a button, whose label is the text. Slack shows that nobody either.
	FromClicking = "clicking"
)

// Message is a message in a channel.
type Message struct {
	ID string `json:"id"`
	// Thread is the ID of the message that this replies to.
	Thread string `json:"thread,omitempty"`
	Author string `json:"author"`
	From   string `json:"from"`
	// OnlyTo is the one person who sees it.
	OnlyTo string `json:"onlyTo,omitempty"`
	// Direct says that it is not in the channel, but was sent to that person.
	Direct bool            `json:"direct,omitempty"`
	Text   string          `json:"text"`
	Blocks json.RawMessage `json:"blocks,omitempty"`
	At     time.Time       `json:"at"`
	Edited *time.Time      `json:"edited,omitempty"`
}

// Thread is an issue or a pull request with its comments.
type Thread struct {
	Number      int    `json:"number"`
	Title       string `json:"title"`
	Body        string `json:"body"`
	Author      string `json:"author"`
	PullRequest bool   `json:"pullRequest,omitempty"`
	// Merged says that it is a pull request that was merged.
	Merged bool `json:"merged,omitempty"`
	// Comments are the newest ones, oldest first.
	Comments []Comment `json:"comments"`
}

// Comment is a comment on an issue or a pull request.
type Comment struct {
	ID     int64  `json:"id"`
	Author string `json:"author"`
	Bot    bool   `json:"bot,omitempty"`
	// Body is Markdown.
	Body      string     `json:"body"`
	At        time.Time  `json:"at"`
	Edited    *time.Time `json:"edited,omitempty"`
	Reactions []Reaction `json:"reactions,omitempty"`
}

// Reaction is a reaction to a comment, in GitHub's word for it, and who had it.
type Reaction struct {
	Content string   `json:"content"`
	By      []string `json:"by"`
}

// Board shows what runs where.
type Board struct {
	Environments []string  `json:"environments"`
	Services     []Service `json:"services"`
	// CredentialFails says that secretsync can't renew what Kargo pushes with.
	CredentialFails bool `json:"credentialFails"`
}

// Service is a row of the board.
type Service struct {
	Name string `json:"name"`
	// Mishap is what will happen to its next promotion.
	Mishap string `json:"mishap,omitempty"`
	// Cells are in the order of the environments.
	Cells []Cell `json:"cells"`
}

// Cell is one service in one environment.
type Cell struct {
	Stage   string `json:"stage"`
	Version string `json:"version,omitempty"`
	Alias   string `json:"alias,omitempty"`
	// Health is Kargo's word for it.
	Health string `json:"health,omitempty"`
	// Since is when the version came here.
	Since *time.Time `json:"since,omitempty"`
	// Waits is the version that could be promoted here and was not.
	Waits string `json:"waits,omitempty"`
	// Running is the promotion under way.
	Running *Progress `json:"running,omitempty"`
	// Queued is how many more wait for their turn.
	Queued int `json:"queued,omitempty"`
	// Ended says how the last promotion ended, if not well.
	Ended *Ended `json:"ended,omitempty"`
}

// Progress is how far a promotion is.
type Progress struct {
	Promotion string `json:"promotion"`
	Version   string `json:"version"`
	Step      int    `json:"step"`
	Steps     int    `json:"steps"`
	// StepName is what the current step does.
	StepName string `json:"stepName,omitempty"`
	// Verifying says that all steps are done and the result is being verified.
	Verifying bool `json:"verifying,omitempty"`
}

// Ended is how a promotion ended.
type Ended struct {
	Promotion string    `json:"promotion"`
	Phase     string    `json:"phase"`
	Version   string    `json:"version"`
	Message   string    `json:"message,omitempty"`
	At        time.Time `json:"at"`
}

// Shipment is a line of `kubectl get shipments`.
type Shipment struct {
	Name    string    `json:"name"`
	Request string    `json:"request"`
	Phase   string    `json:"phase"`
	Step    string    `json:"step"`
	By      string    `json:"by"`
	Created time.Time `json:"created"`
}
