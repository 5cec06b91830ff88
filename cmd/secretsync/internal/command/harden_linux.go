package command

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// lockDown forbids core dumps, and debuggers of the same user.
func lockDown() {
	// Where the sandbox forbids it, there is nobody to tell, and the program is no worse off than without.
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}

// redirect lets a file descriptor lead elsewhere, for all of the process. It returns a file for where it led before.
func redirect(file, elsewhere *os.File) (*os.File, error) {
	before, err := unix.FcntlInt(file.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("keep %s: %w", file.Name(), err)
	}
	if err := unix.Dup3(int(elsewhere.Fd()), int(file.Fd()), 0); err != nil {
		_ = unix.Close(before)
		return nil, fmt.Errorf("redirect %s: %w", file.Name(), err)
	}
	return os.NewFile(uintptr(before), file.Name()), nil
}
