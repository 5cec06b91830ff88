// Package notify brings messages to where people are, exactly once: it remembers what was said
// where, says nothing twice, keeps one message up to date instead of sending many, slows down when
// it is told to, and after a crash finds the message it may have sent.
//
// It knows no surface: Slack and GitHub are Sinks. It decides nothing about what is said.
package notify
