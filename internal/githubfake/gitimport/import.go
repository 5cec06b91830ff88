// Package gitimport reads a real Git repository into the memory of a fake GitHub, for
// tests that compare the two. It runs the git binary, so nothing but tests may use it.
package gitimport

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

// Read returns the history of the repository in a folder: all commits that its branches
// and tags reach, with their trees. The contents of files are read for the latest commit
// of each branch only; what changed before that is known by its hash.
func Read(ctx context.Context, dir string) (*history.Repository, error) {
	repo := history.New()
	if err := readCommits(ctx, dir, repo); err != nil {
		return nil, fmt.Errorf("reading the commits of %s: %w", dir, err)
	}
	if err := readRefs(ctx, dir, repo); err != nil {
		return nil, fmt.Errorf("reading the branches and tags of %s: %w", dir, err)
	}
	if err := readBlobs(ctx, dir, repo); err != nil {
		return nil, fmt.Errorf("reading the files of %s: %w", dir, err)
	}
	return repo, nil
}

// run runs git and gives its output to read. input may be nil.
func run(ctx context.Context, dir string, input io.Reader, read func(*bufio.Reader) error, arguments ...string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	command := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, arguments...)...) //nolint:gosec // G204: the arguments are constants of this package
	var complaint strings.Builder
	command.Stdin, command.Stderr = input, &complaint
	output, err := command.StdoutPipe()
	if err != nil {
		return fmt.Errorf("git %s: %w", arguments[0], err)
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("git %s: %w", arguments[0], err)
	}
	if err := read(bufio.NewReaderSize(output, 1<<20)); err != nil {
		cancel()
		return errors.Join(err, command.Wait())
	}
	if err := command.Wait(); err != nil {
		return fmt.Errorf("git %s: %w: %s", arguments[0], err, strings.TrimSpace(complaint.String()))
	}
	return nil
}
