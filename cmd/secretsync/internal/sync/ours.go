package sync

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// ours reports whether the declaration has made the Secret, whoever may have changed it since.
func (o *one) ours(i *item) bool {
	made, managed := i.before.made(), i.owners.managed()
	switch i.live.Labels[credentials.LabelOwner] {
	case o.file.Declaration.Owner:
		return o.oursBeside(i, made, managed)
	case "":
		return managed && made
	default:
		// Somebody may have put another name there: then it is no longer as we wrote it.
		return made && managed && !i.owners.mine(labelField(credentials.LabelOwner))
	}
}

// oursBeside tells what this declaration has made from what another one with the same owner has.
func (o *one) oursBeside(i *item, made, managed bool) bool {
	switch i.live.Annotations[credentials.AnnotationDeclaredIn] {
	case o.file.Namespace:
		return made || managed
	case "":
		return made
	default:
		return made && managed && !i.owners.mine(annotationField(credentials.AnnotationDeclaredIn))
	}
}

// lost are the keys that somebody else has written, with the value that is declared, and nobody else declares. As long as
// they are not ours, what the store changes looks like what somebody did.
func (i *item) lost() []string {
	var lost []string
	for _, key := range slices.Sorted(maps.Keys(i.content.Data)) {
		field := dataField(key)
		_, declared := i.owners.declarer(field)
		_, has := i.live.Data[key]
		if has && !declared && !i.owners.mine(field) {
			lost = append(lost, key)
		}
	}
	return lost
}

// isCredential reports whether a key is of the credential itself, rather than of the repositories that it is for.
func (i *item) isCredential(key string) bool {
	return i.wanted.Credential.Type == credentials.TypeGeneric || key != credentials.KeyRepoURL && key != credentials.KeyRepoURLIsRegex
}

// renewed reports whether what is declared is another credential.
func (i *item) renewed() bool {
	return slices.ContainsFunc(slices.Concat(i.differs.added, i.differs.changed, i.differs.removed), i.isCredential)
}

// claims says of each field that differs which other manager declares it.
func (i *item) claims() []string {
	var claims []string
	for _, field := range i.differs.present(i.live) {
		if manager, ok := i.owners.declarer(field); ok {
			claims = append(claims, fmt.Sprintf("%s belongs to %s", strings.TrimPrefix(field.String(), "."), manager))
		}
	}
	return claims
}
