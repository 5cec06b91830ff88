package gitimport

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

// format writes a commit as lines: what logLines counts, and then the message.
const (
	format   = "%H%n%P%n%an%n%ae%n%at%n%cn%n%ce%n%ct%n%B"
	logLines = 9
)

// readCommits reads all commits in one pass, parents before children. With -z, git ends
// every commit, every change and every path with a zero byte.
func readCommits(ctx context.Context, dir string, repo *history.Repository) error {
	return run(ctx, dir, nil, func(output *bufio.Reader) error {
		reading := reader{repo: repo, output: output}
		for {
			text, err := token(output)
			if errors.Is(err, io.EOF) {
				return reading.finish()
			}
			if err != nil {
				return err
			}
			if err := reading.take(strings.TrimPrefix(text, "\n")); err != nil {
				return err
			}
		}
	}, "log", "--branches", "--tags", "--topo-order", "--reverse", "-z", "--raw", "--root", "--no-abbrev", "--no-renames",
		"--diff-merges=first-parent", "--no-decorate", "--no-notes", "--no-show-signature", "--format="+format)
}

// reader adds commits to a repository, each once its changes are read.
type reader struct {
	repo    *history.Repository
	output  *bufio.Reader
	waiting *history.Draft
}

// take reads a commit, or a change of the one before, which begins with a colon.
func (r *reader) take(text string) error {
	if !strings.HasPrefix(text, ":") {
		if text == "" {
			return nil
		}
		if err := r.finish(); err != nil {
			return err
		}
		var err error
		r.waiting, err = readCommit(r.repo, text)
		return err
	}
	path, err := token(r.output)
	if err != nil {
		return fmt.Errorf("a change without a path: %w", err)
	}
	if r.waiting == nil {
		return fmt.Errorf("a change without a commit: %q", text)
	}
	edit, err := readChange(text, path)
	if err != nil {
		return err
	}
	r.waiting.Edits = append(r.waiting.Edits, edit)
	return nil
}

func (r *reader) finish() error {
	if r.waiting == nil {
		return nil
	}
	_, err := r.repo.Add(*r.waiting)
	r.waiting = nil
	return err
}

// token returns what comes before the next zero byte.
func token(output *bufio.Reader) (string, error) {
	text, err := output.ReadString(0)
	if errors.Is(err, io.EOF) && text != "" {
		err = nil
	}
	return strings.TrimSuffix(text, "\x00"), err
}

func readCommit(repo *history.Repository, text string) (*history.Draft, error) {
	lines := strings.SplitN(text, "\n", logLines)
	if len(lines) < logLines || !history.IsSHA(lines[0]) {
		return nil, fmt.Errorf("no commit: %.80q", text)
	}
	draft := &history.Draft{SHA: lines[0], Message: strings.TrimRight(lines[8], "\n")}
	for sha := range strings.FieldsSeq(lines[1]) {
		parent := repo.Commit(sha)
		if parent == nil {
			return nil, fmt.Errorf("commit %s: parent %s is not there: is it a shallow clone?", lines[0], sha)
		}
		draft.Parents = append(draft.Parents, parent)
	}
	var err error
	if draft.Author, err = readPerson(lines[2:5]); err != nil {
		return nil, err
	}
	draft.Committer, err = readPerson(lines[5:8])
	return draft, err
}

// readPerson reads a name, an address and a time in seconds.
func readPerson(lines []string) (history.Person, error) {
	seconds, err := strconv.ParseInt(lines[2], 10, 64)
	if err != nil {
		return history.Person{}, fmt.Errorf("time of %s: %w", lines[0], err)
	}
	return history.Person{Name: lines[0], Email: lines[1], At: time.Unix(seconds, 0).UTC()}, nil
}

// readChange reads ":<mode before> <mode> <hash before> <hash> <letter>".
func readChange(text, path string) (history.Edit, error) {
	parts := strings.Fields(text)
	if len(parts) != 5 {
		return history.Edit{}, fmt.Errorf("no change: %q", text)
	}
	return history.Edit{Path: path, Remove: parts[4] == "D", Mode: parts[1], SHA: parts[3]}, nil
}
