// Package wording says what cards say in other words: those of the configuration, as Go's text/template. A
// template that can't be used changes nothing but for a line that says so.
//
// Templates are the operator's, what they are filled with is not. What comes out is short, on one line, and plain:
// no value can become markup, a link or a mention. A template runs through each of its parts once at most, since
// there are neither loops nor calls of other templates, nor functions that make texts longer.
package wording
