package githubfake

import (
	"cmp"
	"net/http"
	"strconv"
)

// answer is what an operation answers. A nil body means none.
type answer struct {
	status int
	header http.Header
	body   any
	// media is the type of a body that is no JSON but a string, sent as it is.
	media string
	// reason is why a call was refused, for the journal. Empty: it was not.
	reason string
	// written is the body as it is sent, once it was encoded.
	written []byte
	// abandoned is set for a call whose answer is never to be written.
	abandoned bool
}

func ok(body any) answer      { return answer{status: http.StatusOK, body: body} }
func created(body any) answer { return answer{status: http.StatusCreated, body: body} }
func noContent() answer       { return answer{status: http.StatusNoContent} }

// raw is an answer that is no JSON.
func raw(media, body string) answer {
	return answer{status: http.StatusOK, media: media + "; charset=utf-8", body: body}
}

// rootDocs is where GitHub sends those whose request it could not place.
const rootDocs = "https://docs.github.com/rest"

// refuse is an error in GitHub's shape.
func refuse(status int, docs, message string) answer {
	return answer{status: status, reason: message, body: object{
		{"message", message},
		{"documentation_url", docs},
		{"status", strconv.Itoa(status)},
	}}
}

func notFound(docs string) answer {
	return refuse(http.StatusNotFound, docs, "Not Found")
}

func badCredentials() answer {
	return refuse(http.StatusUnauthorized, rootDocs, "Bad credentials")
}

// forbidden is what an app meets that lacks a permission.
func forbidden(docs string) answer {
	return refuse(http.StatusForbidden, docs, "Resource not accessible by integration")
}

// invalid is a 422 about one field of a resource.
func invalid(docs, resource, fieldName, code, message string) answer {
	return answer{status: http.StatusUnprocessableEntity, reason: "Validation Failed: " + message, body: object{
		{"message", "Validation Failed"},
		{"errors", []object{{
			{"resource", resource}, {"code", code}, {"field", fieldName}, {"message", message},
		}}},
		{"documentation_url", docs},
		{"status", strconv.Itoa(http.StatusUnprocessableEntity)},
	}}
}

// malformed is a body that is no JSON object.
func malformed(docs string) answer {
	return refuse(http.StatusBadRequest, docs, "Problems parsing JSON")
}

// with returns the answer with a header added.
func (a answer) with(name, value string) answer {
	if a.header == nil {
		a.header = http.Header{}
	}
	a.header.Set(name, value)
	return a
}

// contentType returns the type of the body.
func (a *answer) contentType() string { return cmp.Or(a.media, contentType) }

// text returns the body as it is sent.
func (a *answer) text() ([]byte, error) {
	if a.body == nil || a.written != nil {
		return a.written, nil
	}
	if content, isText := a.body.(string); isText && a.media != "" {
		a.written = []byte(content)
		return a.written, nil
	}
	var err error
	a.written, err = encode(a.body)
	return a.written, err
}
