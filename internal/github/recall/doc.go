// Package recall remembers answers, so that what is known is not asked for again: for good if it
// can't change, for a while if it can, and after that with a validator, by which whoever answers can
// say that nothing changed. Who ask the same thing at the same time share one answer.
//
// A cache of HTTP answers would not do: it keeps bodies, of which a comparison's is mostly patches that
// nobody reads, has each decoded again for everybody who asks, and does not know what can't change.
//
// It knows nothing of who is asked. What it holds is bounded in bytes.
package recall
