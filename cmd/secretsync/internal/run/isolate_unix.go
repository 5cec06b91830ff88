//go:build unix && !linux

package run

import (
	"os/exec"
	"syscall"
)

// isolate puts the command's process in a group of its own, which is killed as a whole.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
