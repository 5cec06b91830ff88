// Package answers has what queries find out, as data: what runs where, which Freight there is, what was
// promoted, who somebody is. Package kargo and its neighbours fill it in, package cards puts it in
// words for people, and programs get it as JSON, whose names are stable.
//
// It uses the standard library alone, and knows nothing of how things are found out or shown.
package answers
