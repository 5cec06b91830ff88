// Package resolve reads secret values from where references say: secret stores, by way of vals, files and the
// environment. It must never put a value, or what a store said in its own words beside one, into an error.
package resolve

import (
	"github.com/davidaparicio/kargo-bot/internal/credentials"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// Answers are what became of references.
type Answers struct {
	// Values by reference. Each reference that was asked for is there.
	Values map[string]Answer
	// Sources are those that were asked, or skipped.
	Sources []credentials.Source
}

// Answer is the value of a reference, or why there is none.
type Answer struct {
	Value secret.Text
	// Problem says why there is no value and how to put that right, for people; empty if there is one.
	Problem string
}
