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
	var all []finding
	said := map[string]bool{}
	for _, r := range repositories {
		key := string(r.Type) + credentials.Normalize(r.Type, r.URL)
		refused := s.refused(r.warehouse)
		if said[key] || !r.writes && !refused {
			continue
		}
		if _, ok := credentials.Match(r.Type, r.URL, candidates(own), candidates(shared)); ok {
			continue
		}
		said[key] = true
		all = append(all, finding{Finding: s.missingCredential(r)})
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
	verb, why := "reads", "The registry or Git host refuses it, so that nothing is discovered."
	if r.writes {
		verb, why = "pushes to", "The push is refused, so that every promotion there fails."
	}
	subject := strings.Replace(r.by, " ", "/", 1)
	url := address(r.URL)
	return answers.Finding{
		Severity: answers.SeverityError, Subject: subject, Service: r.service,
		What: fmt.Sprintf("%s %s %s, for which there is no credential in namespace %s, nor in %s.", r.by, verb, url, r.Namespace, s.Places.Shared),
		Why:  why,
		Fix:  "Make a Secret with the label " + credentials.LabelType + ". The command asks for username and token.",
		Command: fmt.Sprintf("read -rp 'Username: ' KARGO_USER && read -rsp 'Token: ' KARGO_TOKEN\n"+
			"kubectl -n %[1]s create secret generic %[2]s --from-literal=repoURL=%[3]s --from-literal=username=\"$KARGO_USER\" --from-literal=password=\"$KARGO_TOKEN\"\n"+
			"kubectl -n %[1]s label secret %[2]s %[4]s=%[5]s", r.Namespace, secretName(bare(r.URL)), shell(bare(r.URL)), credentials.LabelType, r.Type),
	}
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
