package githubfake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// request is a request that was routed, as an operation sees it.
type request struct {
	http   *http.Request
	op     *operation
	path   map[string]string // the path's parameters
	body   []byte
	caller caller

	repo *repository // behind {owner} and {repo}, if the path has them
	org  *account    // behind {org}, if the path has it
}

// number returns a numeric parameter of the path. The router let only digits pass.
func (r *request) number(parameter string) int64 {
	value, _ := strconv.ParseInt(r.path[parameter], 10, 64)
	return value
}

// queryNumber returns a positive number of the query, or otherwise.
func (r *request) queryNumber(name string, otherwise int) int {
	value, err := strconv.Atoi(r.http.URL.Query().Get(name))
	if err != nil || value < 1 {
		return otherwise
	}
	return value
}

// decode reads the body into an object. No body, and null, are an empty object.
func (r *request) decode(into any) error {
	body := bytes.TrimSpace(r.body)
	if len(body) == 0 || bytes.Equal(body, []byte("null")) {
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("problems parsing JSON: %w", err)
	}
	return nil
}

// issue returns the issue or pull request behind {issue_number} or {pull_number}.
func (r *request) issue(parameter string) (*issue, bool) {
	found, ok := r.repo.issues[int(r.number(parameter))]
	return found, ok
}

// comment returns the comment behind {comment_id}, if it is in the request's repository.
func (r *request) comment(w *world) (*comment, bool) {
	found, err := w.comment(r.number("comment_id"))
	if err != nil || found.issue.repo != r.repo {
		return nil, false
	}
	return found, true
}
