package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNotes(t *testing.T) {
	folder := t.TempDir()
	in, out := filepath.Join(folder, "in.json"), filepath.Join(folder, "out.txt")
	payloads := `[
	 {"name": "ping", "examples": [
	  {"hook_id": 1, "hook": {"events": ["a"], "config": null}},
	  {"hook_id": 2, "hook": {"events": [], "config": {}}, "sender": {"id": 1}, "permissions": {"issues": "write"}}]},
	 {"name": "star", "examples": [{"starred": true}]}]`
	if err := os.WriteFile(in, []byte(payloads), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(in, out); err != nil {
		t.Fatal(err)
	}
	notes, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"ping\thook_id\tnumber\talways", "ping\thook.config\tnull|object\talways", "ping\thook.events[]\tstring\tsometimes",
		"ping\tsender\tobject\tsometimes", "ping\tsender.id\tnumber\talways", "ping\tpermissions.*\tstring\talways",
	} {
		if !strings.Contains(string(notes), line+"\n") {
			t.Errorf("no %q in\n%s", line, notes)
		}
	}
	if strings.Contains(string(notes), "star") {
		t.Error("an event that the fake does not send was noted")
	}
}
