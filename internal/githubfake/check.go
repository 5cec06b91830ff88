package githubfake

import (
	"maps"
	"net/http"
)

// checkRequest lets the contract judge the request. A breach is the client's mistake,
// which GitHub would answer in some way or other; here it is answered 500 with the
// reason, and kept for [GitHub.Violations].
func (g *GitHub) checkRequest(r *request) *answer {
	err := g.contract.Request(r.op.id, r.http, r.path, r.body)
	if err == nil {
		return nil
	}
	refused := g.violated(r, err)
	return &refused
}

// checkAnswer lets the contract judge the answer. A breach is the fake's mistake.
func (g *GitHub) checkAnswer(r *request, result answer) answer {
	text, err := result.text()
	if err != nil {
		return g.violated(r, err)
	}
	header := http.Header{}
	if len(text) > 0 {
		header.Set("Content-Type", result.contentType())
	}
	maps.Copy(header, result.header)
	if err := g.contract.Answer(r.op.id, r.http, result.status, header, text); err != nil {
		return g.violated(r, err)
	}
	return result
}

// keptViolations is how many breaches are kept; the first tell most.
const keptViolations = 1000

// maxViolationText is how much of a breach is told, in bytes: one can quote a whole
// document.
const maxViolationText = 2000

func (g *GitHub) violated(r *request, err error) answer {
	text := err.Error()
	if len(text) > maxViolationText {
		text = text[:maxViolationText] + " …"
	}
	g.mu.Lock()
	if len(g.journal.violations) < keptViolations {
		g.journal.violations = append(g.journal.violations, Violation{
			Operation: r.op.id, Method: r.http.Method, URL: r.http.URL.String(), Text: text,
		})
	}
	g.mu.Unlock()
	return refuse(http.StatusInternalServerError, r.op.docs,
		"githubfake: "+r.op.id+" breaks the contract with GitHub: "+text)
}
