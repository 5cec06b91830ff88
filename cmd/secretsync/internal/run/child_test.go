package run_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/run"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

func TestChildHandsOverRequestAndReport(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"well", "much on standard error"} {
		report, err := child(t, how).Pass(t.Context(), credentials.Request{
			Only: []credentials.SecretName{github}, Declaration: []byte("secrets: []"),
		})
		if err != nil {
			t.Fatalf("%s: %v", how, err)
		}
		if len(report.Secrets) != 1 || report.Secrets[0].SecretName != github || report.Problem != "secrets: []" ||
			!slices.Equal(report.Warnings, []string{"pass", "-f", "config.yaml"}) {
			t.Errorf("%s: the report is %+v", how, report)
		}
	}
}

func TestAPassIsNotToldToLogRequests(t *testing.T) {
	t.Parallel()
	report, err := child(t, "environment", "AWS_SDK_GO_LOG_LEVEL=request_with_body", "AZURE_SDK_GO_LOGGING=all",
		"GODEBUG=madvdontneed=1,http2debug=2", "AWS_REGION=eu-west-3").Pass(t.Context(), credentials.Request{})
	if err != nil {
		t.Fatal(err)
	}
	handed := strings.Join(report.Warnings, "\n")
	for variable, want := range map[string]bool{
		"LOG_LEVEL": false, "AZURE_SDK": false, "http2debug": false, "GODEBUG=madvdontneed=1": true, "AWS_REGION=eu-west-3": true,
	} {
		if strings.Contains(handed, variable) != want {
			t.Errorf("%s is handed on: %v", variable, !want)
		}
	}
}

func TestAPassThatEndsUnexpectedly(t *testing.T) {
	t.Parallel()
	for how, want := range map[string]string{
		"panic":        `^the pass has ended unexpectedly: exit status 2, at (\w+\.go:\d+ < )*reexec_test\.go:\d+( < \w+\.go:\d+)*$`,
		"nested panic": `^the pass has ended unexpectedly: exit status 2, at (\w+\.go:\d+ < )*reexec_test\.go:\d+( < \w+\.go:\d+)*$`,
		"too much":     `^the pass has ended unexpectedly: its report has more than 8 MiB$`,
		"nothing":      `^the pass has ended unexpectedly: it left no report$`,
		"nonsense":     `^the pass has ended unexpectedly: it left no report$`,
		"two reports":  `^the pass has ended unexpectedly: it left no report$`,
		"exit":         `^the pass has ended unexpectedly: exit status 7$`,
	} {
		t.Run(how, func(t *testing.T) {
			report, err := child(t, how).Pass(t.Context(), credentials.Request{})
			if err == nil || !regexp.MustCompile(want).MatchString(err.Error()) {
				t.Errorf("the error is %v, want %s", err, want)
			}
			if len(report.Secrets) > 0 || err != nil && strings.Contains(err.Error(), value()) {
				t.Errorf("report %+v, error %v", report, err)
			}
		})
	}
}

func TestAPassThatCanNotBeStarted(t *testing.T) {
	c := &run.Child{Path: filepath.Join(t.TempDir(), "missing")}
	if _, err := c.Pass(t.Context(), credentials.Request{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the error is %v", err)
	}
}

func TestAPassThatHangsIsKilled(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		why  string
		stop func(t *testing.T) context.Context
	}{
		"at its deadline": {"it did not come to an end, and was killed", func(t *testing.T) context.Context {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			t.Cleanup(cancel)
			return ctx
		}},
		"when told to stop": {"it was told to stop", func(t *testing.T) context.Context {
			t.Helper()
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(300*time.Millisecond, cancel)
			return ctx
		}},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, err := child(t, "hang").Pass(test.stop(t), credentials.Request{})
			if want := "the pass has ended unexpectedly: " + test.why; err == nil || err.Error() != want {
				t.Errorf("the error is %v, want %s", err, want)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("that took %s", took)
			}
		})
	}
}

func TestWhatAPassHasStartedIsKilledWithIt(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "pid")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := child(t, "hang with a child of its own", "KARGO_BOT_TEST_PID="+file).Pass(ctx, credentials.Request{})
		ended <- err
	}()
	pid := written(t, file)
	stop()
	if err := <-ended; err == nil {
		t.Error("there is a report")
	}
	eventually(t, "it is gone", func() bool { return !alive(pid) })
}

// written waits for the process that a pass writes into a file.
func written(t *testing.T, file string) int {
	t.Helper()
	pid := 0
	eventually(t, "the pass says who is there", func() bool {
		content, err := os.ReadFile(file)
		if err != nil {
			return false
		}
		pid, err = strconv.Atoi(string(content))
		return err == nil
	})
	return pid
}

// alive reports whether there is such a process, other than one that is dead and that nobody has asked about yet.
func alive(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || !strings.Contains(string(status), ") Z ")
}

// eventually waits for something that another process does.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	end := time.After(20 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("it never came about that %s", what)
		}
	}
}
