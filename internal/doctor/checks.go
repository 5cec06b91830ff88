package doctor

import (
	"context"

	"github.com/davidaparicio/kargo-bot/internal/answers"
)

// checks lists what is looked for, in the order in which findings of one severity are shown.
func checks() []check {
	return []check{
		warehouseCheck(),
		failedPromotionCheck(),
		verificationCheck(),
		healthCheck(),
		authorizationCheck(),
		applicationCheck(),
		missingCredentialCheck(),
		shadowedCredentialCheck(),
		credentialSecretCheck(),
		waitingPromotionCheck(),
		queueCheck(),
		missingStageCheck(),
		holdCheck(),
		soakingCheck(),
		unclaimedCheck(),
		namespaceCheck(),
		receiverCheck(),
		annotationCheck(),
		deprecatedCheck(),
		rightsCheck(),
		versionCheck(),
		slackCheck(),
		githubCheck(),
		deliveryCheck(),
		clockCheck(),
	}
}

// check is one thing to look for. What it finds need not say its name, nor the project.
type check struct {
	name string
	// looks says what it looks at, and finds what it finds: a line each, for people.
	looks, finds string
	needs        need
	// fixes says which of what it finds `bot doctor --fix` mends; empty for none.
	fixes string
	// scope says how often it is done.
	scope scope
	find  func(context.Context, *state) []finding
}

// scope says how often a check is done.
type scope int

const (
	// once is once for all projects. Zero is once for each that is looked at.
	once scope = iota + 1
	// whole is once for each project, if all of its services are looked at.
	whole
)

// need is what a check takes besides what the bot has in its caches.
type need int

const (
	needNothing need = iota
	// needCluster is reading Kubernetes.
	needCluster
	// needSecrets is reading Secrets, which is for people in a terminal alone.
	needSecrets
	// needApplications is reading Argo CD's Applications.
	needApplications
	needRights
	needSlack
	needGitHub
)

// finding is what a check has found, with what mends it, if that is safe to do.
type finding struct {
	answers.Finding

	repair *Repair
}

// surveyed makes a check of a look at the survey alone.
func surveyed(look func(*state) []answers.Finding) func(context.Context, *state) []finding {
	return func(_ context.Context, s *state) []finding {
		var all []finding
		for _, f := range look(s) {
			all = append(all, finding{Finding: f})
		}
		return all
	}
}
