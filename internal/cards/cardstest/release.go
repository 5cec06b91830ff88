package cardstest

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// minute returns a moment so many minutes after the releases here were tagged.
func minute(n int) *metav1.Time {
	t := metav1.NewTime(time.Date(2026, time.May, 4, 11, 50+n, 0, 0, time.UTC))
	return &t
}

// Releases returns a release in everything that it can be in, by name.
func Releases() map[string]*v1alpha1.Release {
	const unauthorized = `Argo CD Application "red-production" in namespace "argocd" is not authorized`
	return map[string]*v1alpha1.Release{
		"release-new": release(v1alpha1.ReleaseStatus{}),
		"release-awaited": release(v1alpha1.ReleaseStatus{Phase: v1alpha1.ReleaseAwaitingImage, Author: "hubot", Stages: []v1alpha1.ReleaseStage{
			ahead("staging", v1alpha1.ReleaseStageNotYet), ahead("production", v1alpha1.ReleaseStageNotYet),
		}}),
		"release-overdue": release(v1alpha1.ReleaseStatus{
			Phase: v1alpha1.ReleaseOverdue, Message: "Kargo has not discovered an image of red 3.2.0 within 30 minutes.",
			Findings: []string{
				"Warehouse red-releases discovers no images of quay.io/acme/red: its subscription has allowTags, which Kargo refuses from 1.11 on." +
					" Fix: In spec.subscriptions[0].image, replace allowTags by allowTagsRegexes: ['^v'].",
				"Warehouse red-releases can't discover artifacts.",
			},
			Stages: []v1alpha1.ReleaseStage{ahead("production", v1alpha1.ReleaseStageNotYet)},
		}),
		"release-promoting": found(v1alpha1.ReleaseProgressing, v1alpha1.ReleaseStage{
			Environment: "staging", Stage: "red-staging", Phase: v1alpha1.ReleaseStagePromoting, Since: minute(12), Promotion: "red-staging.01kq.e72fb09",
			Step: "git-push", StepNumber: 4, Steps: 5, Running: "3.1.0", RunningSince: minute(-7200),
		}, ahead("production", v1alpha1.ReleaseStageNotYet)),
		"release-verifying": found(v1alpha1.ReleaseProgressing, v1alpha1.ReleaseStage{
			Environment: "staging", Stage: "red-staging", Phase: v1alpha1.ReleaseStageVerifying, Since: minute(14), Promotion: "red-staging.01kq.e72fb09",
		}, ahead("production", v1alpha1.ReleaseStageNotYet)),
		"release-soaking": found(v1alpha1.ReleaseProgressing, staging(), soaking()),
		"release-queued":  found(v1alpha1.ReleaseProgressing, staging(), ahead("production", v1alpha1.ReleaseStageQueued)),
		"release-waiting": found(v1alpha1.ReleaseWaiting, staging(), ahead("production", v1alpha1.ReleaseStageWaiting)),
		"release-failed": found(v1alpha1.ReleaseFailed, staging(), failed(v1alpha1.ReleaseStage{
			Step: "argocd-update", StepNumber: 5, Steps: 5, Message: unauthorized, By: "octocat@acme.dev",
		})),
		"release-unverified": found(v1alpha1.ReleaseFailed, v1alpha1.ReleaseStage{
			Environment: "staging", Stage: "red-staging", Phase: v1alpha1.ReleaseStageFailed, Since: minute(14), Promotion: "red-staging.01kq.e72fb09",
			Message: "It was promoted, but its verification ended: Failed. Kargo says: metric error-rate assessed Failed.", Health: "Healthy",
		}, ahead("production", v1alpha1.ReleaseStageNotYet)),
		"release-live":        found(v1alpha1.ReleaseLive, staging(), production()),
		"release-was-live":    found(v1alpha1.ReleaseLive, replaced("staging", ""), replaced("production", "")),
		"release-rolled-back": found(v1alpha1.ReleaseProgressing, staging(), replaced("production", "rolled back to 3.1.0")),
		"release-superseded":  superseded(found(v1alpha1.ReleaseSuperseded, replaced("staging", ""), ahead("production", v1alpha1.ReleaseStageWaiting))),
		"release-skipped":     superseded(found(v1alpha1.ReleaseSuperseded, skipped("staging"), skipped("production"))),
		"release-overtaken": superseded(found(v1alpha1.ReleaseProgressing, v1alpha1.ReleaseStage{
			Environment: "staging", Stage: "red-staging", Phase: v1alpha1.ReleaseStageVerifying,
		}, ahead("production", v1alpha1.ReleaseStageNotYet))),
	}
}

