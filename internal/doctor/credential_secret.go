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
	for _, one := range own {
		all = append(all, s.badSecret(one)...)
	}
	if !s.sharedLooked {
		s.sharedLooked = true
		shared, _ := s.secrets(ctx, s.Places.Shared)
		for _, one := range shared {
			all = append(all, s.badSecret(one)...)
		}
	}
	repositories, ok := s.repositories(ctx)
	if !ok {
		return all
	}
	plain := make([]credentials.Repository, len(repositories))
	for i, r := range repositories {
		plain[i] = r.Repository
	}
	for _, c := range credentials.Unmatched(plain, candidates(own), s.Places.Shared) {
		if c.RepoURL == "" {
			continue
		}
		all = append(all, finding{Finding: answers.Finding{
			Severity: answers.SeverityInfo, Subject: "Secret/" + c.Name,
			What: fmt.Sprintf("The credential %s (%s, %s) matches no repository that a Warehouse or a Stage names.", c.Name, c.Type, address(c.RepoURL)),
			Why:  "It is not used; or it is meant for one of them and misspells it.",
			Fix:  "Correct its repoURL, or delete it.", Command: fmt.Sprintf("kubectl -n %s delete secret %s", c.Namespace, c.Name),
		}})
	}
	return all
}

// badSecret says what is wrong with one Secret.
func (s *state) badSecret(one stored) []finding {
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
	case meant != "" && label != string(meant) && meant != credentials.TypeGit:
		return []finding{relabelled(one, meant, fmt.Sprintf("is labelled %s, but is for a registry of images", label))}
	}
	var all []finding
	for _, fault := range one.faults {
		all = append(all, finding{Finding: malformed(one, fault)})
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
		return f
	}
	f.Fix = "Set the label."
	f.repair, f.Command = labelled(one.ref(), credentials.LabelType, string(meant),
		fmt.Sprintf("Set the label %s=%s on Secret %s.", credentials.LabelType, meant, one.Name))
	return f
}

// registries are hosts that have images, and gitHosts those that have Git repositories.
var (
	registries = []string{"quay.io", "docker.io", "ghcr.io", "gcr.io", "pkg.dev", "azurecr.io", "amazonaws.com", "registry.gitlab.com", "registry.k8s.io"}
	gitHosts   = []string{"github.com", "gitlab.com", "bitbucket.org", "dev.azure.com", "codeberg.org"}
)

// meantType tells by a Secret's repository what type it is meant to be of; empty if that can't be told.
func meantType(one stored) credentials.Type {
	repo := strings.ToLower(strings.NewReplacer(`\.`, ".", "^", "").Replace(one.RepoURL))
	mentions := func(hosts []string) bool {
		return slices.ContainsFunc(hosts, func(host string) bool { return strings.Contains(repo, host) })
	}
	switch {
	case repo == "":
		return ""
	case strings.HasPrefix(repo, "oci://"):
		return credentials.TypeHelm
	case mentions(registries) && one.Type != credentials.TypeHelm:
		return credentials.TypeImage
	case mentions(gitHosts), strings.HasSuffix(repo, ".git"), strings.HasPrefix(repo, "ssh://"), strings.HasPrefix(repo, "git@"):
		return credentials.TypeGit
	default:
		return ""
	}
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
		f.Command = fmt.Sprintf(`kubectl -n %[1]s patch secret %[2]s --type=merge -p '{"data":{"%[3]s":"'"$(kubectl -n %[1]s get secret %[2]s -o jsonpath='{.data.%[3]s}' | base64 -d | tr -d '\r\n' | base64 | tr -d '\n')"'"}}'`,
			one.Namespace, one.Name, fault.Key)
		return f
	}
	f.Fix += " The command asks for the value."
	f.Command = fmt.Sprintf(`read -rsp '%[3]s: ' VALUE; kubectl -n %[1]s patch secret %[2]s --type=merge -p '{"data":{"%[3]s":"'"$(printf %%s "$VALUE" | base64 | tr -d '\n')"'"}}'`,
		one.Namespace, one.Name, fault.Key)
	return f
}

// capital begins a sentence of what was written to go on from another.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
