// Package notice keeps a Notice of each occurrence that Events of the program secretsync tell of: a credential that
// can't be renewed, that expires, or was rotated.
//
// The Controller reads Events, which vanish after an hour, and writes down what they say: what people are told, which is
// never written twice and never taken back. It is the only writer of a Notice, but for status.reports, which whoever
// announces writes.
//
// Whoever may create Events in a namespace can forge one. So nothing is taken from them but their reason, times, names
// and a message, all of them validated and bounded.
package notice
