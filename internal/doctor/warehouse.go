package doctor

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

const noNewFreight = "No new Freight is made of what is built."

func warehouseCheck() check {
	return check{
		name:  "warehouse",
		looks: "Warehouses: whether Kargo says that they discover, and whether their subscriptions say what they seem to",
		finds: "a Warehouse that can't discover, with what its message means; fields that Kargo refuses from 1.11 on or pays no heed to",
		fixes: "allowTags and ignoreTags become lists of regular expressions; a discovery that failed is tried again",
		find:  warehouses,
	}
}

// warehouses finds Warehouses that discover nothing, or not what they seem to say.
func warehouses(_ context.Context, s *state) []finding {
	var all []finding
	for _, w := range s.Warehouses {
		found := refusedFields(s.Namespace, w)
		// While Kargo is looking it says neither that it can nor that it can't.
		condition := meta.FindStatusCondition(w.Status.Conditions, kargoapi.ConditionTypeHealthy)
		if len(found) == 0 && condition != nil && condition.Status == metav1.ConditionFalse {
			found = append(found, s.undiscovering(w, condition.Message))
		}
		for _, f := range ignoredFields(w) {
			found = append(found, finding{Finding: f})
		}
		for _, f := range found {
			f.Subject = "Warehouse/" + w.Name
			if of := s.ServicesOf[w.Name]; len(of) == 1 {
				f.Service = of[0]
			}
			all = append(all, f)
		}
	}
	return all
}

// undiscovering says what is wrong with a Warehouse that can't discover.
func (s *state) undiscovering(w *kargoapi.Warehouse, message string) finding {
	f := finding{Finding: answers.Finding{
		Severity: answers.SeverityError,
		What:     fmt.Sprintf("Warehouse %s can't discover artifacts. Kargo says: %s", w.Name, sentence(message)),
		Why:      noNewFreight,
	}}
	explained, again := explainDiscovery(message)
	f.Fix = explained
	if !again {
		return f
	}
	token := s.now.UTC().Format(time.RFC3339)
	f.repair, f.Command = annotated(object{warehouseKind, s.Namespace, w.Name}, kargoapi.AnnotationKeyRefresh, token,
		fmt.Sprintf("Have Kargo look for the artifacts of Warehouse %s again.", w.Name))
	f.repair.Retries = true
	return f
}

// refusedFields finds what Kargo's discovery refuses from 1.11 on (pkg/image/tag_based_selector.go of
// v1.11.2).
func refusedFields(namespace string, w *kargoapi.Warehouse) []finding {
	var all []finding
	for i, sub := range w.Spec.Subscriptions {
		image := sub.Image
		if image == nil {
			continue
		}
		for _, field := range []struct {
			name, instead string
			values        []string
			old           any
			present       []string
		}{
			{"allowTags", "allowTagsRegexes", nonEmpty(image.AllowTags), image.AllowTags, image.AllowTagsRegexes},
			{"ignoreTags", "ignoreTagsRegexes", exactly(image.IgnoreTags), image.IgnoreTags, image.IgnoreTagsRegexes},
		} {
			if len(field.values) == 0 {
				continue
			}
			f := finding{Finding: answers.Finding{
				Severity: answers.SeverityError,
				What: fmt.Sprintf("Warehouse %s discovers no images of %s: its subscription has %s, which Kargo refuses from 1.11 on.",
					w.Name, image.RepoURL, field.name),
				Why: noNewFreight,
				Fix: fmt.Sprintf("In spec.subscriptions[%d].image, replace %s by %s: [%s].", i, field.name, field.instead, regexes(field.values)),
			}}
			at := fmt.Sprintf("/spec/subscriptions/%d/image/", i)
			f.repair, f.Command = patched(object{warehouseKind, namespace, w.Name}, types.JSONPatchType, []map[string]any{
				{"op": "test", "path": at + field.name, "value": field.old},
				{"op": "remove", "path": at + field.name},
				{"op": "add", "path": at + field.instead, "value": append(slices.Clone(field.present), field.values...)},
			}, fmt.Sprintf("Replace %s by %s in Warehouse %s.", field.name, field.instead, w.Name))
			all = append(all, f)
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

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// exactly makes regular expressions of tags that were meant as they are.
func exactly(tags []string) []string {
	out := make([]string, len(tags))
	for i, tag := range tags {
		out[i] = "^" + regexp.QuoteMeta(tag) + "$"
	}
	return out
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
