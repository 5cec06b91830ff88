package github

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	gh "github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// DeploymentSink shows messages as deployments, which GitHub lists under a repository's environments and on pull
// requests. A message is one deployment, and each of its states is a status of that.
type DeploymentSink struct {
	source *Source
}

var _ notify.Sink = (*DeploymentSink)(nil)

// NewDeploymentSink returns a sink that has that share of GitHub's limits which the source has.
func NewDeploymentSink(source *Source) *DeploymentSink { return &DeploymentSink{source: source} }

// whyNoDeployment says why there is no deployment.
func whyNoDeployment(repo repository) refusals {
	return refusals{
		forbidden: fmt.Sprintf("GitHub does not let the App deploy %s: it needs the permission Deployments: read and write.", repo),
		missing:   fmt.Sprintf("The deployment was deleted, or the GitHub App may no longer see %s: it needs the permission Deployments: read and write.", repo),
		invalid:   fmt.Sprintf("GitHub does not accept the deployment: the commit may not be in %s.", repo),
	}
}

// deploymentOf returns what a message is about.
func deploymentOf(m notify.Message) (notify.Deployment, repository, error) {
	d := m.Target.Deployment
	if d == nil || !isHash(d.Commit) || d.Environment == "" {
		return notify.Deployment{}, repository{}, &notify.Undeliverable{Reason: "The message is about no deployment on GitHub."}
	}
	repo, err := targetRepo(d.Repo)
	return *d, repo, err
}

// Address implements notify.Sink: "owner/name environment".
func (s *DeploymentSink) Address(m notify.Message) string {
	if m.Target.Deployment == nil {
		return ""
	}
	return m.Target.Deployment.Repo + " " + m.Target.Deployment.Environment
}

// Interval implements notify.Sink.
func (s *DeploymentSink) Interval() time.Duration { return updateInterval }

// Find implements notify.Sink. It looks for deployments that the App itself made: of several with one marker the
// oldest counts.
func (s *DeploymentSink) Find(ctx context.Context, m notify.Message) (string, error) {
	d, repo, err := deploymentOf(m)
	if err != nil {
		return "", err
	}
	self, err := s.source.client.self(ctx)
	if err != nil {
		return "", err
	}
	options := &gh.DeploymentsListOptions{
		SHA: d.Commit, Environment: d.Environment, Task: taskOf(d), ListOptions: gh.ListOptions{PerPage: perPage, Page: 1},
	}
	var found int64
	for options.Page != 0 {
		if options.Page > maxPages {
			return "", &notify.Undeliverable{Reason: fmt.Sprintf(
				"There are more than %d deployments of the commit: this one may be among them or not.", maxPages*perPage)}
		}
		page, next, err := s.list(ctx, repo, options)
		if err != nil {
			return "", err
		}
		options.Page = next
		for _, one := range page {
			isOurs := strings.EqualFold(one.GetCreator().GetLogin(), self.Login()) && markerInPayload(one.Payload) == m.Marker
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

// list reads one page of deployments. next is 0 after the last one.
func (s *DeploymentSink) list(ctx context.Context, repo repository, options *gh.DeploymentsListOptions) (page []*gh.Deployment, next int, err error) {
	err = s.source.consult(ctx, repo, whyNoDeployment(repo), func(ctx context.Context, client *gh.Client) error {
		listed, response, err := client.Repositories.ListDeployments(ctx, repo.owner, repo.name, options)
		if err != nil {
			return err
		}
		page, next = listed, response.NextPage
		return nil
	})
	return page, next, err
}

// Post implements notify.Sink.
func (s *DeploymentSink) Post(ctx context.Context, m notify.Message) (string, error) {
	d, repo, err := deploymentOf(m)
	if err != nil {
		return "", err
	}
	if !markerPattern.MatchString(m.Marker) {
		// Without it the deployment could not be found again, and would be made twice.
		return "", fmt.Errorf("%q can't mark a deployment", oneLine(m.Marker, 100))
	}
	request := &gh.DeploymentRequest{
		Ref: &d.Commit, Task: new(taskOf(d)), Environment: &d.Environment, Description: new(describe(m.Card)),
		Payload: map[string]string{payloadKey: m.Marker}, ProductionEnvironment: &d.Production, TransientEnvironment: new(false),
		// Kargo decides what is promoted: nothing is merged for it, and no check has to be content.
		AutoMerge: new(false), RequiredContexts: &[]string{},
	}
	var id int64
	err = s.source.amend(ctx, repo, whyNoDeployment(repo), func(ctx context.Context, client *gh.Client) error {
		made, _, err := client.Repositories.CreateDeployment(ctx, repo.owner, repo.name, request)
		id = made.GetID()
		return err
	})
	if err != nil {
		return "", err
	}
	if err := s.setStatus(ctx, repo, id, statusOf(d, m.Card)); err != nil {
		return "", halfDone(err)
	}
	return strconv.FormatInt(id, 10), nil
}

// halfDone makes of an error one that does not claim that nothing was done: so the deployment is looked for, and
// then has its status. What can never be done stays that.
func halfDone(err error) error {
	if never, ok := errors.AsType[*notify.Undeliverable](err); ok {
		return never
	}
	return errors.New("the deployment was made and has no status yet: " + err.Error())
}

// Update implements notify.Sink. A status that the deployment has already is not written again.
func (s *DeploymentSink) Update(ctx context.Context, id string, m notify.Message) error {
	d, repo, err := deploymentOf(m)
	if err != nil {
		return err
	}
	deployment, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return &notify.Undeliverable{Reason: "The deployment is not known.", Err: err}
	}
	status := statusOf(d, m.Card)
	var last []*gh.DeploymentStatus
	err = s.source.consult(ctx, repo, whyNoDeployment(repo), func(ctx context.Context, client *gh.Client) error {
		var err error
		last, _, err = client.Repositories.ListDeploymentStatuses(ctx, repo.owner, repo.name, deployment, &gh.ListOptions{PerPage: 1})
		return err
	})
	if err != nil || len(last) > 0 && says(last[0], status) {
		return err
	}
	return s.setStatus(ctx, repo, deployment, status)
}

// says reports whether that is what a deployment's last status says.
func says(last *gh.DeploymentStatus, wanted *gh.DeploymentStatusRequest) bool {
	return last.GetState() == wanted.GetState() && last.GetDescription() == wanted.GetDescription() &&
		last.GetLogURL() == wanted.GetLogURL()
}

func (s *DeploymentSink) setStatus(ctx context.Context, repo repository, id int64, status *gh.DeploymentStatusRequest) error {
	return s.source.amend(ctx, repo, whyNoDeployment(repo), func(ctx context.Context, client *gh.Client) error {
		_, _, err := client.Repositories.CreateDeploymentStatus(ctx, repo.owner, repo.name, id, status)
		return err
	})
}
