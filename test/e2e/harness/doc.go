// Package harness is what the end-to-end suite stands on: a real API server with Kargo on it, the
// bot as its chart installs it, and fakes of Slack and GitHub that it talks to.
//
// It starts real processes and holds nothing that a test is about: what is asked and what must come
// of it is said in the tests. It never sleeps; everything is awaited, with a deadline.
package harness
