// Package route says who is told of what: it matches what happens with the rules of the configuration and
// with what people have subscribed to, and knows quiet hours, digests and owners. It is pure: it sends
// nothing, and has no clock of its own.
package route
