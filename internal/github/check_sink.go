package github

import (
	"context"
	"fmt"
	"strconv"
	"time"

	gh "github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

const (
	// maxCheckSummary bounds the summary of a check run: in characters, says GitHub's description, and it counts
	// bytes.
	maxCheckSummary = 65_535
	// maxCheckName bounds the name of a check run and the title of what it says, in characters.
	maxCheckName = 200
	// checkPrefix tells the bot's check runs from those of others.
	checkPrefix = "kargo-bot / "
)

// CheckSink shows messages as check runs on a commit.
type CheckSink struct {
	source *Source
}

var _ notify.Sink = (*CheckSink)(nil)

// NewCheckSink returns a sink that has that share of GitHub's limits which the source has.
func NewCheckSink(source *Source) *CheckSink { return &CheckSink{source: source} }

// whyNoCheck says why there is no check run.
func whyNoCheck(repo repository) refusals {
	return refusals{
		forbidden: fmt.Sprintf("GitHub does not let the App check commits of %s: it needs the permission Checks: read and write.", repo),
		missing:   fmt.Sprintf("The check run was deleted, or the GitHub App may no longer see %s: it needs the permission Checks: read and write.", repo),
		invalid:   fmt.Sprintf("GitHub does not accept the check run: the commit may not be in %s.", repo),
	}
}

// checkOf returns what a message is about.
func checkOf(m notify.Message) (notify.Check, repository, error) {
	c := m.Target.Check
	if c == nil || !isHash(c.Commit) || flat(c.Name) == "" {
		return notify.Check{}, repository{}, &notify.Undeliverable{Reason: "The message is about no commit on GitHub."}
	}
	repo, err := targetRepo(c.Repo)
	return *c, repo, err
}

// checkName returns what people see a check run as.
func checkName(c notify.Check) string { return chatops.Fit(checkPrefix+flat(c.Name), maxCheckName) }

// Address implements notify.Sink: "owner/name@commit name".
func (s *CheckSink) Address(m notify.Message) string {
	if m.Target.Check == nil {
		return ""
	}
	return m.Target.Check.Repo + "@" + m.Target.Check.Commit + " " + m.Target.Check.Name
}

// Interval implements notify.Sink.
func (s *CheckSink) Interval() time.Duration { return updateInterval }

// Find implements notify.Sink. It looks for check runs that the App itself made: of several with one marker the
// oldest counts.
func (s *CheckSink) Find(ctx context.Context, m notify.Message) (string, error) {
	c, repo, err := checkOf(m)
	if err != nil {
		return "", err
	}
	options := &gh.ListCheckRunsOptions{
		CheckName: new(checkName(c)), Filter: new("all"), AppID: &s.source.client.appID,
		ListOptions: gh.ListOptions{PerPage: perPage, Page: 1},
	}
	var found int64
	for options.Page != 0 {
		if options.Page > maxPages {
			return "", &notify.Undeliverable{Reason: fmt.Sprintf(
				"The commit has more than %d check runs of that name: this one may be among them or not.", maxPages*perPage)}
		}
		page, next, err := s.list(ctx, repo, c.Commit, options)
		if err != nil {
			return "", err
		}
		options.Page = next
		for _, one := range page {
			isOurs := one.GetApp().GetID() == s.source.client.appID && one.GetExternalID() == m.Marker
			if isOurs && (found == 0 || one.GetID() < found) {
				found = one.GetID()
			}
		}
	}
	if found == 0 {
		return "", nil
	}
	return strconv.FormatInt(found, 10), nil
}

// list reads one page of the check runs of a commit. next is 0 after the last one.
func (s *CheckSink) list(ctx context.Context, repo repository, commit string, options *gh.ListCheckRunsOptions) (page []*gh.CheckRun, next int, err error) {
	err = s.source.consult(ctx, repo, whyNoCheck(repo), func(ctx context.Context, client *gh.Client) error {
		listed, response, err := client.Checks.ListCheckRunsForRef(ctx, repo.owner, repo.name, commit, options)
		if err != nil {
			return err
		}
		page, next = listed.CheckRuns, response.NextPage
		return nil
	})
	return page, next, err
}

// Post implements notify.Sink.
func (s *CheckSink) Post(ctx context.Context, m notify.Message) (string, error) {
	c, repo, err := checkOf(m)
	if err != nil {
		return "", err
	}
	if !markerPattern.MatchString(m.Marker) {
		// Without it the check run could not be found again, and would be made twice.
		return "", fmt.Errorf("%q can't mark a check run", oneLine(m.Marker, 100))
	}
	status, conclusion := checkState(m.Card.State)
	options := gh.CreateCheckRunOptions{
		Name: checkName(c), HeadSHA: c.Commit, ExternalID: &m.Marker, Status: &status, Conclusion: conclusion,
		DetailsURL: detailsURL(m.Card), Output: checkOutput(m.Card),
	}
	var id int64
	err = s.source.amend(ctx, repo, whyNoCheck(repo), func(ctx context.Context, client *gh.Client) error {
		made, _, err := client.Checks.CreateCheckRun(ctx, repo.owner, repo.name, options)
		id = made.GetID()
		return err
	})
	if err != nil {
		return "", err
	}
	return strconv.FormatInt(id, 10), nil
}

// Update implements notify.Sink.
func (s *CheckSink) Update(ctx context.Context, id string, m notify.Message) error {
	c, repo, err := checkOf(m)
	if err != nil {
		return err
	}
	run, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return &notify.Undeliverable{Reason: "The check run is not known.", Err: err}
	}
	status, conclusion := checkState(m.Card.State)
	options := gh.UpdateCheckRunOptions{
		Name: checkName(c), ExternalID: &m.Marker, Status: &status, Conclusion: conclusion,
		DetailsURL: detailsURL(m.Card), Output: checkOutput(m.Card),
	}
	return s.source.amend(ctx, repo, whyNoCheck(repo), func(ctx context.Context, client *gh.Client) error {
		_, _, err := client.Checks.UpdateCheckRun(ctx, repo.owner, repo.name, run, options)
		return err
	})
}
