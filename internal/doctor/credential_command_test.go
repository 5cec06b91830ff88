package doctor_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// kubectl stands in for the real one: it tells what it is given, answers a get by what is in a file, and refuses what it
// does not know.
const kubectl = `#!/bin/sh
echo "$*" >> calls
case "$*" in
"-n microsvcs get secret x -o jsonpath={.data.password}") cat value && exit "$(cat code)" ;;
"-n microsvcs patch secret x --type=merge --patch-file=/dev/stdin"|"create -f -") cat > sent ;;
*) exit 64 ;;
esac
`

// typed runs a command in a shell, with what is typed, and returns what kubectl was sent to change.
func typed(t *testing.T, shell, command, stdin, value, code string) (sent string) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"kubectl": kubectl, "value": value, "code": code} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), shell, "-c", command)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(stdin)
	cmd.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	text, readErr := os.ReadFile(filepath.Join(dir, "sent"))
	if (err == nil) != (readErr == nil) {
		t.Errorf("%s: it says %v, and sent is %q: %s", shell, err, text, out)
	}
	if calls, _ := os.ReadFile(filepath.Join(dir, "calls")); strings.Contains(string(calls)+string(out), "s3cret") || strings.Contains(string(calls), "czNjcmV0") {
		t.Errorf("the value is in the list of processes or on the screen: %s%s", calls, out)
	}
	return string(text)
}

// TestCommandsNeverOverwriteAValueByNothing, whichever of their steps fails, and in whichever shell.
func TestCommandsNeverOverwriteAValueByNothing(t *testing.T) {
	stage := pushing("red-production", "./a", "https://git.acme.dev/it's%s")
	command := func(check, secret string) string {
		d, _ := newWorld().look(t, clusterOf(t, stage, secret))
		return only(t, d, check).Command
	}
	ended := command("credential-secret", strings.Replace(secretOf("x", "git", `repoURL: "https://git.acme.dev/it's%s"`, ""), "hunter2", `"s3cret\r\n"`, 1))
	asks := command("credential-secret", strings.Replace(secretOf("x", "git", `repoURL: "https://git.acme.dev/it's%s"`, ""), ", password: hunter2", "", 1))
	makes := command("credential-missing", "")
	for _, shell := range []string{"sh", "bash"} {
		for _, test := range []struct{ name, command, stdin, value, code, sent string }{
			{"a line break", ended, "", "czNjcmV0DQo=", "0", `{"data":{"password":"czNjcmV0"}}`},
			{"it can't be read", ended, "", "", "1", ""},
			{"it is read in part", ended, "", "czNj", "1", ""},
			{"it is gone", ended, "", "", "0", ""},
			{"it is not encoded", ended, "", "!!!", "0", ""},
			{"asked for", asks, "s3cret\\n \n", "", "0", `{"data":{"password":"czNjcmV0XG4g"}}`},
			{"nothing typed", asks, "\n", "", "0", ""},
			{"the input ends", asks, "", "", "0", ""},
			{"made", makes, "octocat\ns3cret\n", "", "0", `{"apiVersion":"v1","kind":"Secret","metadata":{"labels":{"kargo.akuity.io/cred-type":"git"},"name":"git-acme-dev-it-s-s-creds","namespace":"microsvcs"},` +
				`"stringData":{"repoURL":"https://git.acme.dev/it's%s"},"data":{"username":"b2N0b2NhdA==","password":"czNjcmV0"}}`},
			{"made without a token", makes, "octocat\n\n", "", "0", ""},
		} {
			got := typed(t, shell, test.command, test.stdin, test.value, test.code)
			if got != test.sent || got != "" && !json.Valid([]byte(got)) {
				t.Errorf("%s, %s: sent %q after\n%s", shell, test.name, got, test.command)
			}
		}
	}
}
