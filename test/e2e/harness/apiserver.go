package harness

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// stopTimeout is how long a program may take to end after it was told to.
const stopTimeout = 30 * time.Second

// apiServer is a running kube-apiserver-test.
type apiServer struct {
	kubeconfig string
	cmd        *exec.Cmd
	stdin      io.Closer
	log        *os.File
}

// startAPIServer starts an API server that keeps its data in dir, and returns when it is ready.
func startAPIServer(ctx context.Context, dir string) (*apiServer, error) {
	path, err := program(envAPIServer, "kube-apiserver-test")
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "apiserver.log"))
	if err != nil {
		return nil, fmt.Errorf("start the API server: %w", err)
	}
	cmd := exec.CommandContext(ctx, path, "--dir", filepath.Join(dir, "cluster"), "--until-stdin-closes", "--unsafe-no-fsync") //nolint:gosec // the path is the tester's own
	cmd.Stderr = log
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the API server: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the API server: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the API server: %w", err)
	}
	server := &apiServer{cmd: cmd, stdin: stdin, log: log}
	var ready struct {
		Kubeconfig string `json:"kubeconfig"`
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	if err != nil {
		_ = server.stop()
		said, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("the API server did not say that it is ready: %w\n%s", err, said)
	}
	server.kubeconfig = ready.Kubeconfig
	return server, nil
}

// stop ends the API server as its end of the pipe does when the tests die.
func (s *apiServer) stop() error {
	defer func() { _ = s.log.Close() }()
	_ = s.stdin.Close()
	kill := time.AfterFunc(stopTimeout, func() { _ = s.cmd.Process.Kill() })
	defer kill.Stop()
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("stop the API server: %w", err)
	}
	return nil
}
