package github

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	gh "github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// ReleasePageSink keeps a section of a release's page up to date. What else stands there is never touched.
type ReleasePageSink struct {
	source *Source
	// turn is held from reading a page to writing it: of one release, several services may have a section.
	turn sync.Mutex
}

var _ notify.Sink = (*ReleasePageSink)(nil)

// NewReleasePageSink returns a sink that has that share of GitHub's limits which the source has.
func NewReleasePageSink(source *Source) *ReleasePageSink { return &ReleasePageSink{source: source} }

// whyNoPage says why a page is not written to.
func whyNoPage(page releasePage) refusals {
	return refusals{
		forbidden: fmt.Sprintf("GitHub does not let the App edit releases of %s: it needs the permission Contents: read and write.", page.repo),
		missing:   fmt.Sprintf("There is no release of the tag %s in %s, or the GitHub App may not see it.", page.tag, page.repo),
		invalid:   "GitHub does not accept what the page of the release is to say.",
	}
}

// releasePage is the page of a release.
type releasePage struct {
	repo    repository
	tag     string
	service string
}

// pageOf returns the page that a message is for.
func pageOf(m notify.Message) (releasePage, error) {
	p := m.Target.ReleasePage
	if p == nil || !isRef(p.Tag) || !serviceName.MatchString(p.Service) {
		return releasePage{}, &notify.Undeliverable{Reason: "The message is about no release on GitHub."}
	}
	repo, err := targetRepo(p.Repo)
	return releasePage{repo: repo, tag: p.Tag, service: p.Service}, err
}

// Address implements notify.Sink: "owner/name tag service".
func (s *ReleasePageSink) Address(m notify.Message) string {
	if m.Target.ReleasePage == nil {
		return ""
	}
	return m.Target.ReleasePage.Repo + " " + m.Target.ReleasePage.Tag + " " + m.Target.ReleasePage.Service
}

// Interval implements notify.Sink.
func (s *ReleasePageSink) Interval() time.Duration { return updateInterval }

// Find implements notify.Sink. Nothing is ever found: writing a section that is there already changes nothing.
func (s *ReleasePageSink) Find(context.Context, notify.Message) (string, error) { return "", nil }

// Post implements notify.Sink. The ID is that of the release.
func (s *ReleasePageSink) Post(ctx context.Context, m notify.Message) (string, error) {
	page, err := pageOf(m)
	if err != nil {
		return "", err
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	// Read anew every time: people edit it too.
	var release *gh.RepositoryRelease
	err = s.source.consult(ctx, page.repo, whyNoPage(page), func(ctx context.Context, client *gh.Client) error {
		var err error
		release, _, err = client.Repositories.GetReleaseByTag(ctx, page.repo.owner, page.repo.name, escapePath(page.tag))
		return err
	})
	if err != nil {
		return "", err
	}
	id := strconv.FormatInt(release.GetID(), 10)
	body, ok := withDeployed(release.GetBody(), page.service, m.Card)
	if !ok {
		return "", &notify.Undeliverable{Reason: "The page of the release is so full that nothing more fits there."}
	}
	if body == release.GetBody() {
		return id, nil
	}
	return id, s.source.amend(ctx, page.repo, whyNoPage(page), func(ctx context.Context, client *gh.Client) error {
		_, _, err := client.Repositories.EditRelease(ctx, page.repo.owner, page.repo.name, release.GetID(), &gh.RepositoryRelease{Body: &body})
		return err
	})
}

// Update implements notify.Sink. It does not matter whether it is the same release still.
func (s *ReleasePageSink) Update(ctx context.Context, _ string, m notify.Message) error {
	_, err := s.Post(ctx, m)
	return err
}
