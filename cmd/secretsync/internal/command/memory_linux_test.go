package command

import (
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

func TestAPassTakesHalfOfTheMemory(t *testing.T) {
	const second, first = "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"
	for name, test := range map[string]struct {
		files map[string]string
		want  uint64
	}{
		"the chart's limit":           {map[string]string{second: "536870912\n"}, 256 << 20},
		"a small one":                 {map[string]string{second: "134217728\n"}, 192 << 20},
		"a large one":                 {map[string]string{second: "17179869184\n"}, 1 << 30},
		"none":                        {map[string]string{second: "max\n"}, 1 << 30},
		"the first version of groups": {map[string]string{first: "536870912\n"}, 256 << 20},
		"none in the first version":   {map[string]string{first: "9223372036854771712\n"}, 1 << 30},
		"no groups":                   {nil, 1 << 30},
	} {
		got := memoryOfPass(func(name string) ([]byte, error) {
			text, ok := test.files[name]
			if !ok {
				return nil, fs.ErrNotExist
			}
			return []byte(text), nil
		})
		if got != test.want {
			t.Errorf("%s: %d MiB, want %d", name, got>>20, test.want>>20)
		}
	}
}

// TestThePassAloneIsBound looks at what the kernel says of a process: a pass that takes too much ends, and not the pod.
func TestThePassAloneIsBound(t *testing.T) {
	bound := regexp.MustCompile(`(?m)^Max data size +(\d+) `)
	for as, want := range map[string]bool{"pass": true, "run": false} {
		path, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), path)
		cmd.Env = append(os.Environ(), asProgram+"="+as)
		limits, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		found := bound.FindSubmatch(limits)
		if (found != nil) != want {
			t.Errorf("%s: the kernel says\n%s", as, limits)
		}
		if found == nil {
			continue
		}
		if most, err := strconv.Atoi(string(found[1])); err != nil || most < leastMemory || most > unboundedMemory {
			t.Errorf("%s is bound to %s bytes", as, found[1])
		}
	}
}