// release is one of which that is known.
func release(status v1alpha1.ReleaseStatus) *v1alpha1.Release {
	r := &v1alpha1.Release{
		Spec: v1alpha1.ReleaseSpec{
			Service: "red", Version: "3.2.0", Source: &v1alpha1.ReleaseSource{Repo: "acme/microsvcs", Tag: "red/3.2.0"},
		},
		Status: status,
	}
	r.Namespace, r.Name, r.CreationTimestamp = "microsvcs", "red-3.2.0", *minute(0)
	return r
}

// found is one whose image Kargo has discovered, and of which all is known.
func found(phase v1alpha1.ReleasePhase, stages ...v1alpha1.ReleaseStage) *v1alpha1.Release {
	return release(v1alpha1.ReleaseStatus{
		Phase: phase, Freight: "e72fb09c1d4f", Alias: "rafting-starfish", DiscoveredAt: minute(10), Stages: stages,
		Author: "hubot", Commit: "8d2f6b2aaaa", Repo: "acme/microsvcs", URL: web + "/releases/tag/red%2F3.2.0",
		Notes: "## 3.2.0\n\n### Bug Fixes\n\n* **red:** retry on 429, thanks @hubot ([#218](" + web + "/issues/218))\n",
		Contents: &v1alpha1.Contents{
			Service: "red", Added: &v1alpha1.CommitCounts{Commits: 4, PullRequests: 3, Breaking: 1}, URL: web + "/compare/red%2F3.1.0...red%2F3.2.0",
			Highlights: []v1alpha1.CommitLine{
				{Title: "feat(red)!: drop /v1", Author: "hubot", Breaking: true, PullRequest: 214, PullRequestURL: web + "/pull/214", URL: web + "/commit/5566aab"},
				{Title: "fix(red): retry on 429 & <friends>", Author: "octocat", PullRequest: 218, PullRequestURL: web + "/pull/218"},
			},
		},
	})
}

func superseded(r *v1alpha1.Release) *v1alpha1.Release {
	r.Status.SupersededBy = "3.3.0"
	return r
}

// ahead is an environment that the release is not in yet.
func ahead(environment string, phase v1alpha1.ReleaseStagePhase) v1alpha1.ReleaseStage {
	return v1alpha1.ReleaseStage{
		Environment: environment, Stage: "red-" + environment, Phase: phase, Running: "3.1.0", RunningSince: minute(-7200),
	}
}

func soaking() v1alpha1.ReleaseStage {
	at := ahead("production", v1alpha1.ReleaseStageSoaking)
	at.Until = minute(134)
	return at
}

func staging() v1alpha1.ReleaseStage {
	return v1alpha1.ReleaseStage{
		Environment: "staging", Stage: "red-staging", Phase: v1alpha1.ReleaseStageLive, Since: minute(14), Verified: true, Health: "Healthy",
		Promotion: "red-staging.01kq.e72fb09",
	}
}

func production() v1alpha1.ReleaseStage {
	return v1alpha1.ReleaseStage{
		Environment: "production", Stage: "red-production", Phase: v1alpha1.ReleaseStageLive, Since: minute(90), Health: "Progressing",
		Promotion: "red-production.01kr.e72fb09", By: "octocat@acme.dev",
	}
}

func failed(at v1alpha1.ReleaseStage) v1alpha1.ReleaseStage {
	at.Environment, at.Stage, at.Phase, at.Since = "production", "red-production", v1alpha1.ReleaseStageFailed, minute(90)
	at.Promotion, at.Running, at.RunningSince = "red-production.01kr.e72fb09", "3.1.0", minute(-7200)
	return at
}

func replaced(environment, message string) v1alpha1.ReleaseStage {
	at := ahead(environment, v1alpha1.ReleaseStageReplaced)
	at.Message, at.Promotion, at.RunningSince = message, "red-"+environment+".01kr.e72fb09", minute(300)
	if message == "" {
		at.Running = "3.3.0"
	}
	return at
}

func skipped(environment string) v1alpha1.ReleaseStage {
	at := ahead(environment, v1alpha1.ReleaseStageSkipped)
	at.Running = "3.3.0"
	return at
}
