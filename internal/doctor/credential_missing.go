package doctor

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

func missingCredentialCheck() check {
	return check{
		name:  "credential-missing",
		looks: "the repositories that Warehouses subscribe to and Stages clone, and the credentials that Kargo would take for each",
		finds: "a repository that Kargo pushes to, or was refused by, and has no credentials for",
		needs: needSecrets,
		find:  missingCredentials,
	}
}

// missingCredentials finds repositories that Kargo needs credentials for and has none. One that is only read may be
// public: of that, it is only said when Kargo was refused.
func missingCredentials(ctx context.Context, s *state) []finding {
	own, ok := s.secrets(ctx, s.Namespace)
	if !ok {
		return nil
	}
	shared, ok := s.secrets(ctx, s.Places.Shared)
	if !ok {
		return nil
	}
	repositories, ok := s.repositories(ctx)
	if !ok {
		return nil
	}
	key := func(r used) string { return string(r.Type) + credentials.Normalize(r.Type, r.URL) }
	// What Kargo has pushed to takes a push without a credential, or with one that is not kept in a Secret.
	proven := map[string]bool{}
	for _, r := range repositories.used {
		proven[key(r)] = proven[key(r)] || r.proven
	}
	var all []finding
	said := map[string]bool{}
	for _, r := range repositories.used {
		if said[key(r)] || !s.refused(r.warehouse) && (!r.writes || proven[key(r)]) {
			continue
		}
		_, has := credentials.Match(r.Type, r.URL, candidates(own), candidates(shared))
		switch overHTTP := strings.HasPrefix(strings.ToLower(r.URL), "http://"); {
		case overHTTP:
			all = append(all, finding{Finding: s.withheldCredential(r)})
		case has:
			continue
		default:
			all = append(all, finding{Finding: s.missingCredential(r)})
		}
		said[key(r)] = true
	}
	return all
}

// refused reports whether a Warehouse can't discover for want of credentials.
func (s *state) refused(warehouse string) bool {
	for _, w := range s.Warehouses {
		condition := meta.FindStatusCondition(w.Status.Conditions, kargoapi.ConditionTypeHealthy)
		if w.Name != warehouse || condition == nil || condition.Status != metav1.ConditionFalse {
			continue
		}
		fix, _ := explainDiscovery(condition.Message)
		return strings.HasPrefix(fix, "Look at the credentials")
	}
	return false
}

func (s *state) missingCredential(r used) answers.Finding {
	f := answers.Finding{
		Severity: answers.SeverityError, Subject: strings.Replace(r.by, " ", "/", 1), Service: r.service,
		What: fmt.Sprintf("%s %s %s, for which there is no credential in namespace %s, nor in %s.", r.by, r.verb(), address(r.URL), r.Namespace, s.Places.Shared),
		Why:  r.without(),
		Fix:  "Make a Secret with the label " + credentials.LabelType + ". The command asks for username and token.",
	}
	if r.Type == credentials.TypeGit && strings.HasPrefix(credentials.Normalize(r.Type, r.URL), "ssh://") {
		f.Fix = fmt.Sprintf("Make a Secret with the label %s, and in it %s and %s. Or write the URL with https:// and make one with a token: Kargo takes no SSH keys any more from 1.13 on.",
			credentials.LabelType, credentials.KeyRepoURL, credentials.KeySSHPrivateKey)
		return f
	}
	f.Command = created(r.Namespace, r.Type, bare(r.URL))
	return f
}

// withheldCredential is a repository that Kargo sends no credentials to, whether there are any or not (Get in
// pkg/credentials/kubernetes/database.go of v1.11.2).
func (s *state) withheldCredential(r used) answers.Finding {
	return answers.Finding{
		Severity: answers.SeverityWarning, Subject: strings.Replace(r.by, " ", "/", 1), Service: r.service,
		What: fmt.Sprintf("%s %s %s: over http:// Kargo sends no credentials, unless it is told to.", r.by, r.verb(), address(r.URL)),
		Why:  r.without(),
		Fix:  "Write the URL with https://. Or have the controller send them all the same, for everybody on the way to read: controller.allowCredentialsOverHTTP in Kargo's chart.",
	}
}

func (r used) verb() string {
	if r.writes {
		return "pushes to"
	}
	return "reads"
}

// without says what comes of having no credential.
func (r used) without() string {
	if r.writes {
		return "Where nobody may push without one, the push is refused and promotions there fail."
	}
	return "The registry or Git host refuses it, so that nothing is discovered."
}

// notInName is what can't be in the name of a Secret.
var notInName = regexp.MustCompile(`[^a-z0-9]+`)

// secretName makes a name of a repository's URL.
func secretName(url string) string {
	_, rest, found := strings.Cut(url, "://")
	if !found {
		rest = url
	}
	name := strings.Trim(notInName.ReplaceAllString(strings.ToLower(rest), "-"), "-")
	return strings.Trim(name[:min(len(name), 50)], "-") + "-creds"
}
