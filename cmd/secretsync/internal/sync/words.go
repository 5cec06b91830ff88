package sync

import (
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// claimedText says that others declare what we would.
func claimedText(claims []string) string {
	const most = 5
	if len(claims) > most {
		claims = append(claims[:most:most], "…")
	}
	return "Somebody else declares this Secret, too: " + strings.Join(claims, ", ") +
		". Take it out of one of the two declarations, or take it over with `secretsync apply --adopt`."
}

// notOurs says of a Secret that we have not made who has.
func notOurs(i *item, ours string) string {
	switch owner := i.live.Labels[credentials.LabelOwner]; {
	case owner == ours:
		in := i.live.Annotations[credentials.AnnotationDeclaredIn]
		if in != "" {
			in = ", of namespace " + in + ","
		}
		return "Another declaration with owner " + owner + in + " keeps this Secret. Give the credential another name in one of the two, " +
			"or take it out of one, and give each an owner of its own. Or take it over with `secretsync apply --adopt`."
	case owner != "":
		return "The Secret belongs to the declaration with owner " + owner +
			". Take it out of one of the two, or take it over with `secretsync apply --adopt`."
	}
	by := ""
	if others := i.owners.others(); others != "" {
		by = ", made by " + others
	}
	return "There is a Secret of this name already" + by + ", with other content (" + strings.Join(differing(i.differs), ", ") +
		"). Look at it, then take it over with `secretsync apply --adopt`, or give the credential another name."
}

func differing(d difference) []string {
	var keys []string
	keys = append(keys, d.added...)
	keys = append(keys, d.changed...)
	return append(keys, d.removed...)
}

// contestedText says that somebody undoes what we do.
func contestedText(o owners) string {
	who := "Somebody"
	if others := o.others(); others != "" {
		who = others
	}
	return who + " changes this Secret each time that it is put right, so it is left alone for a while. Stop that, or take the Secret out of the declaration."
}
