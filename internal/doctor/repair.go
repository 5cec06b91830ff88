package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/answers"
)

// Repair is one patch that mends what was found. It adds or corrects; it never deletes an object.
type Repair struct {
	// Finding is what it mends.
	Finding answers.Finding
	// Says is what it does, for people: a sentence.
	Says string
	// Retries says that it only has Kargo try again: whether that mends anything shows later.
	Retries bool

	kind            schema.GroupVersionKind
	namespace, name string
	patch           client.Patch
}

// fieldManager is the name under which repairs are written.
const fieldManager = "kargo-bot-doctor"

// repairTimeout bounds one repair.
const repairTimeout = 15 * time.Second

// Do does it. The error is not for people.
func (r Repair) Do(ctx context.Context, writer client.Writer) error {
	if r.patch == nil {
		return errors.New("there is nothing to do")
	}
	ctx, cancel := context.WithTimeout(ctx, repairTimeout)
	defer cancel()
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(r.kind)
	object.SetNamespace(r.namespace)
	object.SetName(r.name)
	if err := writer.Patch(ctx, object, r.patch, client.FieldOwner(fieldManager)); err != nil {
		return fmt.Errorf("patch %s %s/%s: %w", r.kind.Kind, r.namespace, r.name, err)
	}
	return nil
}

// patched returns a repair, and the command that does the same.
func patched(of object, how types.PatchType, change any, says string) (*Repair, string) {
	// What is encoded are maps of strings.
	text, err := json.Marshal(change)
	if err != nil {
		return nil, ""
	}
	kind := "merge"
	if how == types.JSONPatchType {
		kind = "json"
	}
	command := fmt.Sprintf("kubectl%s patch %s %s --type=%s -p %s", of.flag(), of.resource(), of.name, kind, shell(string(text)))
	return &Repair{Says: says, kind: of.kind, namespace: of.namespace, name: of.name, patch: client.RawPatch(how, text)}, command
}

// annotated returns a repair that sets an annotation, and the command that does the same.
func annotated(of object, key, value, says string) (*Repair, string) {
	r, _ := patched(of, types.MergePatchType, map[string]any{"metadata": map[string]any{"annotations": map[string]any{key: value}}}, says)
	return r, fmt.Sprintf("kubectl%s annotate %s %s %s --overwrite", of.flag(), of.resource(), of.name, shell(key+"="+value))
}

// annotating is the JSON patch that sets an annotation in the metadata at a path, if that still is as it was.
func annotating(at string, annotations map[string]string, key, value string) []map[string]any {
	at += "/annotations"
	path := at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
	old, has := annotations[key]
	switch {
	case has:
		return []map[string]any{{"op": "test", "path": path, "value": old}, {"op": "replace", "path": path, "value": value}}
	case len(annotations) > 0:
		return []map[string]any{{"op": "test", "path": path, "value": nil}, {"op": "add", "path": path, "value": value}}
	default:
		return []map[string]any{{"op": "test", "path": at, "value": nil}, {"op": "add", "path": at, "value": map[string]any{key: value}}}
	}
}

// labelled returns a repair that sets a label, and the command that does the same.
func labelled(of object, key, value, says string) (*Repair, string) {
	r, _ := patched(of, types.MergePatchType, map[string]any{"metadata": map[string]any{"labels": map[string]any{key: value}}}, says)
	return r, fmt.Sprintf("kubectl%s label %s %s %s --overwrite", of.flag(), of.resource(), of.name, shell(key+"="+value))
}

// object names one.
type object struct {
	kind            schema.GroupVersionKind
	namespace, name string
}

func (o object) flag() string {
	if o.namespace == "" {
		return ""
	}
	return " -n " + o.namespace
}

func (o object) resource() string {
	if o.kind.Group == "" {
		return strings.ToLower(o.kind.Kind)
	}
	return plurals[o.kind.Kind]
}
