package githubfake

import (
	"io"
	"maps"
	"net/http"

	"github.com/google/uuid"
)

// maxBody is how much of a body is ever read, in bytes.
const maxBody = 1 << 20

const contentType = "application/json; charset=utf-8"

// ServeHTTP answers one REST request. Every request goes the same way: route, headers,
// who is calling, limits, contract, faults, the operation, contract, conditional
// answer.
func (g *GitHub) ServeHTTP(w http.ResponseWriter, httpRequest *http.Request) {
	var body []byte
	if httpRequest.Body != nil {
		var err error
		if body, err = io.ReadAll(io.LimitReader(httpRequest.Body, maxBody+1)); err != nil {
			return // the client went away
		}
	}
	op, path := g.route(httpRequest.Method, httpRequest.URL.EscapedPath())
	r := &request{http: httpRequest, op: op, path: path, body: body}
	var result answer
	switch refused := checkHeaders(r); {
	case refused != nil:
		result = *refused
	case op == nil:
		result = notFound(rootDocs)
	case len(body) > maxBody:
		result = refuse(http.StatusRequestEntityTooLarge, op.docs, "Payload too large")
	default:
		result = g.serve(r)
	}
	result = g.rateOf(r.caller).describe(result)
	g.record(r, result)
	if result.abandoned {
		panic(http.ErrAbortHandler) // net/http cuts the connection and says nothing
	}
	g.write(w, r, result)
}

// serve answers a request that has an operation.
func (g *GitHub) serve(r *request) answer {
	caller, refused := g.authenticate(r)
	if refused != nil {
		return *refused
	}
	r.caller = caller
	g.underWay.Add(1)
	defer g.underWay.Add(-1)
	if refused := g.admit(r); refused != nil {
		return *refused
	}
	if refused := g.checkRequest(r); refused != nil {
		return *refused
	}
	result := g.faulty(r)
	if result.status == http.StatusNotModified {
		g.refund(r)
	}
	return result
}

// do carries the operation out, checks its answer, and shortens it to 304 if the client
// has it.
func (g *GitHub) do(r *request) answer {
	return conditional(r, g.checkAnswer(r, g.handle(r)))
}

func (g *GitHub) handle(r *request) answer {
	g.mu.Lock()
	defer g.mu.Unlock()
	if refused := g.authorize(r); refused != nil {
		return *refused
	}
	return r.op.handle(g, r)
}

// write sends the answer.
func (g *GitHub) write(w http.ResponseWriter, r *request, result answer) {
	text, err := result.text()
	if err != nil {
		http.Error(w, "githubfake: "+err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	maps.Copy(header, result.header)
	header.Set("X-GitHub-Request-Id", uuid.NewString())
	header.Set("X-GitHub-Media-Type", "github.v3; format=json")
	header.Set("X-GitHub-Api-Version-Selected", versionOf(r.http))
	if len(text) > 0 {
		header.Set("Content-Type", result.contentType())
	}
	w.WriteHeader(result.status)
	_, _ = w.Write(text) // a client that went away is its own business
}
