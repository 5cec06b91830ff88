// Package command is the command line of secretsync.
package command
