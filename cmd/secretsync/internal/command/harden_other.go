//go:build !linux

package command

import "os"

// lockDown does nothing: the program is run on Linux. Elsewhere it is developed, and used from a terminal.
func lockDown() {}

// boundMemory does nothing, for the same reason.
func boundMemory() {}

// redirect leaves the descriptor as it is. Libraries get to see another os.Stdout and os.Stderr all the same.
func redirect(file, _ *os.File) (*os.File, error) { return file, nil }
