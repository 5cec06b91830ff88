// Package terminal is the surface of `bot run`: it shows cards as plain text, answers as one JSON
// document for programs, and a Shipment's progress a line at a time. Whatever it writes is free of
// control characters, whoever made them up: no name of a service moves the cursor.
package terminal
