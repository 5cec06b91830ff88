// Package secret holds what must never be seen: tokens, keys, signing secrets. A Text prints as
// <redacted> wherever it ends up, and a Source says where a secret is read from. The package never
// logs, and no error of it contains any part of a secret.
package secret

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// redacted is what every Text prints as, the empty one too: whether a secret is set is nobody's
// business either.
const redacted = "<redacted>"

// Text is a secret. The zero Text is empty. It can't be compared with ==, see Equal.
type Text struct {
	// reveal is a function because that is the one kind of field that fmt, reflection and
	// printers of any sort can't look into, even where Text is an unexported field of a struct and
	// its methods are out of their reach.
	reveal func() string
}

// NewText returns a secret of the given content.
func NewText(content string) Text {
	if content == "" {
		return Text{}
	}
	return Text{reveal: func() string { return content }}
}

// Reveal returns the secret itself: the only way out.
func (t Text) Reveal() string {
	if t.reveal == nil {
		return ""
	}
	return t.reveal()
}

// Empty reports whether there is no secret.
func (t Text) Empty() bool { return t.reveal == nil }

// Equal reports whether both hold the same secret, in a time that depends neither on where they
// differ nor on how long the other is.
func (t Text) Equal(other Text) bool {
	a, b := sha256.Sum256([]byte(t.Reveal())), sha256.Sum256([]byte(other.Reveal()))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// String redacts.
func (Text) String() string { return redacted }

// GoString redacts.
func (Text) GoString() string { return redacted }

// Format redacts, whatever the verb.
func (Text) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, redacted) }

// MarshalText redacts, for encoders of any format.
func (Text) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalJSON redacts.
func (Text) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalYAML redacts.
func (Text) MarshalYAML() (any, error) { return redacted, nil }

// LogValue redacts in log/slog.
func (Text) LogValue() slog.Value { return slog.StringValue(redacted) }
