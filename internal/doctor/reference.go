package doctor

import (
	"fmt"
	"strings"
)

//go:generate go run ./reference ../../docs/doctor.md

// needs has what checks take, for people.
var needs = map[need][2]string{
	needNothing:      {"nothing more", "yes"},
	needCluster:      {"reading Kubernetes", "with `doctor.enabled` of the chart"},
	needSecrets:      {"reading Secrets", "no: the bot must not read Secrets"},
	needApplications: {"reading Applications of Argo CD", "with `doctor.argocdNamespaces` of the chart"},
	needRights:       {"asking what the bot may", "yes; in a terminal with `--bot-serviceaccount`"},
	needSlack:        {"the bot's token for Slack", "yes"},
	needGitHub:       {"the key of the GitHub App", "yes"},
}

// Reference returns the checks as a page in Markdown, in their own words.
func Reference() string {
	var b strings.Builder
	b.WriteString(`# What the doctor looks at

<!-- Generated from internal/doctor by make generate. -->

` + "`/doctor [service]`" + ` in Slack and on GitHub looks with the bot's own rights, ` + "`bot doctor [service]`" + ` in a terminal with yours:

` + "```" + `
bot doctor --config config.yaml          # the bot's configuration
bot doctor red -f kargo/config.yaml      # one service, of a pipeline file
bot doctor --project microsvcs -o json   # a Project with the guide's environments, for programs
bot doctor --config config.yaml --fix    # offers what can be mended safely; --yes does not ask
` + "```" + `

Of each finding it says what was looked at, what is wrong, why it matters, and how to mend it, mostly with a command that
does. What could not be looked at is listed as such, with the reason: it is not known to be well. The exit code is 0
without errors (there may be warnings), 1 with errors, and 2 if nothing could be looked at.

` + "`--fix`" + ` sets annotations, labels and fields, with your rights, and never deletes an object. Values of Secrets are read in a
terminal alone, and never shown.

| check | looks at | finds |
|---|---|---|
`)
	for _, c := range checks() {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", c.name, c.name, c.looks, c.finds)
	}
	for _, c := range checks() {
		fmt.Fprintf(&b, "\n## %s\n\n- **Looks at** %s.\n- **Finds** %s.\n- **Needs** %s. In chat: %s.\n", c.name, c.looks, c.finds, needs[c.needs][0], needs[c.needs][1])
		if c.scope == whole {
			b.WriteString("- Only when all services are looked at.\n")
		}
		if c.fixes != "" {
			fmt.Fprintf(&b, "- **`--fix`**: %s.\n", c.fixes)
		}
	}
	return b.String()
}
