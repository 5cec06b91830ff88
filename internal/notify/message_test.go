package notify_test

import (
	"errors"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

func TestHashChangesWithWhatIsSaid(t *testing.T) {
	base := func() notify.Message {
		m := message("one")
		m.Card = chatops.Card{
			Title: "one", State: chatops.StateRunning, Status: "1 of 2",
			Facts:   []chatops.Text{chatops.Line(chatops.Plain("a"))},
			Steps:   []chatops.Step{{Name: "git-clone", State: chatops.StepRunning}},
			Body:    []chatops.Text{chatops.Line(chatops.Plain("b"))},
			Links:   []chatops.Link{{Label: "Kargo", URL: "https://kargo.acme.dev"}},
			Actions: []chatops.Action{{Label: "Abort", Command: "/abort red production"}},
		}
		return m
	}
	for name, test := range map[string]struct {
		change func(*notify.Message)
		same   bool
	}{
		"nothing":      {func(*notify.Message) {}, true},
		"title":        {func(m *notify.Message) { m.Card.Title = "two" }, false},
		"state":        {func(m *notify.Message) { m.Card.State = chatops.StateFailed }, false},
		"status":       {func(m *notify.Message) { m.Card.Status = "2 of 2" }, false},
		"fact":         {func(m *notify.Message) { m.Card.Facts[0][0].Text = "c" }, false},
		"form":         {func(m *notify.Message) { m.Card.Facts[0][0].Kind = chatops.SpanBold }, false},
		"step":         {func(m *notify.Message) { m.Card.Steps[0].State = chatops.StepFailed }, false},
		"body":         {func(m *notify.Message) { m.Card.Body = nil }, false},
		"link":         {func(m *notify.Message) { m.Card.Links[0].URL = "https://example.com" }, false},
		"where to":     {func(m *notify.Message) { m.Card.Actions[0].InThread = true }, false},
		"attempt":      {func(m *notify.Message) { m.Card.Actions[0].Attempt = "2" }, false},
		"section":      {func(m *notify.Message) { m.Card.Sections = []chatops.Section{{Title: "4 commits"}} }, false},
		"no sections":  {func(m *notify.Message) { m.Card.Sections = []chatops.Section{} }, true},
		"mention":      {func(m *notify.Message) { m.Mention = chatops.Actor{ID: "T01/U42"} }, false},
		"thread":       {func(m *notify.Message) { m.ReplyTo = "1763" }, true},
		"time":         {func(m *notify.Message) { m.Since = time.Now() }, true},
		"way to reply": {func(m *notify.Message) { m.SealedReply = "sealed" }, true},
	} {
		m := base()
		test.change(&m)
		if same := m.Hash() == base().Hash(); same != test.same {
			t.Errorf("change of %s: same hash: %v", name, same)
		}
	}
}

// Messages that are already there are not touched by a version of the bot whose cards can say more.
func TestHashOfACardStaysTheSame(t *testing.T) {
	m := message("one")
	m.Card = chatops.Card{Title: "one", State: chatops.StateRunning, Body: []chatops.Text{chatops.Line(chatops.Plain("b"))}}
	if got := m.Hash(); got != "368040d73d456abb" {
		t.Errorf("the hash is %s", got)
	}
	m.Card.Actions = []chatops.Action{{Label: "Show diff", Command: "/diff red production"}}
	if got := m.Hash(); got != "3fd06bef20a543bf" {
		t.Errorf("with an action, the hash is %s", got)
	}
}

func TestHashOfWhatIsNotText(t *testing.T) {
	if message("\xff").Hash() == "" {
		t.Error("no hash")
	}
}

func TestSinkErrorsTellTheirCause(t *testing.T) {
	cause := errors.New("is_archived")
	for _, err := range []error{
		&notify.Deferred{After: time.Second, Err: cause},
		&notify.Undeliverable{Reason: "The channel is archived.", Err: cause},
	} {
		if !errors.Is(err, cause) {
			t.Errorf("%v does not unwrap", err)
		}
	}
	for err, want := range map[error]string{
		&notify.Deferred{After: time.Second, Err: cause}:                      "deferred by 1s: is_archived",
		&notify.Undeliverable{Reason: "The channel is archived.", Err: cause}: "The channel is archived.: is_archived",
		&notify.Undeliverable{Reason: "The channel is archived."}:             "The channel is archived.",
	} {
		if err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	}
}
