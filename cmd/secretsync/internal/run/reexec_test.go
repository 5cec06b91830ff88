package run_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/run"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// behave says what this binary is to be in place of a test: a pass that goes well or wrong.
const behave = "KARGO_BOT_TEST_BEHAVE"

func TestMain(m *testing.M) {
	switch how := os.Getenv(behave); how {
	case "":
		goleak.VerifyTestMain(m)
	case "supervise":
		supervise()
	default:
		pass(how)
	}
}

// value is a secret that no process has in memory but one that has called this: the sentinel of these tests.
func value() string {
	var b strings.Builder
	for i := range 24 {
		b.WriteByte(byte('a' + (i*7+3)%26))
	}
	return b.String() + "!"
}

// pass is the child: it has read a value by the time something goes wrong.
func pass(how string) {
	var request credentials.Request
	if err := json.NewDecoder(os.Stdin).Decode(&request); err != nil {
		panic("no request")
	}
	secret := value()
	switch how {
	case "well":
		report(request)
	case "panic":
		panic(fmt.Sprintf("could not use %s\n\tbad.go is %s", secret, secret))
	case "nested panic":
		defer func() { panic(errors.New("again " + secret)) }()
		panic(secret)
	case "hang":
		fmt.Fprintln(os.Stderr, secret)
		<-time.After(time.Hour)
	case "hang with a child of its own":
		cmd := exec.Command("sleep", "3600")
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if cmd.Start() != nil {
			panic("no sleep")
		}
		fmt.Fprintf(os.Stderr, "%s\n", secret)
		_ = os.WriteFile(os.Getenv("KARGO_BOT_TEST_PID"), []byte(fmt.Sprint(cmd.Process.Pid)), 0o600)
		_ = cmd.Wait()
	case "hang and say who":
		_ = os.WriteFile(os.Getenv("KARGO_BOT_TEST_PID"), []byte(fmt.Sprint(os.Getpid())), 0o600)
		<-time.After(time.Hour)
	case "too much":
		for err := error(nil); err == nil; {
			_, err = os.Stdout.WriteString(secret + strings.Repeat("x", 64<<10))
		}
	case "much on standard error":
		for range 500 {
			fmt.Fprintln(os.Stderr, secret+strings.Repeat("x", 1<<10)) // More than a pipe holds.
		}
		report(request)
	case "nothing":
	case "nonsense":
		fmt.Fprintln(os.Stdout, secret)
	case "more than a report":
		fmt.Fprintf(os.Stdout, `{"secrets": null, "sources": null, "writes": 0, "values": %q}`, secret)
	case "two reports":
		report(request)
		report(request)
	case "environment":
		_ = json.NewEncoder(os.Stdout).Encode(credentials.Report{Warnings: os.Environ()})
	case "exit":
		syscall.Exit(7)
	}
}

// report answers with the Secrets that were asked for, and the arguments.
func report(request credentials.Request) {
	result := credentials.Report{Warnings: os.Args[1:], Problem: string(request.Declaration)}
	for _, secret := range request.Only {
		result.Secrets = append(result.Secrets, credentials.Outcome{SecretName: secret, State: credentials.StateUnchanged})
	}
	if json.NewEncoder(os.Stdout).Encode(result) != nil {
		panic("no report")
	}
}

// child is a Child that behaves so.
func child(t testing.TB, how string, more ...string) *run.Child {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &run.Child{Path: path, Args: []string{"pass", "-f", "config.yaml"}, Env: append(append(os.Environ(), behave+"="+how), more...)}
}

func isForbidden(err error) bool { return errors.Is(err, run.ErrForbidden) }
