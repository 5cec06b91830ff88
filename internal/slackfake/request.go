package slackfake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// maxBody bounds every request to the fake, in bytes. The largest message that Slack
// takes is far smaller.
const maxBody = 1 << 20

// maxArgName is how long an argument's name may be.
const maxArgName = 64

// call is one Web API request.
type call struct {
	token  string
	isJSON bool
	args   map[string]string // JSON values that are no strings stand as JSON
}

// parseCall reads a request to the Web API: a form, JSON, or a query string. See
// https://docs.slack.dev/apis/web-api for what goes where.
func parseCall(w http.ResponseWriter, r *http.Request) (*call, *apiError) {
	c := &call{args: map[string]string{}}
	switch r.Method {
	case http.MethodGet:
		values, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			return nil, refused("invalid_form_data", "query string: %v", err)
		}
		if values.Has("token") {
			// Apps made since February 2021 can't send their token in a query string.
			return nil, refused("invalid_auth", "token in a query string")
		}
		if err := c.addForm(values); err != nil {
			return nil, err
		}
	case http.MethodPost:
		if err := c.readBody(w, r); err != nil {
			return nil, err
		}
	default:
		return nil, refused("invalid_arguments", "HTTP method %s", r.Method)
	}
	if header := r.Header.Get("Authorization"); header != "" {
		token, ok := strings.CutPrefix(header, "Bearer ")
		if !ok {
			return nil, refused("invalid_auth", "Authorization is not Bearer")
		}
		c.token = token
	} else if !c.isJSON {
		c.token = c.args["token"] // a JSON body can't carry it
	}
	delete(c.args, "token")
	return c, nil
}

func (c *call) readBody(w http.ResponseWriter, r *http.Request) *apiError {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return refused("invalid_arguments", "body is larger than %d bytes", maxBody)
	case err != nil:
		return refused("request_timeout", "body: %v", err)
	}
	header := r.Header.Get("Content-Type")
	if header == "" {
		if len(body) == 0 {
			return nil
		}
		return refused("missing_post_type", "no Content-Type")
	}
	mediaType, params, err := mime.ParseMediaType(header)
	if err != nil {
		return refused("invalid_post_type", "Content-Type: %v", err)
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "iso-8859-1") {
		return refused("invalid_charset", "charset %s", charset)
	}
	switch mediaType {
	case "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return refused("invalid_form_data", "form: %v", err)
		}
		return c.addForm(values)
	case "application/json":
		c.isJSON = true
		return c.addJSON(body)
	}
	return refused("invalid_post_type", "Content-Type %s", mediaType)
}

// addForm takes a form's fields. A field twice is refused: Slack would take the last and
// lose the other without a word.
func (c *call) addForm(values url.Values) *apiError {
	for name, list := range values {
		if len(list) > 1 {
			return refused("invalid_arguments", "argument %s is there %d times", name, len(list))
		}
		if err := c.add(name, list[0]); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) addJSON(body []byte) *apiError {
	if !json.Valid(body) {
		return refused("invalid_json", "body is no JSON")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return refused("json_not_object", "body is JSON but no object")
	}
	for name, raw := range fields {
		if string(raw) == "null" {
			continue
		}
		var value string
		if raw[0] != '"' {
			var compact bytes.Buffer
			if err := json.Compact(&compact, raw); err != nil {
				return refused("invalid_json", "argument %s: %v", name, err)
			}
			value = compact.String()
		} else if err := json.Unmarshal(raw, &value); err != nil {
			return refused("invalid_json", "argument %s: %v", name, err)
		}
		if err := c.add(name, value); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) add(name, value string) *apiError {
	if strings.ContainsAny(name, "[]") {
		return refused("invalid_array_arg", "argument %q", name)
	}
	bad := func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}
	if name == "" || len(name) > maxArgName || strings.ContainsFunc(name, bad) {
		return refused("invalid_arg_name", "argument %q", fmt.Sprintf("%.80s", name))
	}
	c.args[name] = value
	return nil
}
