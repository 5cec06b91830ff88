// Package freightdiff tells what changes from one set of Freight to another, artifact by artifact. It
// is a pure function of the two.
package freightdiff
