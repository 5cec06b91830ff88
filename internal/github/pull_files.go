package github

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github/recall"
)

// maxPullFiles is how many files of a pull request GitHub lists:
// https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files
const maxPullFiles = 3000

// fileBody is what of a file in a pull request matters.
type fileBody struct {
	Filename         string `json:"filename"`
	PreviousFilename string `json:"previous_filename"`
	// ContentsURL has the commit that the list is of.
	ContentsURL string `json:"contents_url"`
}

// touched is what a pull request touches.
type touched struct {
	paths      []string
	isComplete bool
}

// FilesOf implements pullrequest.Forge. GitHub lists the files of the newest head only: if that has become
// another one, its files are returned, and not remembered as those of this one.
func (s *Source) FilesOf(ctx context.Context, repo string, number int, headSHA string) (paths []string, complete bool, err error) {
	r, err := s.repository(repo)
	if err != nil {
		return nil, false, err
	}
	if !isHash(headSHA) || number <= 0 {
		return nil, false, fmt.Errorf("%q of number %d is no head of a pull request: %w", oneLine(headSHA, 100), number, freightdiff.ErrNotFound)
	}
	found, err := find(ctx, s, r, fmt.Sprintf("files of %d %s", number, headSHA), func(ctx context.Context, _ *recall.Answer[touched]) (recall.Answer[touched], error) {
		return s.files(ctx, r, number, headSHA)
	})
	return slices.Clone(found.paths), found.isComplete, err
}

func (s *Source) files(ctx context.Context, repo repository, number int, headSHA string) (recall.Answer[touched], error) {
	answer := recall.Answer[touched]{Fresh: recall.Forever}
	files := 0
	for n := 1; n != 0 && n <= maxPullFiles/perPage; {
		var bodies []fileBody
		came, err := s.get(ctx, read{repo: repo, path: fmt.Sprintf("pulls/%d/files", number), query: page(n)}, &bodies)
		if isAbsent(err) {
			return recall.Answer[touched]{Err: err, Fresh: absent}, nil
		}
		if err != nil {
			return answer, err
		}
		for _, body := range bodies[:min(len(bodies), perPage)] {
			if !isPath(body.Filename) {
				return answer, fmt.Errorf("files of %s#%d: %w", repo, number, errMalformed)
			}
			if !body.isOf(headSHA) {
				answer.Fresh = 0
			}
			answer.Value.paths = append(answer.Value.paths, body.Filename)
			if isPath(body.PreviousFilename) {
				answer.Value.paths = append(answer.Value.paths, body.PreviousFilename)
			}
		}
		files += len(bodies)
		n = following(n, came)
	}
	slices.Sort(answer.Value.paths)
	answer.Value.paths = slices.Compact(answer.Value.paths)
	answer.Value.isComplete = files < maxPullFiles
	for _, path := range answer.Value.paths {
		answer.Size += 16 + len(path)
	}
	return answer, nil
}

// isOf reports whether the file is listed as one of that head.
func (b *fileBody) isOf(headSHA string) bool {
	parsed, err := url.Parse(b.ContentsURL)
	return err == nil && parsed.Query().Get("ref") == headSHA
}
