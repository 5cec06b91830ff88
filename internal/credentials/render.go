package credentials

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// Content is what is in a Secret. It has values, so it prints as none: what wants them takes Data.
type Content struct {
	Labels, Annotations map[string]string
	Data                map[string][]byte
}

// mostData is the size in bytes that Kubernetes allows for a Secret's data.
const mostData = 1 << 20

// Render returns what is in the Secret of a valid credential. The value of each reference is asked for; owner is the
// declaration's. The error is a *Fault with the first key that can't be right, and why.
func (c *Credential) Render(owner string, value func(reference string) (secret.Text, bool)) (Content, error) {
	content := Content{
		Labels:      map[string]string{LabelType: string(c.Type), LabelManagedBy: Manager, LabelOwner: owner},
		Annotations: map[string]string{},
		Data:        map[string][]byte{},
	}
	if c.Type != TypeGeneric {
		content.Annotations[AnnotationPattern] = c.pattern()
		content.Data[KeyRepoURL] = []byte(c.repo())
	}
	if c.RepoURLRegex != "" {
		content.Data[KeyRepoURLIsRegex] = []byte("true")
	}
	if c.GitHubApp != nil && len(c.GitHubApp.Scopes) > 0 {
		scopes, err := json.Marshal(c.GitHubApp.Scopes)
		if err != nil {
			return Content{}, fmt.Errorf("encode scopes: %w", err)
		}
		content.Annotations[AnnotationTokenScope] = string(scopes)
	}
	size := 0
	for _, f := range c.fields() {
		data, err := f.render(value)
		if err != nil {
			return Content{}, err
		}
		content.Data[f.key] = data
		if size += len(data); size > mostData {
			return Content{}, &Fault{Key: f.key, Message: "is more than Kubernetes takes, together with the keys before it",
				Fix: "use two Secrets"}
		}
	}
	return content, nil
}

// render returns the value of one key.
func (f field) render(value func(reference string) (secret.Text, bool)) ([]byte, error) {
	text, shown := f.text, ""
	if IsReference(f.text) {
		if r, err := ParseReference(f.text); err == nil {
			shown = r.String()
		}
		found, ok := value(f.text)
		if !ok {
			return nil, &Fault{Key: f.key, Reference: shown, Message: "has no value", Fix: "put it into the store, or correct the reference"}
		}
		text = found.Reveal()
	}
	shaped, fault := f.shape(text)
	if fault != nil {
		fault.Key, fault.Reference = f.key, shown
		return nil, fault
	}
	return []byte(shaped), nil
}

// repo returns what the Secret says of the repositories that it is for.
func (c *Credential) repo() string {
	if c.RepoURLRegex != "" {
		return c.RepoURLRegex
	}
	return strings.TrimSpace(c.RepoURL)
}

// redacted is what a Content prints as.
func (c Content) redacted() string { return fmt.Sprintf("%d keys of a Secret", len(c.Data)) }

// String tells how many keys there are, and no value.
func (c Content) String() string { return c.redacted() }

// Format does what String does, whatever the verb.
func (c Content) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.redacted()) }

// LogValue does what String does, in log/slog.
func (c Content) LogValue() slog.Value { return slog.StringValue(c.redacted()) }

// errNotEncoded is given to whoever encodes a Content as a whole.
var errNotEncoded = errors.New("the content of a Secret is not encoded as a whole")

// MarshalJSON refuses: what is written anywhere but into the Secret has no values.
func (c Content) MarshalJSON() ([]byte, error) { return nil, errNotEncoded }
