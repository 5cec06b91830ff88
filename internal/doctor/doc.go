// Package doctor looks for what is wrong: with what Kargo shows of Warehouses, Stages and Promotions, and
// with how the configuration fits them. It reads from caches alone and changes nothing.
//
// Each check is a function from what there is to findings, in a file of its own: adding a check is adding
// such a file, and its name to the list in doctor.go.
package doctor
