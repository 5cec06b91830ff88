package demo_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/demo"
	"github.com/davidaparicio/kargo-bot/internal/demo/page"
)

// patience bounds every wait: a machine may be slow, and what hangs has to end.
const patience = time.Minute

func start(t *testing.T, o demo.Options) *demo.Demo {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	d, err := demo.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Stop(); err != nil {
			t.Errorf("the demo ended with %v", err)
		}
	})
	return d
}

// do types a command and returns how it ended and what was seen.
func do(t *testing.T, d *demo.Demo, c demo.Command) (demo.Outcome, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var seen strings.Builder
	outcome, err := d.Do(ctx, c, &seen)
	if err != nil {
		t.Fatalf("%v\n%s", err, seen.String())
	}
	return outcome, seen.String()
}

// ask types a question until GitHub has told all of the answer: a slow machine is no failure, and whoever is
// told that something is not known in time asks again.
func ask(t *testing.T, d *demo.Demo, c demo.Command) (demo.Outcome, string) {
	t.Helper()
	for start := time.Now(); ; {
		outcome, seen := do(t, d, c)
		if !strings.Contains(seen, "in time") || time.Since(start) > patience {
			return outcome, seen
		}
	}
}

// carryOut types a command that should end like that.
func carryOut(t *testing.T, d *demo.Demo, c demo.Command, want demo.Outcome) (demo.Outcome, string) {
	t.Helper()
	if want == demo.Answered {
		return ask(t, d, c)
	}
	return do(t, d, c)
}

// ready lets the demo find out what the commands of the transcripts ship, so that it is known before they end. It is
// somebody else who asks: what they are told late, nobody sees who types the commands.
func ready(t *testing.T, d *demo.Demo) {
	t.Helper()
	for _, what := range []string{"red production", "yellow production", "green production", "blue staging 3.3.2"} {
		ask(t, d, demo.Command{On: page.OnSlack, As: "hubot", Text: "/kargo diff " + what})
	}
}

var (
	// elapsed is how long something took.
	elapsed = regexp.MustCompile(`\b\d+:\d\d\b`)
	// running is the mark of a card whose Promotion was running already when the card first appeared.
	running = regexp.MustCompile(`(?m)^(  kargo-bot:\n    )🔄 (Promote )`)
	// underWay is a card when it first appeared, after its title, and its changes: how much of a
	// promotion is seen there is a matter of speed.
	underWay = regexp.MustCompile(`(?m)^(  kargo-bot:\n    (?:⏳ )?Promote .*\n)(?:    .*\n|  … .*\n)+`)
	// request is the part of a Shipment's name that is made from the request.
	request = regexp.MustCompile(`(promote-[a-z-]+-)[0-9a-f]{12}`)
)

// steady takes out of a transcript what differs from run to run.
func steady(transcript string) string {
	transcript = running.ReplaceAllString(transcript, "$1⏳ $2")
	transcript = underWay.ReplaceAllString(transcript, "$1    (under way)\n")
	transcript = request.ReplaceAllString(transcript, "$1…")
	return elapsed.ReplaceAllString(transcript, "M:SS")
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
