package githubfake

import (
	"maps"
	"slices"
	"time"
)

// Call is one call of the REST API that came in.
type Call struct {
	At        time.Time
	Operation string // GitHub's operation id; "" if there is none for the route
	Method    string
	Path      string
	Status    int    // 0: the connection was cut
	Refused   string // why it was refused or cut; "": it was not
}

// keptCalls is how many calls the journal holds; counts go on.
const keptCalls = 10_000

// journal is what came in. It is guarded by GitHub.mu.
type journal struct {
	calls      []Call
	counts     map[string]int
	violations []Violation
}

func newJournal() journal { return journal{counts: map[string]int{}} }

// record writes a call down and tells the watchers.
func (g *GitHub) record(r *request, result answer) {
	call := Call{
		At: g.now(), Method: r.http.Method, Path: r.http.URL.Path,
		Status: result.status, Refused: result.reason,
	}
	if r.op != nil {
		call.Operation = r.op.id
	}
	if result.abandoned {
		call.Status = 0
	}
	g.mu.Lock()
	if len(g.journal.calls) >= keptCalls {
		g.journal.calls = slices.Delete(g.journal.calls, 0, keptCalls/10)
	}
	g.journal.calls = append(g.journal.calls, call)
	g.journal.counts[call.Operation]++
	g.mu.Unlock()
	g.touch()
}

// Calls returns the latest calls, oldest first, 10,000 at most.
func (g *GitHub) Calls() []Call {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.journal.calls)
}

// Refused returns those of the latest calls that were refused or cut.
func (g *GitHub) Refused() []Call {
	return slices.DeleteFunc(g.Calls(), func(c Call) bool { return c.Refused == "" })
}

// Counts returns how often each operation was called, refused calls included. Calls
// without an operation count under "".
func (g *GitHub) Counts() map[string]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return maps.Clone(g.journal.counts)
}

// Violations returns the breaches of the contract so far. A test ends by asserting that
// there was none.
func (g *GitHub) Violations() []Violation {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.journal.violations)
}
