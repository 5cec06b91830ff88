package slackfake

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// Fault is a way for a request to fail. The zero Fault is none.
type Fault struct {
	kind       faultKind
	status     int
	code       string
	retryAfter time.Duration
}

type faultKind int

const (
	faultNone faultKind = iota
	faultRateLimited
	faultServerError
	faultAPIError
	faultHang
	faultCut
	faultLoseAnswer
	faultFailAfter
)

// RateLimited answers 429 with a Retry-After, in whole seconds, rounded up.
func RateLimited(retryAfter time.Duration) Fault {
	return Fault{kind: faultRateLimited, code: "ratelimited", retryAfter: retryAfter}
}

// ServerError answers with a 5xx status and a body that is no JSON.
func ServerError(status int) Fault {
	return Fault{kind: faultServerError, code: "http_" + strconv.Itoa(status), status: status}
}

// APIError answers 200 with {"ok":false,"error":code}, such as token_revoked.
func APIError(code string) Fault { return Fault{kind: faultAPIError, code: code} }

// Hang answers nothing until the client gives up (or Close).
func Hang() Fault { return Fault{kind: faultHang, code: "hang"} }

// CutConnection closes the connection without doing or answering anything.
func CutConnection() Fault { return Fault{kind: faultCut, code: "cut_connection"} }

// LoseAnswer does what was asked and then closes the connection without an answer: the
// client can't know that its message is there.
func LoseAnswer() Fault { return Fault{kind: faultLoseAnswer, code: "lose_answer"} }

// FailAfter does what was asked and then answers with a 5xx status, as a server does that broke down
// on the way back.
func FailAfter(status int) Fault {
	return Fault{kind: faultFailAfter, code: "http_" + strconv.Itoa(status), status: status}
}

// strikesBefore says whether the request fails before it has any effect.
func (f Fault) strikesBefore() bool { return f.kind != faultNone && !f.strikesAfter() }

// strikesAfter says whether the request fails after it has had its effect.
func (f Fault) strikesAfter() bool { return f.kind == faultLoseAnswer || f.kind == faultFailAfter }

// Request is what a fault function decides on.
type Request struct {
	Method  string // Web API method, or MethodResponseURL
	Channel string // the argument "channel", if any
	N       int    // how many requests of this method there have been, with this one
}

type faults struct {
	decide func(Request) Fault
	next   map[string][]Fault // per method, in order
}

// FailNext makes the next n requests of a method (or MethodResponseURL) fail. Further
// calls queue up behind.
func (s *Slack) FailNext(method string, n int, fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.faults.next == nil {
		s.faults.next = map[string][]Fault{}
	}
	for range n {
		s.faults.next[method] = append(s.faults.next[method], fault)
	}
}

// SetFault asks a function about each request that FailNext has nothing for; nil asks
// nobody. The function is called under the fake's lock and must not call the fake.
func (s *Slack) SetFault(decide func(Request) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.decide = decide
}

// startCall counts a request and returns how it shall fail.
func (s *Slack) startCall(method, channelID string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[method]++
	var fault Fault
	if queue := s.faults.next[method]; len(queue) > 0 {
		fault, s.faults.next[method] = queue[0], queue[1:]
	} else if s.faults.decide != nil {
		fault = s.faults.decide(Request{Method: method, Channel: channelID, N: s.counts[method]})
	}
	if fault.kind != faultNone {
		s.refuse(Refusal{Method: method, Code: fault.code, Injected: true})
	}
	return fault
}

// strike lets a request fail.
func (s *Slack) strike(w http.ResponseWriter, r *http.Request, fault Fault) {
	switch fault.kind {
	case faultRateLimited:
		setRetryAfter(w, fault.retryAfter)
		writeJSON(w, http.StatusTooManyRequests, encode(refused(fault.code, "").answer()))
	case faultAPIError:
		writeJSON(w, http.StatusOK, encode(refused(fault.code, "").answer()))
	case faultServerError, faultFailAfter:
		http.Error(w, http.StatusText(fault.status), fault.status)
	case faultHang:
		select {
		case <-r.Context().Done():
		case <-s.closing:
		}
		panic(http.ErrAbortHandler)
	default:
		panic(http.ErrAbortHandler) // net/http closes the connection without an answer
	}
}

func setRetryAfter(w http.ResponseWriter, after time.Duration) {
	seconds := max(1, int(math.Ceil(after.Seconds())))
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
}
