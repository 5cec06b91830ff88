package overlay

import (
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Kind is why an overlay is not rendered.
type Kind string

// The kinds of refusals.
const (
	// NotKustomization: the folder has no kustomization file, or several.
	NotKustomization Kind = "not_kustomization"
	// Missing: it refers to a file that is not there.
	Missing Kind = "missing"
	// Remote: it refers to something outside of the repository.
	Remote Kind = "remote"
	// Unsupported: it uses something that is not rendered here.
	Unsupported Kind = "unsupported"
	// TooLarge: it is beyond the bounds.
	TooLarge Kind = "too_large"
	// Invalid: it does not build.
	Invalid Kind = "invalid"
)

// Refusal is the error of an overlay that is not rendered.
type Refusal struct {
	Kind Kind
	// Reason says why, and what to do, in a sentence for people. What is foreign in it is short, but not
	// escaped.
	Reason string
	// After says that the overlay renders as it is, and does not with the images of the promotion.
	After bool
	// Err is the cause, for the log. It has nothing of the content of Secrets; it may be nil.
	Err error
}

// Error implements error.
func (r *Refusal) Error() string {
	if r.Err == nil {
		return r.Reason
	}
	return r.Reason + ": " + r.Err.Error()
}

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.Err }

func refuse(kind Kind, reason string) *Refusal { return &Refusal{Kind: kind, Reason: reason} }

func tooLarge(what string) *Refusal {
	return refuse(TooLarge, "The overlay is too large to be rendered here: "+what+".")
}

func unsupported(what string) *Refusal {
	return refuse(Unsupported, "The overlay uses "+what+", which is not rendered here.")
}

func invalid(name, what string) *Refusal {
	return refuse(Invalid, "The overlay does not build: "+shown(name)+" "+what+".")
}

// maxShown is how much of a foreign name a sentence has, in characters.
const maxShown = 120

// shown returns a foreign name as a sentence has it.
func shown(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, "?"))
	return chatops.Fit(name, maxShown)
}

// shownURL returns a foreign URL without what may be a credential in it.
func shownURL(url string) string {
	url, _, _ = strings.Cut(url, "?")
	if scheme, rest, ok := strings.Cut(url, "://"); ok {
		host, below, slash := strings.Cut(rest, "/")
		if url = scheme + "://" + host[strings.LastIndex(host, "@")+1:]; slash {
			url += "/" + below
		}
	} else if _, rest, ok := strings.Cut(url, "@"); ok {
		url = rest
	}
	return shown(url)
}
