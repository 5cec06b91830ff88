package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/nearest"
)

// fault is what is wrong with a value, and the fix.
type fault struct{ Message, Fix string }

// checkTemplate checks that a text contains known placeholders only, at least one.
func checkTemplate(text string, placeholders []string) *fault {
	known := "the placeholders here are {" + strings.Join(placeholders, "}, {") + "}"
	found, rest := false, text
	for {
		before, after, open := strings.Cut(rest, "{")
		if strings.Contains(before, "}") {
			return &fault{"has a } without a {", known}
		}
		if !open {
			break
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed || strings.Contains(name, "{") {
			return &fault{"has a { without a }", known}
		}
		if guess, ok := unknownWord(name, placeholders); ok {
			if guess != "" {
				return &fault{fmt.Sprintf("%.40q is no placeholder", "{"+name+"}"), "did you mean {" + guess + "}?"}
			}
			return &fault{fmt.Sprintf("%.40q is no placeholder", "{"+name+"}"), known}
		}
		found, rest = true, tail
	}
	if !found {
		return &fault{"has no placeholder", known}
	}
	return nil
}

// unknownWord reports whether word is none of those known, and if so which is the nearest.
func unknownWord(word string, known []string) (guess string, unknown bool) {
	if slices.Contains(known, word) {
		return "", false
	}
	guess, _ = nearest.Word(word, known)
	return guess, true
}
