package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

func credentialSecretCheck() check {
	return check{
		name:  "credential-secret",
		looks: "the Secrets with credentials in the namespace of the Project and in the shared one: labels and names of keys, and whether values can be right",
		finds: "a Secret that is not labelled for Kargo or with another type than its repository's, that is malformed, or that matches no repository in use",
		needs: needSecrets,
		fixes: "the label is set",
		scope: whole,
		find:  badSecrets,
	}
}

// badSecrets finds Secrets that Kargo can do nothing with.
func badSecrets(ctx context.Context, s *state) []finding {
	var all []finding
	own, ok := s.secrets(ctx, s.Namespace)
	if !ok {
		return nil
	}
	repositories, known := s.everyRepository(ctx)
	if !known {
		repositories = &inventory{}
	}
	idle := map[credentials.SecretName]bool{}
	for _, c := range credentials.Unmatched(repositories.plain(), candidates(own), s.Places.Shared) {
		idle[c.SecretName] = known
	}
	for _, one := range own {
		found := s.badSecret(one, idle[one.SecretName])
		if len(found) == 0 && idle[one.SecretName] && one.seen && one.RepoURL != "" && !repositories.unknown[one.Type] {
			found = []finding{unmatched(one)}
		}
		all = append(all, found...)
	}
	if !s.sharedLooked {
		s.sharedLooked = true
		shared, _ := s.secrets(ctx, s.Places.Shared)
		for _, one := range shared {
			all = append(all, s.badSecret(one, false)...)
		}
	}
	return all
}

// unmatched is a credential that nothing seems to use.
func unmatched(one stored) finding {
	return finding{Finding: answers.Finding{
		Severity: answers.SeverityInfo, Subject: "Secret/" + one.Name,
		What: fmt.Sprintf("The credential %s (%s, %s) matches no repository that a Warehouse or a Stage of the Project names.", one.Name, one.Type, address(one.RepoURL)),
		Why:  "It may be meant for one of them and misspell it. Or it is not used any more, and its token could be taken back.",
		Fix:  "If it is meant for one of them, correct its repoURL.",
	}}
}

// badSecret says what is wrong with one Secret. Idle says that it matches no repository that is in use.
func (s *state) badSecret(one stored, idle bool) []finding {
	label, labelled := one.labels[credentials.LabelType]
	types := []string{string(credentials.TypeGit), string(credentials.TypeImage), string(credentials.TypeHelm), string(credentials.TypeGeneric)}
	meant := meantType(one)
	switch {
	case labelled && !slices.Contains(types, label):
		return []finding{relabelled(one, meant, fmt.Sprintf("has the type %q, which Kargo does not know", chatops.Shorten(label, chatops.MaxQuoted)))}
	case labelled && label == string(credentials.TypeGeneric):
		return nil
	case !labelled && !slices.Contains(one.keys, credentials.KeyRepoURL):
		return nil // not for Kargo
	case !labelled:
		return []finding{relabelled(one, meant, "lacks the label "+credentials.LabelType)}
	case idle && label == string(credentials.TypeGit) && meant == credentials.TypeImage:
		f := relabelled(one, meant, fmt.Sprintf("is labelled %s and matches nothing of that type that is in use, but its repoURL is that of a registry of images", label))
		// Somebody has said what it is for. Whether that is wrong, a person has to say.
		f.repair = nil
		return []finding{f}
	}
	var all []finding
	for _, fault := range one.faults {
		all = append(all, one.elsewhere(finding{Finding: malformed(one, fault)}))
	}
	return all
}

// relabelled is a Secret whose label is wrong.
func relabelled(one stored, meant credentials.Type, wrong string) finding {
	f := finding{Finding: answers.Finding{
		Severity: answers.SeverityError, Subject: "Secret/" + one.Name,
		What: fmt.Sprintf("Secret %s in %s %s.", one.Name, one.Namespace, wrong),
		Why:  "Kargo passes it over, or takes it for something else.",
		Fix:  "Set the label: git, image, helm, or generic.",
	}}
	if meant == "" {
		return one.elsewhere(f)
	}
	f.Fix = "Set the label."
	f.repair, f.Command = labelled(one.ref(), credentials.LabelType, string(meant),
		fmt.Sprintf("Set the label %s=%s on Secret %s.", credentials.LabelType, meant, one.Name))
	return one.elsewhere(f)
}

// malformed is a Secret with a key that can't be right.
func malformed(one stored, fault credentials.Fault) answers.Finding {
	f := answers.Finding{
		Severity: answers.SeverityError, Subject: "Secret/" + one.Name,
		What: fmt.Sprintf("In Secret %s in %s, %s %s.", one.Name, one.Namespace, fault.Key, fault.Message),
		Why:  "Kargo can't log in with it.",
		Fix:  capital(fault.Fix) + ".",
	}
	if _, guided := one.annotations[credentials.AnnotationPattern]; guided && fault.Key == credentials.KeyRepoURL {
		f.Fix += fmt.Sprintf(" The annotation %s is read by no version of Kargo.", credentials.AnnotationPattern)
	}
	if fault.Message == credentials.MessageLineEnd {
		f.Command = trimmed(one.Namespace, one.Name, fault.Key)
		return f
	}
	f.Fix += " The command asks for the value."
	f.Command = askedFor(one.Namespace, one.Name, fault.Key)
	return f
}

// capital begins a sentence of what was written to go on from another.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
