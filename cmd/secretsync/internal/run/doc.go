// Package run keeps Secrets as they are declared, for as long as it runs: it decides when there is a pass, has it done by a
// process of its own, and tells how things stand. It must never hold a secret value.
package run
