package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// asProgram, set in the environment, makes the test binary behave as the program itself: the tests
// exercise flags, signals and exit code without building 180 MB a second time.
const asProgram = "KUBE_APISERVER_TEST_RUN_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	m.Run()
}

func TestServesAndStopsWhenStdinCloses(t *testing.T) {
	server := start(t, t.TempDir(), "--until-stdin-closes")
	admin := server.client(t, "")
	createSecret(t, admin)

	t.Run("refuses a user without rights", func(t *testing.T) {
		intruder := server.client(t, serviceAccountToken(t, admin))
		_, err := intruder.CoreV1().Secrets("pipeline").Get(t.Context(), "password", metav1.GetOptions{})
		if !apierrors.IsForbidden(err) {
			t.Fatalf("reading a Secret without rights: got %v, want it forbidden", err)
		}
		if !strings.Contains(err.Error(), "system:serviceaccount:pipeline:intruder") {
			t.Errorf("the refusal %q does not name the service account", err)
		}
	})
	t.Run("refuses an unknown token", func(t *testing.T) {
		stranger := server.client(t, "no-such-token")
		_, err := stranger.CoreV1().Namespaces().List(t.Context(), metav1.ListOptions{})
		if !apierrors.IsUnauthorized(err) {
			t.Fatalf("an unknown token: got %v, want it unauthorized", err)
		}
	})

	if err := server.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	server.wantCleanExit(t)
}

func TestContinuesItsFolderAfterSIGTERM(t *testing.T) {
	dir := t.TempDir()
	first := start(t, dir, "--unsafe-no-fsync")
	admin := first.client(t, "")
	createSecret(t, admin)
	token := serviceAccountToken(t, admin)
	// An open watch must not hold up the stop.
	watch, err := admin.CoreV1().Secrets("pipeline").Watch(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatalf("watching Secrets: %v", err)
	}
	defer watch.Stop()
	first.terminate(t)

	second := start(t, dir, "--unsafe-no-fsync")
	secret, err := second.client(t, "").CoreV1().Secrets("pipeline").Get(t.Context(), "password", metav1.GetOptions{})
	if err != nil {
		t.Fatalf("the Secret of the first run: %v", err)
	}
	if got := string(secret.Data["value"]); got != "s3cret" {
		t.Errorf("the Secret of the first run holds %q, want s3cret", got)
	}
	_, err = second.client(t, token).CoreV1().Secrets("pipeline").List(t.Context(), metav1.ListOptions{})
	if !apierrors.IsForbidden(err) {
		t.Errorf("a token of the first run: got %v, want it known and forbidden", err)
	}
	second.terminate(t)
}

func TestRefusesWrongFlags(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"no folder":     {nil, "--dir is required"},
		"unknown flag":  {[]string{"--dirr", "x"}, "unknown flag: --dirr"},
		"argument":      {[]string{"--dir", "x", "y"}, `unexpected argument "y"`},
		"port too high": {[]string{"--dir", t.TempDir(), "--port", "65536"}, "invalid port"},
	} {
		t.Run(name, func(t *testing.T) {
			err := run(t.Context(), test.args, strings.NewReader(""), io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got error %v, want one that says %q", err, test.want)
			}
		})
	}
}

// program is a running kube-apiserver-test.
type program struct {
	access access
	stdin  io.Closer
	signal func(os.Signal) error
	wait   func() error // may be called more than once
}

// start runs the program on dir and returns when it has said that it is ready.
func start(t *testing.T, dir string, flags ...string) *program {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], append([]string{"--dir", dir}, flags...)...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.Stderr = t.Output()
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
	p := &program{stdin: stdin, signal: cmd.Process.Signal, wait: sync.OnceValue(cmd.Wait)}
	t.Cleanup(func() { _ = p.wait() }) // t's context has killed it by then, if it still ran
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		t.Fatalf("reading the line that says it is ready: %v", err)
	}
	if err := json.Unmarshal(line, &p.access); err != nil {
		t.Fatalf("the line that says it is ready: %v\n%s", err, line)
	}
	return p
}

// client returns a client with the kubeconfig's own token, or with the one given.
func (p *program) client(t *testing.T, token string) kubernetes.Interface {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", p.access.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		config = &rest.Config{Host: p.access.Server, TLSClientConfig: rest.TLSClientConfig{CAFile: p.access.CA}, BearerToken: token}
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func (p *program) terminate(t *testing.T) {
	t.Helper()
	if err := p.signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.wantCleanExit(t)
}

func (p *program) wantCleanExit(t *testing.T) {
	t.Helper()
	exited := make(chan error, 1)
	go func() { exited <- p.wait() }()
	select {
	case err := <-exited:
		if err != nil {
			t.Fatalf("it ended with %v, want exit code 0", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("it still runs 30 s after it was told to stop")
	}
}

func createSecret(t *testing.T, client kubernetes.Interface) {
	t.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "pipeline"}}
	if _, err := client.CoreV1().Namespaces().Create(t.Context(), namespace, metav1.CreateOptions{}); err != nil {
		t.Fatalf("creating a namespace: %v", err)
	}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "password"}, StringData: map[string]string{"value": "s3cret"}}
	if _, err := client.CoreV1().Secrets("pipeline").Create(t.Context(), secret, metav1.CreateOptions{}); err != nil {
		t.Fatalf("creating a Secret: %v", err)
	}
}

// serviceAccountToken returns a token of a new service account that nobody gave any rights.
func serviceAccountToken(t *testing.T, client kubernetes.Interface) string {
	t.Helper()
	accounts := client.CoreV1().ServiceAccounts("pipeline")
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "intruder"}}
	if _, err := accounts.Create(t.Context(), account, metav1.CreateOptions{}); err != nil {
		t.Fatalf("creating a service account: %v", err)
	}
	request, err := accounts.CreateToken(t.Context(), "intruder", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatalf("requesting a token: %v", err)
	}
	return request.Status.Token
}
