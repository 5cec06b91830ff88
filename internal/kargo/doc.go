// Package kargo is Kargo's API as the bot uses it: which services and Stages there are, which
// Freight may go where, and how a Promotion is made. Its rules restate Kargo's own, with the place
// in Kargo they come from.
//
// It reads from the caches it is given and writes Kargo's objects by POST and PATCH only, never by
// an update of a whole object. It decides nothing about people: that is package access.
package kargo
