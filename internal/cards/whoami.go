package cards

import (
	"fmt"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// mostNames is how many names a line enumerates.
const mostNames = 20

// WhoAmI says who somebody is to Kubernetes and Kargo, and what they may do where.
func WhoAmI(who answers.Identity, paging Paging) chatops.Card {
	card := chatops.Card{Title: "You are " + who.Username, State: chatops.StateInfo}
	if len(who.Groups) > 0 {
		card.Facts = append(card.Facts, chatops.Line(chatops.Plain("groups: "), chatops.Code(names(who.Groups, paging))))
	}
	if who.Email != "" && who.Email != who.Username {
		card.Facts = append(card.Facts, chatops.Line(chatops.Plain("email: "), chatops.Code(who.Email)))
	}
	for _, rights := range who.Projects {
		card.Body = append(card.Body, may(rights, paging)...)
	}
	if len(who.Projects) == 0 {
		card.Body = append(card.Body, plain("I serve no project."))
	}
	return card
}

// may says what somebody may do in a project.
func may(r answers.Rights, paging Paging) []chatops.Text {
	project := chatops.Bold(r.Project)
	var out []chatops.Text
	switch {
	case r.All:
		line := chatops.Line(project, chatops.Plain(": you may promote to every Stage"))
		out = append(out, append(line, by(r.AllBy)...))
	case len(r.May) == 0 && r.NotAsked > 0:
		out = append(out, chatops.Line(project, chatops.Plain(fmt.Sprintf(
			": I can't tell what you may promote to. %s not looked at.", wasNumbered(r.NotAsked, "Stage")))))
	case len(r.May) == 0:
		out = append(out, chatops.Line(project, chatops.Plain(": you may promote to no Stage.")))
	default:
		out = append(out, chatops.Line(project, chatops.Plain(": you may promote to "+chatops.Count(len(r.May), "Stage")+".")))
		out = append(out, mayWhere(r.May, paging)...)
		if r.NotAsked > 0 {
			out = append(out, plain(wasNumbered(r.NotAsked, "Stage")+" not looked at."))
		}
	}
	if len(r.Roles) > 0 {
		out = append(out, chatops.Line(chatops.Plain("Your Kargo roles there: "), chatops.Code(names(r.Roles, paging)), chatops.Plain(".")))
	}
	return out
}

// by names the role that permits something.
func by(role string) []chatops.Span {
	if role == "" {
		return []chatops.Span{chatops.Plain(".")}
	}
	return []chatops.Span{chatops.Plain(", by your Kargo role "), chatops.Code(role), chatops.Plain(".")}
}

// mayWhere lists Stages by environment, and within it by the role that permits it.
func mayWhere(stages []answers.StageRight, paging Paging) []chatops.Text {
	type key struct{ environment, by string }
	var (
		order    []key
		services = map[key][]string{}
	)
	for _, s := range stages {
		k := key{s.Environment, s.By}
		if services[k] == nil {
			order = append(order, k)
		}
		services[k] = append(services[k], s.Service)
	}
	var out []chatops.Text
	for _, k := range order {
		line := chatops.Line(chatops.Bold(k.environment), chatops.Plain(": "+names(services[k], paging)))
		if k.by != "" {
			line = append(line, chatops.Plain(" (by "), chatops.Code(k.by), chatops.Plain(")"))
		}
		out = append(out, line)
	}
	return out
}

// names enumerates, not all of very many, unless all is to be shown.
func names(all []string, paging Paging) string {
	if paging.Page == 0 || len(all) <= mostNames {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(all[:mostNames], ", "), len(all)-mostNames)
}

func wasNumbered(n int, noun string) string {
	if n == 1 {
		return chatops.Count(n, noun) + " was"
	}
	return chatops.Count(n, noun) + " were"
}
