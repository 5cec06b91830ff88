package cards

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// mostChanges is how many artifacts a diff shows.
const mostChanges = 20

// Diff says what a Freight would change, or what differs between two environments or two Freight.
func Diff(d answers.Diff, paging Paging, links Links) chatops.Card {
	card := differences(d, paging)
	if d.Stage != "" {
		card.Links = links.stage(d.Project, d.Stage)
	}
	switch {
	case d.OtherEnvironment != "" || d.Environment == "":
	case d.There:
		card.Body = append(card.Body, plain(fmt.Sprintf("✓ It runs in %s now.", d.Environment)))
	case d.Lacks != "":
		card.Body = append(card.Body, plain("✗ It can't go there yet: "+d.Lacks))
	case d.To != nil:
		card.Body = append(card.Body, plain("✓ It can go there."))
		card.Actions = []chatops.Action{shipAction(d, links)}
	}
	return card
}

// differences says what differs, and nothing of what could be done.
func differences(d answers.Diff, paging Paging) chatops.Card {
	card := chatops.Card{Title: diffTitle(d), State: chatops.StateInfo}
	card.Facts = diffFacts(d)
	switch {
	case len(d.Changes) == 0 && d.OtherEnvironment != "":
		card.Body = append(card.Body, plain("They run the same."))
	case len(d.Changes) == 0 && d.Environment == "":
		card.Body = append(card.Body, plain("They are made of the same."))
	case len(d.Changes) == 0 && !d.There:
		card.Body = append(card.Body, plain("Nothing would change: its artifacts are those that run."))
	case len(d.Changes) > 0:
		changeTable(&card, d, paging)
	}
	if d.Same > 0 && len(d.Changes) > 0 {
		card.Body = append(card.Body, plain(chatops.Count(d.Same, "more artifact")+" without a difference."))
	}
	card.Body = append(card.Body, codeBody(d.Code)...)
	card.Sections = append(codeSections(d.Code), manifestSections(d.Manifests)...)
	return card
}

// shipAction asks for what was looked at: a promotion, or a rollback if it only takes away.
func shipAction(d answers.Diff, links Links) chatops.Action {
	back := slices.ContainsFunc(d.Code, func(c answers.CodeChange) bool { return c.Relation == relationBehind }) &&
		!slices.ContainsFunc(d.Code, func(c answers.CodeChange) bool { return c.Added.Total > 0 })
	if !back {
		return promoteActions(links.word(d.Project, d.Service), d.Service, d.Environment, *d.To, false)[0]
	}
	return chatops.Action{
		Label:   "Roll back to " + d.To.Version,
		Command: fmt.Sprintf("/rollback %s %s %s", links.word(d.Project, d.Service), d.Environment, cmp.Or(d.To.Alias, d.To.Name)),
		Style:   chatops.StyleDanger,
		Confirm: fmt.Sprintf("Roll %s back to %s in %s?", d.Service, d.To.Version, d.Environment),
	}
}

func diffTitle(d answers.Diff) string {
	if d.Environment == "" {
		return fmt.Sprintf("%s: %s → %s", d.Service, freightVersion(d.From), freightVersion(d.To))
	}
	if d.OtherEnvironment != "" {
		return fmt.Sprintf("%s: %s and %s", d.Service, d.Environment, d.OtherEnvironment)
	}
	if d.From == nil || d.There {
		return fmt.Sprintf("%s in %s: %s", d.Service, d.Environment, freightVersion(d.To))
	}
	return fmt.Sprintf("%s in %s: %s → %s", d.Service, d.Environment, d.From.Version, freightVersion(d.To))
}

func freightVersion(f *answers.Freight) string {
	if f == nil {
		return "nothing"
	}
	return f.Version
}

func diffFacts(d answers.Diff) []chatops.Text {
	if d.OtherEnvironment != "" {
		return []chatops.Text{
			chatops.Line(chatops.Plain(d.Environment+": "), chatops.Bold(freightVersion(d.From))),
			chatops.Line(chatops.Plain(d.OtherEnvironment+": "), chatops.Bold(freightVersion(d.To))),
		}
	}
	var facts []chatops.Text
	if d.Environment == "" {
		return facts
	}
	if d.From == nil {
		facts = append(facts, plain("the first of its Warehouse there"))
	}
	if d.To != nil && d.To.Alias != "" {
		facts = append(facts, chatops.Line(chatops.Plain("Freight "), chatops.Code(d.To.Alias)))
	}
	return facts
}

// changeTable adds a row for each artifact that differs.
func changeTable(card *chatops.Card, d answers.Diff, paging Paging) {
	card.Table = &chatops.Table{Columns: []string{"Artifact", "Now", "Then"}}
	switch {
	case d.OtherEnvironment != "":
		card.Table.Columns = []string{"Artifact", d.Environment, d.OtherEnvironment}
	case d.Environment == "":
		card.Table.Columns = []string{"Artifact", freightVersion(d.From), freightVersion(d.To)}
	}
	shown := d.Changes
	if paging.Page > 0 && len(shown) > mostChanges {
		shown = shown[:mostChanges]
		card.Body = append(card.Body, plain(fmt.Sprintf("and %d more artifacts", len(d.Changes)-mostChanges)))
	}
	for _, change := range shown {
		card.Table.Rows = append(card.Table.Rows, []chatops.Text{
			plain(artifactName(change, d.Changes)), versionCell(change.From, change), versionCell(change.To, change),
		})
	}
}

// artifactName is the last word of a repository, as long as that tells it from the others.
func artifactName(change answers.ArtifactChange, all []answers.ArtifactChange) string {
	short := lastWord(change.Artifact)
	for _, other := range all {
		if other.Kind == change.Kind && other.Artifact != change.Artifact && lastWord(other.Artifact) == short {
			short = change.Artifact
		}
	}
	return strings.TrimSpace(change.Kind + " " + short)
}

func lastWord(repository string) string {
	repository = strings.TrimSuffix(strings.TrimSuffix(repository, "/"), ".git")
	return repository[strings.LastIndex(repository, "/")+1:]
}

// versionCell names a version, with the commit it was made from, and with the digest where a tag has moved.
func versionCell(v *answers.ArtifactVersion, change answers.ArtifactChange) chatops.Text {
	if v == nil {
		return plain("none")
	}
	line := chatops.Line(chatops.Bold(v.Version))
	if v.Revision != "" && !strings.HasPrefix(v.Revision, v.Version) {
		line = append(line, chatops.Plain(" "), chatops.Code(shortHash(v.Revision)))
	}
	if v.Branch != "" {
		line = append(line, chatops.Plain(" on "+v.Branch))
	}
	if moved := change.From != nil && change.To != nil && change.From.Version == change.To.Version; moved && v.Digest != "" {
		line = append(line, chatops.Plain(" "), chatops.Code(shortHash(strings.TrimPrefix(v.Digest, "sha256:"))))
	}
	return line
}

// shortHash is the beginning of a hash, as Git shows it.
func shortHash(hash string) string { return strings.ToValidUTF8(hash[:min(len(hash), 7)], "") }
