package slackfake

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// timestamps makes Slack's message ids: seconds since 1970, a dot and six digits. They
// are unique, and grow as strings and as numbers, even when the clock stands or goes back.
type timestamps struct {
	second int64
	count  int64 // in the second, in steps of 100 as Slack counts
}

func (t *timestamps) next(now time.Time) string {
	const step, perSecond = 100, 1_000_000
	switch second := now.Unix(); {
	case second > t.second:
		t.second, t.count = second, step
	case t.count+step < perSecond:
		t.count += step
	default:
		t.second, t.count = t.second+1, step
	}
	return fmt.Sprintf("%d.%06d", t.second, t.count)
}

// isTimestamp says whether a string has the form of a message id.
func isTimestamp(ts string) bool {
	seconds, rest, found := strings.Cut(ts, ".")
	if !found || len(rest) != 6 {
		return false
	}
	for _, digits := range []string{seconds, rest} {
		if _, err := strconv.ParseUint(digits, 10, 63); err != nil {
			return false
		}
	}
	return true
}

// moment reads a time bound of a history: a message id, or seconds with any or no
// fraction, as Slack takes them. It returns microseconds since 1970.
func moment(s string) (int64, bool) {
	seconds, fraction, _ := strings.Cut(s, ".")
	if len(fraction) > 6 {
		fraction = fraction[:6]
	}
	fraction += strings.Repeat("0", 6-len(fraction))
	micros, err := strconv.ParseUint(seconds+fraction, 10, 63)
	return int64(micros), err == nil
}

// seconds writes a moment as Slack does where no uniqueness is needed.
func seconds(at time.Time) string { return fmt.Sprintf("%d.000000", at.Unix()) }
