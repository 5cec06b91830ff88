package doctor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
)

func githubCheck() check {
	return check{
		name:  "github-app",
		looks: "the permissions and events of the GitHub App, and those that its installations have accepted",
		finds: "permissions and events that what is configured needs and the App lacks, permissions that wait to be accepted, and an App that is installed nowhere",
		needs: needGitHub,
		scope: once,
		find:  githubApp,
	}
}

// githubApp finds what keeps the bot from reading and writing on GitHub.
func githubApp(ctx context.Context, s *state) []finding {
	if s.GitHub == nil {
		s.cannot(s.WithoutGitHub)
		return nil
	}
	standing, err := s.GitHub.Standing(ctx)
	if err != nil {
		s.cannot(words("GitHub", err))
		return nil
	}
	var all []finding
	add := func(severity answers.Severity, what, why, fix string) {
		all = append(all, finding{Finding: answers.Finding{
			Severity: severity, Subject: "GitHub App/" + standing.App, What: what, Why: why, Fix: fix,
		}})
	}
	if len(standing.Permissions) > 0 {
		add(answers.SeverityError, fmt.Sprintf("The GitHub App lacks %s.", list("permission", standing.Permissions)),
			"GitHub refuses what needs it.",
			fmt.Sprintf("Give it on %s under Permissions & events, and have it accepted where the App is installed.", standing.Settings))
	}
	if len(standing.Events) > 0 {
		severity, why := answers.SeverityWarning, "What changes is only noticed when the bot looks again."
		if slices.Contains(standing.Events, "issue_comment") {
			severity, why = answers.SeverityError, "The bot does not hear of comments, so that no command is answered there."
		}
		add(severity, fmt.Sprintf("The GitHub App is not subscribed to %s.", list("event", standing.Events)),
			why,
			fmt.Sprintf("Subscribe on %s under Permissions & events.", standing.Settings))
	}
	for _, account := range slices.Sorted(maps.Keys(standing.Behind)) {
		add(answers.SeverityError, fmt.Sprintf("On %s the GitHub App does not have %s yet, though the App asks for it.", account, list("permission", standing.Behind[account])),
			"GitHub refuses there what needs it.",
			fmt.Sprintf("Somebody who owns %s accepts the new permissions on the page of the installation.", account))
	}
	if !standing.Installed {
		add(answers.SeverityError, "The GitHub App is not installed anywhere.", "It sees no repository.",
			fmt.Sprintf("Install it on the repositories that it is for: %s", strings.TrimSuffix(standing.Settings, "/permissions")+"/installations"))
	}
	return all
}
