// Command reference writes the page about the doctor's checks, docs/doctor.md, in their own words.
package main

import (
	"fmt"
	"os"

	"github.com/davidaparicio/kargo-bot/internal/doctor"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: reference FILE")
		os.Exit(2)
	}
	if err := os.WriteFile(os.Args[1], []byte(doctor.Reference()), 0o644); err != nil { //nolint:gosec // a page for everybody
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
