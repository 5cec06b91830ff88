package slackfake_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

func TestFailAfter(t *testing.T) {
	w := newWorld(t)
	w.FailNext("chat.postMessage", 1, slackfake.FailAfter(http.StatusBadGateway))
	if r := w.call("chat.postMessage", "channel", "C7", "text", "x"); r.status != http.StatusBadGateway || r.body != nil {
		t.Errorf("got %d %s", r.status, r.raw)
	}
	if messages := w.Messages("C7"); len(messages) != 1 {
		t.Errorf("the message has to be there: %+v", messages)
	}
}

// A fifth of many requests fails in each of the ways, and the same ones every time.
func TestRandomTrouble(t *testing.T) {
	const calls = 1000
	run := func(seed uint64) (statuses string, got map[int]int, posted int) {
		w := newWorld(t)
		w.SetFault(slackfake.RandomTrouble(seed, 20))
		got = map[int]int{}
		for range calls {
			r := w.call("chat.postMessage", "channel", "C7", "text", "x")
			got[r.status]++
			statuses += fmt.Sprint(r.status, " ")
		}
		return statuses, got, len(w.Messages("C7"))
	}
	first, got, posted := run(1)
	if bad := calls - got[200]; bad < 150 || bad > 250 || got[429]+got[503] != bad {
		t.Errorf("answers: %v, want a fifth of 429 and 503", got)
	}
	if after := posted - got[200]; after < 40 || after > 100 {
		t.Errorf("%d of %v are there though the answer was a 503, want about 67", after, got)
	}
	if again, _, _ := run(1); again != first {
		t.Error("the same seed makes other trouble")
	}
	if other, _, _ := run(2); other == first {
		t.Error("another seed makes the same trouble")
	}
}

func TestMarked(t *testing.T) {
	w := newWorld(t)
	metadata := func(marker string) string {
		return `{"event_type":"release","event_payload":{"marker":"` + marker + `"}}`
	}
	ts := w.must("chat.postMessage", "channel", "C7", "text", "awaited", "metadata", metadata("red-3.2.0")).string("ts")
	w.clock.Add(time.Minute)
	w.must("chat.update", "channel", "C7", "ts", ts, "text", "live")
	w.must("chat.postMessage", "channel", "C7", "text", "said twice", "metadata", metadata("red-3.2.0"))
	w.must("chat.postMessage", "channel", "C7", "text", "other", "metadata", `{"event_type":"other","event_payload":{"marker":1}}`)
	w.must("chat.postMessage", "channel", "C7", "text", "unmarked")
	w.must("chat.postMessage", "channel", "U42", "text", "elsewhere", "metadata", metadata("blue-1.0.0"))

	marked := w.Marked("C7", "marker")
	if len(marked) != 1 || len(marked["red-3.2.0"]) != 2 {
		t.Fatalf("got %+v", marked)
	}
	versions := marked["red-3.2.0"][0].Versions
	if len(versions) != 2 || versions[0].Text != "awaited" || versions[1].Text != "live" || versions[1].At.Sub(versions[0].At) != time.Minute {
		t.Errorf("versions: %+v", versions)
	}
	if all := w.Marked("", "marker"); len(all) != 2 {
		t.Errorf("in all channels: %+v", all)
	}
}
