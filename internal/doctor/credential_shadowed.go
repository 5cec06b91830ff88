package doctor

import (
	"context"
	"fmt"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

func shadowedCredentialCheck() check {
	return check{
		name:  "credential-shadowed",
		looks: "the credentials in the namespace of the Project that match the same repository",
		finds: "a credential for one repository that Kargo never takes, as another that matches it comes first by name",
		needs: needSecrets,
		find:  shadowedCredentials,
	}
}

// shadowedCredentials finds credentials that are meant for a repository and not taken for it. That one for a single
// repository comes before one for many is as it should be.
func shadowedCredentials(ctx context.Context, s *state) []finding {
	own, ok := s.secrets(ctx, s.Namespace)
	if !ok {
		return nil
	}
	repositories, ok := s.repositories(ctx)
	if !ok {
		return nil
	}
	by := map[credentials.SecretName]stored{}
	for _, one := range own {
		by[one.SecretName] = one
	}
	var all []finding
	said := map[string]bool{}
	for _, o := range credentials.Overlaps(repositories.plain(), candidates(own), s.Places.Shared) {
		for _, passed := range o.Shadowed {
			if !o.Taken.IsRegex && passed.IsRegex || said[passed.String()] {
				continue
			}
			said[passed.String()] = true
			all = append(all, by[passed.SecretName].elsewhere(finding{Finding: shadowed(o, passed)}))
		}
	}
	return all
}

func shadowed(o credentials.Overlap, passed credentials.Candidate) answers.Finding {
	f := answers.Finding{
		Severity: answers.SeverityWarning, Subject: "Secret/" + passed.Name,
		What: fmt.Sprintf("For %s Kargo takes the credential %s and never %s, which matches, too: of several, the first by name counts.",
			address(o.URL), o.Taken.Name, passed.Name),
		Why: "If the first one is wrong or expires, the other one does not help.",
		Fix: fmt.Sprintf("Narrow the repoURL of %s, or give %s a name that comes first.", o.Taken.Name, passed.Name),
	}
	if name := "0-" + passed.Name; name < o.Taken.Name && len(name) <= 253 {
		f.Fix += fmt.Sprintf(" The command makes it %s.", name)
		f.Command = fmt.Sprintf("kubectl -n %[1]s get secret %[2]s -o yaml | sed -e 's/^  name: %[2]s$/  name: %[3]s/' -e '/^  uid:/d' -e '/^  resourceVersion:/d' -e '/^  creationTimestamp:/d' | "+
			"kubectl -n %[1]s create -f - && kubectl -n %[1]s delete secret %[2]s", passed.Namespace, passed.Name, name)
	}
	return f
}
