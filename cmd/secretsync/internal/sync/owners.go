package sync

import (
	"bytes"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// owners says who has written the fields of a Secret last, as Kubernetes keeps it.
type owners []owner

type owner struct {
	manager string
	// apply says that the manager declares the field, by server-side apply, rather than having changed it once.
	apply  bool
	fields fieldpath.Set
}

func ownersOf(secret *corev1.Secret) owners {
	var all owners
	for _, entry := range secret.ManagedFields {
		if entry.FieldsV1 == nil || entry.Subresource != "" {
			continue
		}
		o := owner{manager: entry.Manager, apply: entry.Operation == metav1.ManagedFieldsOperationApply}
		if o.fields.FromJSON(bytes.NewReader(entry.FieldsV1.GetRawBytes())) == nil {
			all = append(all, o)
		}
	}
	return all
}

func (o owner) ours() bool { return o.apply && o.manager == credentials.Manager }

// managed reports whether we have ever applied the Secret and own something of it still.
func (o owners) managed() bool { return slices.ContainsFunc(o, owner.ours) }

// mine reports whether a field is ours: nobody has changed it since we wrote it.
func (o owners) mine(field fieldpath.Path) bool {
	return slices.ContainsFunc(o, func(one owner) bool { return one.ours() && one.fields.Has(field) })
}

// declarer returns who else declares a field.
func (o owners) declarer(field fieldpath.Path) (manager string, ok bool) {
	for _, one := range o {
		if one.apply && !one.ours() && one.fields.Has(field) {
			return one.manager, true
		}
	}
	return "", false
}

// others names the managers beside us that own any of the data.
func (o owners) others() string {
	var names []string
	for _, one := range o {
		if !one.ours() && !one.fields.WithPrefix(fieldpath.MakePathOrDie("data")[0]).Empty() {
			names = append(names, one.manager)
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

func dataField(key string) fieldpath.Path { return fieldpath.MakePathOrDie("data", key) }

func labelField(key string) fieldpath.Path {
	return fieldpath.MakePathOrDie("metadata", "labels", key)
}

func annotationField(key string) fieldpath.Path {
	return fieldpath.MakePathOrDie("metadata", "annotations", key)
}
