package slackfake

import (
	"math/rand/v2"
	"time"
)

// RandomTrouble returns a function for SetFault that lets so many of a hundred requests fail, by chance but the
// same with the same seed: with a 429, and with a 503 before or after the request has had its effect, a third
// each.
func RandomTrouble(seed uint64, percent int) func(Request) Fault {
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // G404: a test has to be the same again
	return func(Request) Fault {
		if random.IntN(100) >= percent {
			return Fault{}
		}
		faults := []Fault{RateLimited(time.Second), ServerError(503), FailAfter(503)}
		return faults[random.IntN(len(faults))]
	}
}
