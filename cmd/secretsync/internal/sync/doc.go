// Package sync carries out one pass: it brings Kubernetes' Secrets to what is declared, once, and says what became of each. It
// must never write a value anywhere but into the Secret that it is for.
package sync
