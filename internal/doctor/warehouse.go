package doctor

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

const noNewFreight = "No new Freight is made of what is built."

// warehouses finds Warehouses that discover nothing, or not what they seem to say.
func warehouses(s state) []answers.Finding {
	var all []answers.Finding
	for _, w := range s.Warehouses {
		found := refusedFields(w)
		// While Kargo is looking it says neither that it can nor that it can't.
		condition := meta.FindStatusCondition(w.Status.Conditions, kargoapi.ConditionTypeHealthy)
		if len(found) == 0 && condition != nil && condition.Status == metav1.ConditionFalse {
			found = append(found, answers.Finding{
				Severity: answers.SeverityError,
				What:     fmt.Sprintf("Warehouse %s can't discover artifacts. Kargo says: %s", w.Name, sentence(condition.Message)),
				Why:      noNewFreight, Fix: discoveryFix(condition.Message),
			})
		}
		found = append(found, ignoredFields(w)...)
		for _, finding := range found {
			finding.Subject = "Warehouse/" + w.Name
			if of := s.ServicesOf[w.Name]; len(of) == 1 {
				finding.Service = of[0]
			}
			all = append(all, finding)
		}
	}
	return all
}

// refusedFields finds what Kargo's discovery refuses from 1.11 on (pkg/image/tag_based_selector.go of
// v1.11.2).
func refusedFields(w *kargoapi.Warehouse) []answers.Finding {
	var all []answers.Finding
	for i, sub := range w.Spec.Subscriptions {
		image := sub.Image
		if image == nil {
			continue
		}
		for _, field := range []struct {
			name, instead string
			values        []string
		}{
			{"allowTags", "allowTagsRegexes", nonEmpty(image.AllowTags)},
			{"ignoreTags", "ignoreTagsRegexes", image.IgnoreTags},
		} {
			if len(field.values) == 0 {
				continue
			}
			all = append(all, answers.Finding{
				Severity: answers.SeverityError,
				What: fmt.Sprintf("Warehouse %s discovers no images of %s: its subscription has %s, which Kargo refuses from 1.11 on.",
					w.Name, image.RepoURL, field.name),
				Why: noNewFreight,
				Fix: fmt.Sprintf("In spec.subscriptions[%d].image, replace %s by %s: [%s].", i, field.name, field.instead, regexes(field.values)),
			})
		}
	}
	return all
}

// ignoredFields finds what Kargo keeps and pays no heed to.
func ignoredFields(w *kargoapi.Warehouse) []answers.Finding {
	var all []answers.Finding
	for i, sub := range w.Spec.Subscriptions {
		if sub.Image == nil || sub.Image.SemverConstraint == "" || sub.Image.Constraint != "" {
			continue
		}
		all = append(all, answers.Finding{
			Severity: answers.SeverityWarning,
			What: fmt.Sprintf("Warehouse %s takes all versions of %s: its semverConstraint does not count, since images call it constraint.",
				w.Name, sub.Image.RepoURL),
			Why: "Freight is made of versions that were to be left out.",
			Fix: fmt.Sprintf("In spec.subscriptions[%d].image, write constraint: %s instead.", i, quoted(sub.Image.SemverConstraint)),
		})
	}
	return all
}

// discoveryFix says how to mend what discovery says is wrong.
func discoveryFix(message string) string {
	lower := strings.ToLower(message)
	switch {
	case strings.Contains(message, "AllowTags is deprecated"):
		return "In the Warehouse's subscriptions, replace allowTags by allowTagsRegexes: a list of regular expressions."
	case strings.Contains(message, "IgnoreTags is deprecated"):
		return "In the Warehouse's subscriptions, replace ignoreTags by ignoreTagsRegexes: a list of regular expressions."
	case strings.Contains(lower, "unauthorized"), strings.Contains(lower, "denied"), strings.Contains(lower, "authentication"):
		return "Look at the credentials: a Secret with the label kargo.akuity.io/cred-type whose repoURL fits the repository."
	case strings.Contains(message, "No references discovered"), strings.Contains(message, "No commits discovered"):
		return "Look at the subscription's constraint and regular expressions: nothing in the repository fits them."
	default:
		return "Mend the Warehouse's subscription, then have Kargo look again with /refresh."
	}
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func regexes(values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = quoted(v)
	}
	return strings.Join(out, ", ")
}

// quoted puts a foreign value in the single quotes of YAML.
func quoted(s string) string {
	return "'" + strings.ReplaceAll(chatops.Shorten(s, 200), "'", "''") + "'"
}
