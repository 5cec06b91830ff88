// Package command is the command line of secretsync. It must never print a value, nor let a library print one: what is
// shown is made of a credentials.Report, which has none, and of texts of this project.
package command
