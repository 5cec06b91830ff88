package doctor

import (
	"context"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// notHelms leaves out what Helm keeps of its releases: many, large, and no credentials.
var notHelms = fields.OneTermNotEqualSelector("type", "helm.sh/release.v1") //nolint:gochecknoglobals // never changes

// stored is a Secret with what may be known of it: no values but the repository that it is for.
type stored struct {
	credentials.Candidate

	labels, annotations map[string]string
	keys                []string
	// declared says who makes it of a declaration elsewhere; empty for nobody.
	declared string
	// seen says that Kargo sees it as a credential for repositories.
	seen   bool
	faults []credentials.Fault
}

// secrets returns the Secrets of a namespace. If they can't be read, it notes why and reports false.
func (s *state) secrets(ctx context.Context, namespace string) ([]stored, bool) {
	if !s.Person {
		s.cannot("The bot can't read Secrets, and must not. Run `bot doctor` in a terminal, where it reads with your own rights.")
		return nil, false
	}
	known, ok := s.credentials[namespace]
	if !ok {
		known.err = pages(ctx, s.Reader, func() client.ObjectList { return &corev1.SecretList{} }, func(page client.ObjectList) int {
			list, _ := page.(*corev1.SecretList)
			for i := range list.Items {
				if secret := &list.Items[i]; secret.Type != corev1.SecretTypeServiceAccountToken {
					known.secrets = append(known.secrets, look(secret))
				}
			}
			return len(known.secrets)
		}, client.InNamespace(namespace), client.MatchingFieldsSelector{Selector: notHelms})
		s.credentials[namespace] = known
	}
	if known.err != nil {
		s.cannot(s.why(known.err, "list", "Secret", namespace))
		return nil, false
	}
	return known.secrets, true
}

// inNamespace is what came of reading the Secrets of a namespace.
type inNamespace struct {
	secrets []stored
	err     error
}

// look takes of a Secret what may be known of it.
func look(secret *corev1.Secret) stored {
	one := stored{labels: secret.Labels, annotations: secret.Annotations, keys: slices.Sorted(maps.Keys(secret.Data)), declared: declaredBy(secret)}
	name := credentials.SecretName{Namespace: secret.Namespace, Name: secret.Name}
	one.Candidate, one.seen = credentials.CandidateOf(name, secret.Labels, secret.Data)
	if _, labelled := secret.Labels[credentials.LabelType]; labelled {
		one.faults = credentials.Inspect(one.Type, secret.Data)
	}
	return one
}

// candidates returns those that Kargo sees as credentials for repositories.
func candidates(secrets ...[]stored) []credentials.Candidate {
	var all []credentials.Candidate
	for _, some := range secrets {
		for _, one := range some {
			if one.seen {
				all = append(all, one.Candidate)
			}
		}
	}
	return all
}

func (o stored) ref() object { return object{secretKind, o.Namespace, o.Name} }

// elsewhere says of a Secret that is made of a declaration where it is to be changed, and takes back what would be done to
// it here.
func (o stored) elsewhere(f finding) finding {
	if o.declared == "" {
		return f
	}
	f.Fix = fmt.Sprintf("%s makes Secret %s: change it in its declaration. %s", o.declared, o.Name, f.Fix)
	f.Command, f.repair = "", nil
	return f
}
