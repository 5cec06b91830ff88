package page

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	// pace is the least time between two looks at the world for one page.
	pace = 100 * time.Millisecond
	// heartbeat is after how long of silence a page is told that the stream is alive.
	heartbeat = 15 * time.Second
	// writeTimeout bounds one write to a page: one that takes longer is gone.
	writeTimeout = 10 * time.Second
	// retry is after how long a page comes back that lost the stream, in milliseconds.
	retry = 1000
)

// event is a member of State under its name in the stream.
type event struct {
	name string
	data []byte
}

// events encodes a state.
func events(state State) ([]event, error) {
	all := make([]event, 0, 5)
	for _, part := range []struct {
		name  string
		value any
	}{{"board", state.Board}, {"slack", state.Slack}, {"github", state.GitHub}, {"repository", state.Repository}, {"shipments", state.Shipments}} {
		data, err := json.Marshal(part.value)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", part.name, err)
		}
		all = append(all, event{part.name, data})
	}
	return all, nil
}

// state answers with everything at once, for scripts.
func (s *Server) state(w http.ResponseWriter, r *http.Request) {
	state, err := s.world.State(r.Context())
	if err != nil {
		s.log.ErrorContext(r.Context(), "state not read", "error", err)
		fail(w, http.StatusInternalServerError, "The state of the demo can't be read.")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(struct {
		About About `json:"about"`
		State
	}{s.world.About(), state}) // who went away needs no answer
}

// stream sends what the page shows as server-sent events: all of it at first, then each part of the
// state again when it changed. Nothing is queued for a slow page: it gets the newest when it is ready.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := &sender{w: w, control: http.NewResponseController(w), sent: map[string][]byte{}}
	about, err := json.Marshal(s.world.About())
	if err == nil {
		err = out.begin(about)
	}
	for err == nil {
		// Asked for before looking, so that no change falls between.
		changed := s.world.Changed()
		var state State
		if state, err = s.world.State(r.Context()); err != nil {
			break
		}
		if err = out.send(state); err == nil {
			err = out.wait(r.Context(), changed)
		}
	}
	if r.Context().Err() == nil {
		s.log.DebugContext(r.Context(), "stream ended", "error", err)
	}
}

// sender writes events to one page.
type sender struct {
	w       http.ResponseWriter
	control *http.ResponseController
	sent    map[string][]byte // the last data by the event's name
}

func (o *sender) begin(about []byte) error {
	// The server's read timeout is for requests; a stream has only writes.
	if err := o.control.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	return o.write(fmt.Appendf(nil, "retry: %d\nevent: about\ndata: %s\n\n", retry, about))
}

// send sends the parts of a state that changed.
func (o *sender) send(state State) error {
	all, err := events(state)
	if err != nil {
		return err
	}
	var text []byte
	for _, e := range all {
		if bytes.Equal(o.sent[e.name], e.data) {
			continue
		}
		o.sent[e.name] = e.data
		text = fmt.Appendf(text, "event: %s\ndata: %s\n\n", e.name, e.data)
	}
	return o.write(text)
}

// wait returns when something changed, and not too soon.
func (o *sender) wait(ctx context.Context, changed <-chan struct{}) error {
	soonest := time.NewTimer(pace)
	defer soonest.Stop()
	alive := time.NewTicker(heartbeat)
	defer alive.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-alive.C:
			if err := o.write([]byte(": alive\n\n")); err != nil {
				return err
			}
		case <-changed:
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-soonest.C:
				return nil
			}
		}
	}
}

func (o *sender) write(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	if err := o.control.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	if _, err := o.w.Write(text); err != nil {
		return err
	}
	return o.control.Flush()
}
