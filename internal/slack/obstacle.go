package slack

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// obstacleAge is for how long nothing is tried after a channel or a person could not be told anything.
const obstacleAge = time.Minute

// maxObstacles bounds what is remembered of the channels and people that can't be told anything.
const maxObstacles = 10_000

// obstacle keeps messages from a channel or a person.
type obstacle struct {
	// text says what it is and what helps, for people.
	text string
	// lasts says that it is not to be mended: the messages are given up.
	lasts bool
}

// obstacleTo returns what an error says of a channel or a person; false if that is nothing that concerns all
// messages there.
func obstacleTo(name, botName string, err error) (obstacle, bool) {
	shown := chatops.Fit(cleanLine(name), nameLimit)
	if errors.Is(err, errNoChannel) {
		return obstacle{text: fmt.Sprintf("%s finds no channel %s: check the name, and if the channel is private, /invite @%s there.",
			botName, shown, botName)}, true
	}
	refused, ok := errors.AsType[*apiError](err)
	if !ok {
		return obstacle{}, false
	}
	switch refused.code {
	case "not_in_channel":
		return obstacle{text: fmt.Sprintf("%s is not in %s: /invite @%s there.", botName, shown, botName)}, true
	case "channel_not_found":
		if isPerson(name) {
			return obstacle{hopeless(&apiError{code: "user_not_found"}), true}, true
		}
		return obstacleTo(name, botName, errNoChannel)
	case "missing_scope":
		return obstacle{text: hopeless(refused)}, true
	case "is_archived", "is_inactive":
		return obstacle{shown + " is archived in Slack.", true}, true
	case "restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
		"user_not_found", "user_not_visible", "user_disabled", "cannot_dm_bot", "messages_tab_disabled":
		return obstacle{hopeless(refused), true}, true
	default:
		return obstacle{}, false
	}
}

// obstacles remembers what keeps messages from which channels and people, and logs it when that changes.
type obstacles struct {
	now func() time.Time
	log *slog.Logger

	mu    sync.Mutex
	known map[string]metObstacle
}

type metObstacle struct {
	obstacle
	at time.Time
}

func newObstacles(now func() time.Time, log *slog.Logger) *obstacles {
	return &obstacles{now: now, log: log, known: map[string]metObstacle{}}
}

// text returns what keeps messages from a channel or a person, or "".
func (o *obstacles) text(name string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.known[name].text
}

// wait returns an error if there was an obstacle so lately that it is too early to try again.
func (o *obstacles) wait(name string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	met, ok := o.known[name]
	if !ok || met.lasts {
		return nil
	}
	if wait := within(met.at.Add(obstacleAge).Sub(o.now()), obstacleAge); wait > 0 {
		return &notify.Deferred{After: wait, Err: errors.New(met.text)}
	}
	return nil
}

// meet remembers an obstacle, and returns what becomes of a message that met it.
func (o *obstacles) meet(name string, met obstacle, err error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	before, known := o.known[name]
	if known || len(o.known) < maxObstacles {
		o.known[name] = metObstacle{met, o.now()}
	}
	if met != before.obstacle {
		o.log.Warn("slack can't be told", "to", name, "problem", met.text, "error", err)
	}
	if met.lasts {
		return &notify.Undeliverable{Reason: met.text, Err: err}
	}
	return &notify.Deferred{After: obstacleAge, Err: fmt.Errorf("%s: %w", met.text, err)}
}

// pass forgets what kept messages from a channel or a person: one has come through.
func (o *obstacles) pass(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, known := o.known[name]; known {
		delete(o.known, name)
		o.log.Info("slack can be told again", "to", name)
	}
}
