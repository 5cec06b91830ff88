package github

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// quota is what remains of the primary limit of one identity, as GitHub's answers tell it:
// https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
type quota struct {
	mu               sync.Mutex
	limit, remaining int
	reset            time.Time
}

// note takes what an answer says. Answers come out of order: of one hour the lowest figure counts.
func (q *quota) note(response *http.Response) {
	header := response.Header
	if resource := header.Get("X-RateLimit-Resource"); resource != "" && resource != "core" {
		return
	}
	if response.Request != nil && strings.HasSuffix(response.Request.URL.Path, "/access_tokens") {
		return // counted for the App and not for its installation
	}
	limit, errLimit := strconv.Atoi(header.Get("X-RateLimit-Limit"))
	remaining, errRemaining := strconv.Atoi(header.Get("X-RateLimit-Remaining"))
	unix, errReset := strconv.ParseInt(header.Get("X-RateLimit-Reset"), 10, 64)
	if errLimit != nil || errRemaining != nil || errReset != nil || limit <= 0 || remaining < 0 {
		return
	}
	reset := time.Unix(unix, 0)
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case reset.Before(q.reset):
		return
	case reset.Equal(q.reset):
		remaining = min(remaining, q.remaining)
	}
	q.limit, q.remaining, q.reset = limit, remaining, reset
}

// reserved returns until when no more than so many percent of an hour's calls remain; zero if there is more.
func (q *quota) reserved(now time.Time, percent int) time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	// In this order nothing overflows, whatever GitHub says.
	if !now.Before(q.reset) || q.remaining >= q.limit/100*percent+q.limit%100*percent/100 {
		return time.Time{}
	}
	// Whatever an answer says, it is looked at again then.
	if latest := now.Add(maxPause); q.reset.After(latest) {
		return latest
	}
	return q.reset
}
