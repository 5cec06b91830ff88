package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"
)

// mend corrects the description where it contradicts itself.
//
// The answer of apps/list-installations spells an installation out and says that its
// account is a user and an enterprise at once (allOf), which nothing can be. The schema
// "installation", which all other operations use, says: one of both.
func mend(document *openapi3.T) error {
	operation := document.Paths.Value("/app/installations").GetOperation("GET")
	media := operation.Responses.Status(200).Value.Content.Get("application/json")
	installation, ok := document.Components.Schemas["installation"]
	if !ok {
		return errors.New("the slice has no schema of an installation")
	}
	media.Schema.Value.Items = installation
	return nil
}

// withoutNullBody returns nil for a body that is the JSON value null where the
// operation can do without a body.
//
// ghinstallation v2 asks for an installation token with the body "null" if no options
// are given. GitHub takes it for no body; its description wants an object.
func withoutNullBody(operation *openapi3.Operation, body []byte) []byte {
	optional := operation.RequestBody != nil && operation.RequestBody.Value != nil && !operation.RequestBody.Value.Required
	if optional && bytes.Equal(bytes.TrimSpace(body), []byte("null")) {
		return nil
	}
	return body
}

// isUnlistedMedia says whether an operation answers a format that its description names
// in its text only.
func isUnlistedMedia(operation, media string) bool {
	return operation == "git/get-blob" && media == "application/vnd.github.raw"
}

// undocumentedError checks the body of a refusal whose status the description does not
// list for the operation.
//
// Any operation can answer 401, 403, 404, 410, 415, 422, 429 and 5xx; the description
// lists some of them for some operations. They all have the shape of "basic-error",
// which is what is checked here.
func undocumentedError(body []byte) error {
	var refusal struct {
		Message          string `json:"message"`
		DocumentationURL string `json:"documentation_url"`
	}
	if err := json.Unmarshal(body, &refusal); err != nil {
		return fmt.Errorf("answer: a refusal is an object with a message: %w", err)
	}
	if refusal.Message == "" {
		return fmt.Errorf("answer: a refusal without a message")
	}
	return nil
}
