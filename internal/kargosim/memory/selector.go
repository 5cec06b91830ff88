package memory

import (
	"fmt"
	"net/url"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
)

// selection is what a list or a watch asked for.
type selection struct {
	resource Resource
	labels   labels.Selector
	fields   fields.Selector
}

// selectableFields are the field labels besides metadata.name and metadata.namespace, as the API server
// has them, with the paths of their values.
func selectableFields(r Resource) map[string][]string {
	switch {
	case r.Group == "" && r.Kind == "Event":
		return map[string][]string{
			"involvedObject.kind":      {"involvedObject", "kind"},
			"involvedObject.name":      {"involvedObject", "name"},
			"involvedObject.namespace": {"involvedObject", "namespace"},
			"involvedObject.uid":       {"involvedObject", "uid"},
			"reason":                   {"reason"},
			"reportingComponent":       {"reportingComponent"},
			"type":                     {"type"},
		}
	case r.Group == "" && r.Kind == "Secret":
		return map[string][]string{"type": {"type"}}
	default:
		return nil
	}
}

func parseSelector(query url.Values, r Resource) (selection, error) {
	selected := selection{resource: r, labels: labels.Everything(), fields: fields.Everything()}
	var err error
	if text := query.Get("labelSelector"); text != "" {
		if selected.labels, err = labels.Parse(text); err != nil {
			return selected, apierrors.NewBadRequest("unable to parse label selector: " + err.Error())
		}
	}
	text := query.Get("fieldSelector")
	if text == "" {
		return selected, nil
	}
	if selected.fields, err = fields.ParseSelector(text); err != nil {
		return selected, apierrors.NewBadRequest("unable to parse field selector: " + err.Error())
	}
	selectable := selectableFields(r)
	for _, requirement := range selected.fields.Requirements() {
		switch requirement.Field {
		case "metadata.name", "metadata.namespace":
		default:
			if selectable[requirement.Field] == nil {
				return selected, apierrors.NewBadRequest(fmt.Sprintf("field label not supported: %s", requirement.Field))
			}
		}
	}
	return selected, nil
}

// matches reports whether the object was asked for; nil never was.
func (s selection) matches(found *record) bool {
	return found != nil &&
		(s.labels.Empty() || s.labels.Matches(found.labels)) &&
		(s.fields.Empty() || s.fields.Matches(recordFields{found, s.resource}))
}

// recordFields gives a selector the values of an object's fields.
type recordFields struct {
	found    *record
	resource Resource
}

// Has implements [fields.Fields].
func (f recordFields) Has(field string) bool { return f.Get(field) != "" }

// Get implements [fields.Fields].
func (f recordFields) Get(field string) string {
	switch field {
	case "metadata.name":
		return f.found.key.Name
	case "metadata.namespace":
		return f.found.key.Namespace
	}
	object, err := f.found.decode()
	if err != nil {
		return ""
	}
	value, _, _ := unstructured.NestedString(object.Object, selectableFields(f.resource)[field]...)
	return value
}
