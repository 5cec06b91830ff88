package doctor

import (
	"fmt"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
)

// causes has what is probably behind the failure of a step, by what Kargo's message has in it, the most exact first. A
// sentence is all that Kargo gives to know it by.
var causes = []struct {
	// steps is what the name of the step begins with; empty for any.
	steps string
	// says are words of the message, in lower case, one of which is enough.
	says  []string
	cause string
}{
	{"git-", []string{"authentication failed", "could not read username", "invalid credentials", "permission denied", "status code: 401", "status code: 403", "authorization failed"},
		"The Git host does not accept Kargo's credentials, or they may not write: see the checks of credentials."},
	{"git-", []string{"protected branch", "gh006", "gh013", "pre-receive hook declined"},
		"The branch is protected: let Kargo's user push to it, or promote by pull request (git-open-pr)."},
	{"git-", []string{"non-fast-forward", "failed to push some refs", "fetch first"},
		"Somebody else pushed at the same time: promote again."},
	{"git-", []string{"repository not found", "does not appear to be a git repository"},
		"The URL of the repository is wrong, or Kargo's credentials can't see it."},
	{"git-open-pr", []string{"already exists"}, "There is a pull request for that branch already: merge or close it."},
	{"kustomize-", []string{"no such file or directory", "unable to find one of"},
		"The overlay is not where the step looks: compare its path with the repository."},
	{"yaml-", []string{"no such file or directory", "key path"}, "The file or the key in it is not where the step looks."},
	{"helm-", []string{"no such file or directory", "key path"}, "The chart or the key in its values is not where the step looks."},
	{"argocd-update", []string{"not found"}, "There is no such Application, or it is in another namespace: see the check argocd-application."},
	{"argocd-update", []string{"is not authorized", "does not permit mutation"}, "The Application does not let the Stage change it: see the check argocd-authorization."},
	{"", []string{"timed out", "deadline exceeded", "timeout"}, "What the step waited for did not come in time."},
	{"", []string{"x509", "certificate"}, "A certificate is not trusted by Kargo's controller."},
	{"", []string{"no such host", "connection refused", "i/o timeout", "no route to host"}, "Kargo's controller does not reach the host: look at DNS, proxy and network policies."},
	{"", []string{"rate limit", "too many requests", "status code: 429"}, "A limit is used up: wait, and let Kargo have credentials, with which limits are higher."},
}

// likelyCause returns what is probably behind the failure of a step; empty if the message is of none that is known.
func likelyCause(step, message string) string {
	message = strings.ToLower(message)
	kind := ""
	for _, c := range causes {
		if c.steps != "" && strings.HasPrefix(step, c.steps) {
			kind = step
		}
	}
	for _, c := range causes {
		// A name of the user's own does not tell what kind of step it is.
		if kind != "" && !strings.HasPrefix(kind, c.steps) {
			continue
		}
		for _, words := range c.says {
			if strings.Contains(message, words) {
				return c.cause
			}
		}
	}
	return ""
}

// logOf says where the log of a step is.
func (s *state) logOf(p answers.PromotionStatus) string {
	places := s.places()
	command := fmt.Sprintf("kubectl -n %s logs deployment/kargo-controller --since=24h | grep %s", places.Kargo, shell(p.Name))
	if strings.HasPrefix(p.StepName, "argocd-") {
		command += fmt.Sprintf("\nkubectl -n %s logs statefulset/argocd-application-controller --since=24h", places.ArgoCD)
	}
	return command
}
