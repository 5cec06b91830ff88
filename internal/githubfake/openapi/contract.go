// Package openapi checks requests and answers against GitHub's own OpenAPI description
// of its REST API, cut to the operations that the project uses (README.md beside this
// file says where it comes from and how to cut it again).
//
// It is an independent judge of both the client and the fake: it never learns a shape
// from either of them. Where GitHub's description and GitHub differ, the difference is
// named in quirks.go.
package openapi

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

//go:embed github.json
var description []byte

// parse reads the description once per process: it never changes, and reading takes
// about 80 ms (half a second under the race detector).
var parse = sync.OnceValues(load)

func load() (map[string]*routers.Route, error) {
	document, err := openapi3.NewLoader().LoadFromData(description)
	if err != nil {
		return nil, fmt.Errorf("reading GitHub's OpenAPI description: %w", err)
	}
	if err := mend(document); err != nil {
		return nil, fmt.Errorf("mending GitHub's OpenAPI description: %w", err)
	}
	routes := map[string]*routers.Route{}
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			routes[operation.OperationID] = &routers.Route{
				Spec: document, Path: path, PathItem: item, Method: method, Operation: operation,
			}
		}
	}
	return routes, nil
}

// ErrUnknownOperation says that the slice does not hold an operation.
var ErrUnknownOperation = errors.New("operation is not in the slice of GitHub's OpenAPI description")

// Contract checks requests and answers. The zero value is ready, costs nothing until
// its first use, and is safe for concurrent use.
type Contract struct{}

// Request returns an error if r, with its path parameters and its body, is not a
// request that GitHub's description allows for the operation (GitHub's operation id,
// like "issues/create-comment"). It does not read r.Body.
func (Contract) Request(operation string, r *http.Request, path map[string]string, body []byte) error {
	route, err := find(operation)
	if err != nil {
		return err
	}
	if err := unknownQuery(route.Operation, r.URL.Query()); err != nil {
		return err
	}
	body = withoutNullBody(route.Operation, body)
	input := requestInput(route, r, path, body)
	if err := openapi3filter.ValidateRequest(r.Context(), input); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	return undeclaredIn("request", requestSchema(route.Operation), body)
}

// Answer returns an error if the answer to r is not one that GitHub's description
// allows for the operation.
func (Contract) Answer(operation string, r *http.Request, status int, header http.Header, body []byte) error {
	route, err := find(operation)
	if err != nil {
		return err
	}
	response := route.Operation.Responses.Status(status)
	if response == nil {
		if status < http.StatusBadRequest {
			return fmt.Errorf("answer: %s does not answer %d", operation, status)
		}
		return undocumentedError(body)
	}
	if media := mediaType(header); media != "" && media != jsonMedia {
		return otherAnswer(route.Operation, response.Value, media, status)
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: requestInput(route, r, nil, nil),
		Status:                 status,
		Header:                 header,
		Options:                options(),
	}
	input.SetBodyBytes(body)
	if err := openapi3filter.ValidateResponse(context.WithoutCancel(r.Context()), input); err != nil {
		return fmt.Errorf("answer %d: %w", status, err)
	}
	if status >= http.StatusBadRequest {
		return nil // errors carry keys that the description leaves out, like "status"
	}
	return undeclaredIn("answer", answerSchema(response.Value), body)
}

// Route returns the method and the path template of an operation, for a server that
// wants to be sure that it serves GitHub's.
func (Contract) Route(operation string) (method, path string, err error) {
	route, err := find(operation)
	if err != nil {
		return "", "", err
	}
	return route.Method, route.Path, nil
}

// Documentation returns where GitHub documents an operation.
func (Contract) Documentation(operation string) (string, error) {
	route, err := find(operation)
	if err != nil {
		return "", err
	}
	if route.Operation.ExternalDocs == nil {
		return "", fmt.Errorf("%s: no documentation is named", operation)
	}
	return route.Operation.ExternalDocs.URL, nil
}

// Operations returns the ids of all operations of the slice, sorted.
func (Contract) Operations() ([]string, error) {
	routes, err := parse()
	if err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(routes)), nil
}

func find(operation string) (*routers.Route, error) {
	routes, err := parse()
	if err != nil {
		return nil, err
	}
	route, ok := routes[operation]
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrUnknownOperation, operation)
	}
	return route, nil
}
