package githubfake

import "net/http"

// Contract judges what the client sends and what the fake answers. Operations are named
// by GitHub's operation ids, like "issues/create-comment". Both methods must be safe
// for concurrent use and must not read r.Body.
type Contract interface {
	// Request returns an error if r is not a request that GitHub describes.
	Request(operation string, r *http.Request, path map[string]string, body []byte) error
	// Answer returns an error if the answer is not one that GitHub describes.
	Answer(operation string, r *http.Request, status int, header http.Header, body []byte) error
}

// Unchecked is the contract that allows everything.
type Unchecked struct{}

// Request allows every request.
func (Unchecked) Request(string, *http.Request, map[string]string, []byte) error { return nil }

// Answer allows every answer.
func (Unchecked) Answer(string, *http.Request, int, http.Header, []byte) error { return nil }

// Violation is a breach of the contract: a request by the client, or an answer by the
// fake, that GitHub's description does not allow.
type Violation struct {
	Operation string
	Method    string
	URL       string
	Text      string
}

func (v Violation) String() string {
	return v.Operation + " (" + v.Method + " " + v.URL + "): " + v.Text
}
