package command

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// How much memory a pass may take, in bytes: half of what the container may, and not too little for the clients of stores.
// 5,000 Secrets take 110 MiB.
const (
	leastMemory     = 192 << 20
	unboundedMemory = 1 << 30
)

// cgroupLimits are where the kernel says how much memory the container may take, by the version of cgroups.
var cgroupLimits = []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}

// boundMemory has the process end when it takes too much. Clients of stores read whatever they are sent: without a bound, an
// answer without end would take down the process that waits as well, which is in the same container.
func boundMemory() {
	most := memoryOfPass(os.ReadFile)
	// Before it comes to that, the garbage collector does what it can.
	debug.SetMemoryLimit(int64(most / 4 * 3)) //nolint:gosec // it is 1 GiB at most
	// Where the sandbox forbids it, there is nobody to tell, and the program is no worse off than without.
	_ = unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: most, Max: most})
}

// memoryOfPass returns how much a pass may take.
func memoryOfPass(read func(name string) ([]byte, error)) uint64 {
	for _, name := range cgroupLimits {
		data, err := read(name)
		if err != nil {
			continue
		}
		// Without a limit, version 2 says "max", and version 1 a number that no machine has.
		if limit, err := strconv.ParseUint(strings.TrimSpace(string(data)), 10, 64); err == nil {
			return min(max(limit/2, leastMemory), unboundedMemory)
		}
	}
	return unboundedMemory
}
