package openapi

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// requestInput wraps a copy of r that has body to read, so that the caller's is left
// alone.
func requestInput(route *routers.Route, r *http.Request, path map[string]string, body []byte) *openapi3filter.RequestValidationInput {
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	return &openapi3filter.RequestValidationInput{
		Request: r, PathParams: path, Route: route, Options: options(),
	}
}

func options() *openapi3filter.Options {
	o := &openapi3filter.Options{
		SkipSettingDefaults:               true, // check, never change
		RejectWhenRequestBodyNotSpecified: true,
		IncludeResponseStatus:             true,
	}
	// The library's own text prints the whole schema and the whole value.
	o.WithCustomSchemaErrorFunc(func(err *openapi3.SchemaError) string {
		return fmt.Sprintf("at /%s: %s", strings.Join(err.JSONPointer(), "/"), err.Reason)
	})
	return o
}

// unknownQuery refuses query parameters that the operation does not have: GitHub
// ignores them, but a client that sends one has a typing error.
func unknownQuery(operation *openapi3.Operation, query url.Values) error {
	for name := range query {
		if operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
			return fmt.Errorf("request: %s has no query parameter %q", operation.OperationID, name)
		}
	}
	return nil
}

const jsonMedia = "application/json"

// mediaType returns the media type of a body, without parameters; "" if there is none.
func mediaType(header http.Header) string {
	media, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	return strings.TrimSpace(media)
}

// otherAnswer checks an answer that is not JSON: the description says which formats there
// are, and that they are text.
func otherAnswer(operation *openapi3.Operation, response *openapi3.Response, media string, status int) error {
	if status == http.StatusOK && (response.Content[media] != nil || isUnlistedMedia(operation.OperationID, media)) {
		return nil
	}
	return fmt.Errorf("answer %d: %s does not answer %s", status, operation.OperationID, media)
}

func requestSchema(operation *openapi3.Operation) *openapi3.SchemaRef {
	if operation.RequestBody == nil || operation.RequestBody.Value == nil {
		return nil
	}
	return jsonSchema(operation.RequestBody.Value.Content)
}

func answerSchema(response *openapi3.Response) *openapi3.SchemaRef {
	if response == nil {
		return nil
	}
	return jsonSchema(response.Content)
}

func jsonSchema(content openapi3.Content) *openapi3.SchemaRef {
	if media := content.Get(jsonMedia); media != nil {
		return media.Schema
	}
	return nil
}
