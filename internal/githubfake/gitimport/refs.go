package gitimport

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

// readRefs reads the branches and tags. Those of a tag's fields that a lightweight one
// does not have are empty.
func readRefs(ctx context.Context, dir string, repo *history.Repository) error {
	return run(ctx, dir, nil, func(output *bufio.Reader) error {
		lines := bufio.NewScanner(output)
		for lines.Scan() {
			parts := strings.Split(lines.Text(), "\x00")
			if len(parts) != 4 {
				return fmt.Errorf("no ref: %q", lines.Text())
			}
			name, sha, peeled, message := parts[0], parts[1], parts[2], parts[3]
			if branch, ok := strings.CutPrefix(name, "refs/heads/"); ok {
				repo.Branches[branch] = repo.Commit(sha)
				continue
			}
			tag := history.Tag{Commit: repo.Commit(sha)}
			if peeled != "" {
				tag = history.Tag{Commit: repo.Commit(peeled), SHA: sha, Message: message}
				if tag.Commit != nil {
					tag.Tagger = tag.Commit.Committer
				}
			}
			if tag.Commit != nil { // a tag of something else is of no use here
				repo.Tags[strings.TrimPrefix(name, "refs/tags/")] = tag
			}
		}
		return lines.Err()
	}, "for-each-ref", "--format=%(refname)%00%(objectname)%00%(*objectname)%00%(contents:subject)", "refs/heads", "refs/tags")
}

// readBlobs reads the files of the latest commit of each branch.
func readBlobs(ctx context.Context, dir string, repo *history.Repository) error {
	asked := map[string]bool{}
	var input strings.Builder
	for _, latest := range repo.Branches {
		latest.Tree.Walk(func(_ string, e history.Entry) bool {
			if e.Type() == "blob" && !asked[e.SHA] {
				asked[e.SHA] = true
				input.WriteString(e.SHA + "\n")
			}
			return true
		})
	}
	return run(ctx, dir, strings.NewReader(input.String()), func(output *bufio.Reader) error {
		for {
			head, err := output.ReadString('\n') // <hash> <type> <size>
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			parts := strings.Fields(head)
			size, err := strconv.Atoi(parts[len(parts)-1])
			if err != nil {
				return fmt.Errorf("no file: %q", head)
			}
			content := make([]byte, size+1) // and the end of the line
			if _, err := io.ReadFull(output, content); err != nil {
				return err
			}
			if sha := repo.Store(string(content[:size])); sha != parts[0] {
				return fmt.Errorf("file %s has the hash %s", parts[0], sha)
			}
		}
	}, "cat-file", "--batch")
}
