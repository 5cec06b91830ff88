// Package recall remembers answers, so that what is known is not asked for again: for good if it
// can't change, for a while if it can, and after that with a validator, by which whoever answers can
// say that nothing changed. Who ask the same thing at the same time share one answer.
//
// It knows nothing of who is asked. What it holds is bounded in bytes.
package recall
