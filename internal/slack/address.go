package slack

import "strings"

// Message IDs that are no address of a message.
const (
	// idResponse stands for a message that was sent through a response_url. Only the person who asked
	// has it, and nobody can find it again.
	idResponse = "response_url"
	// idNone stands for a part that Slack has no message for.
	idNone = "none"
)

// address is where a message is: its channel, and its timestamp, which is its ID there.
type address struct {
	channel, ts string
}

// String returns the message ID that parseAddress reads: "C7:1763812800.000100".
func (a address) String() string { return a.channel + ":" + a.ts }

// parseAddress reads a message ID; false if it is none of a message that can be addressed.
func parseAddress(id string) (address, bool) {
	const longest = 32 // Slack's timestamps have 17 characters
	channel, ts, found := strings.Cut(id, ":")
	if !found || !isID(channel) || ts == "" || len(ts) > longest || strings.Trim(ts, "0123456789.") != "" {
		return address{}, false
	}
	return address{channel, ts}, true
}
