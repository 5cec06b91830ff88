package run

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// TestHealthEndsWithProgress has a loop that stands still, and a pass that nothing ends.
func TestHealthEndsWithProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewRegistry()
		status := newStatus(registry)
		handler := adminHandler(status, registry)
		healthz := func() int {
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/healthz", nil))
			return answer.Code
		}
		turn := func(span time.Duration, passSince time.Time) {
			for range span / time.Minute {
				<-time.After(time.Minute)
				status.beat(time.Now(), passSince)
			}
		}
		turn(time.Hour, time.Time{})
		if code := healthz(); code != http.StatusOK {
			t.Errorf("while it goes round: %d", code)
		}
		<-time.After(stuckAfter)
		if code := healthz(); code != http.StatusServiceUnavailable {
			t.Errorf("when it stands still: %d", code)
		}
		began := time.Now()
		turn(longestPass, began)
		if code := healthz(); code != http.StatusOK {
			t.Errorf("in a long pass: %d", code)
		}
		turn(stuckAfter, began)
		if code := healthz(); code != http.StatusServiceUnavailable {
			t.Errorf("in a pass without end: %d", code)
		}
	})
}
