package run_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestASupervisorHasNoValueInMemory looks for one in all the memory of a process whose passes have had it, whether
// they went well, panicked with it, or wrote it where it does not belong.
func TestASupervisorHasNoValueInMemory(t *testing.T) {
	t.Parallel()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const passes = "well,panic,nested panic,much on standard error,nonsense,more than a report,too much,hang"
	cmd := exec.CommandContext(t.Context(), path)
	cmd.Env = append(os.Environ(), behave+"=supervise", "KARGO_BOT_TEST_PASSES="+passes)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var logged strings.Builder
	lines := bufio.NewScanner(stdout)
	for lines.Scan() && lines.Text() != marker() {
		logged.WriteString(lines.Text() + "\n")
	}
	found := search(t, cmd.Process.Pid, value(), marker())
	if found[marker()] == 0 {
		t.Error("not even what the process has said is found in its memory: this test finds nothing")
	}
	if found[value()] > 0 {
		t.Errorf("the value is in the memory %d times", found[value()])
	}
	if strings.Contains(logged.String(), value()) || strings.Count(logged.String(), "msg=passed") != 1+strings.Count(passes, ",") {
		t.Errorf("the log:\n%s", logged.String())
	}
	if err := stdin.Close(); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func TestNoPassOutlivesItsSupervisor(t *testing.T) {
	t.Parallel()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "pid")
	cmd := exec.CommandContext(t.Context(), path)
	cmd.Env = append(os.Environ(), behave+"=supervise", "KARGO_BOT_TEST_PASSES=hang and say who", "KARGO_BOT_TEST_PID="+file)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := written(t, file)
	if !alive(pid) {
		t.Error("the pass has ended by itself")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the supervisor has ended well")
	}
	eventually(t, "the pass is gone, too", func() bool { return !alive(pid) })
}

// search counts texts in the memory of a process.
func search(t *testing.T, pid int, texts ...string) map[string]int {
	t.Helper()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = memory.Close() }()
	// The race detector's own regions are of many GiB, and it copies nothing into them.
	const most = 1 << 30
	found := map[string]int{}
	for line := range strings.Lines(string(maps)) {
		var from, to int64
		var mode string
		if n, _ := fmt.Sscanf(line, "%x-%x %s", &from, &to, &mode); n != 3 || !strings.HasPrefix(mode, "rw") || to-from > most {
			continue // What can't be written is the program itself.
		}
		region := make([]byte, to-from)
		n, _ := memory.ReadAt(region, from) // Some regions are the kernel's.
		for _, text := range texts {
			found[text] += bytes.Count(region[:n], []byte(text))
		}
	}
	return found
}
