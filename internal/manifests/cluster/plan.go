package cluster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
)

// defaultArgoCDNamespace is looked at for what a file made that does not speak of Argo CD any more.
const defaultArgoCDNamespace = "argocd"

// scope is where objects of a kind are.
type scope struct {
	kind      schema.GroupVersionKind
	namespace string
}

// Plan compares the cluster with what was generated. The error is a Problem.
func (c *Cluster) Plan(ctx context.Context, all []*generate.Manifest) (*Plan, error) {
	if len(all) == 0 {
		return nil, errNoManifests
	}
	plan := &Plan{project: all[0].Name}
	if err := c.planNamespace(ctx, plan); err != nil {
		return nil, err
	}
	wanted := map[scope][]*generate.Manifest{}
	for _, m := range all {
		at := scope{schema.FromAPIVersionAndKind(m.APIVersion, m.Kind), m.Namespace}
		wanted[at] = append(wanted[at], m)
	}
	var stale []Step
	for _, at := range scopes(plan.project, wanted) {
		live, err := c.liveIn(ctx, at, plan.project)
		if err != nil {
			return nil, err
		}
		for _, m := range wanted[at] {
			if err := c.planOne(ctx, plan, m, live[m.Name]); err != nil {
				return nil, err
			}
			delete(live, m.Name)
		}
		for _, name := range slices.Sorted(maps.Keys(live)) {
			step := Step{Verb: Delete, Kind: at.kind, Namespace: at.namespace, Name: name, live: live[name]}
			switch {
			case !isOurs(live[name]):
			case isArgo(at.kind) && live[name].GetLabels()[generate.LabelProject] != plan.project:
			case isArgo(at.kind):
				plan.Left = append(plan.Left, step)
			default:
				stale = append(stale, step)
			}
		}
		if err := c.leaveElsewhere(ctx, plan, at); err != nil {
			return nil, err
		}
	}
	// A Stage goes before the Warehouse that its Freight is from.
	slices.Reverse(stale)
	plan.Steps = append(plan.Steps, stale...)
	return plan, nil
}

// leaveElsewhere finds what was made for Argo CD in another namespace, when the file named that. Who may not look
// everywhere is not told of it.
func (c *Cluster) leaveElsewhere(ctx context.Context, plan *Plan, at scope) error {
	if !isArgo(at.kind) {
		return nil
	}
	err := c.list(ctx, at.kind, func(object *unstructured.Unstructured) {
		if object.GetNamespace() != at.namespace {
			plan.Left = append(plan.Left, Step{Verb: Delete, Kind: at.kind, Namespace: object.GetNamespace(), Name: object.GetName(), live: object})
		}
	}, client.MatchingLabels{generate.LabelManagedBy: generate.Manager, generate.LabelProject: plan.project})
	if err == nil || apierrors.IsForbidden(err) || apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
		return nil
	}
	return explain(err, "list", at.kind, "", "")
}

// planNamespace: Kargo makes the namespace of a Project itself, and refuses one that is there without its label.
func (c *Cluster) planNamespace(ctx context.Context, plan *Plan) error {
	kind := schema.GroupVersionKind{Version: "v1", Kind: "Namespace"}
	namespace, err := c.get(ctx, kind, "", plan.project)
	if err != nil || namespace == nil || namespace.GetLabels()[generate.LabelKargoProject] == "true" {
		return err
	}
	wanted := &unstructured.Unstructured{}
	wanted.SetGroupVersionKind(kind)
	wanted.SetName(plan.project)
	wanted.SetLabels(map[string]string{generate.LabelKargoProject: "true"})
	// It was there before the Project, and should be there after it.
	wanted.SetAnnotations(map[string]string{"kargo.akuity.io/keep-namespace": "true"})
	plan.Steps = append(plan.Steps, Step{Verb: Label, Kind: kind, Name: plan.project, Adopts: true, wanted: wanted, live: namespace})
	return nil
}

// scopes returns where to look, in the order in which things are applied.
func scopes(project string, wanted map[scope][]*generate.Manifest) []scope {
	argo := defaultArgoCDNamespace
	for at := range wanted {
		if isArgo(at.kind) {
			argo = at.namespace
		}
	}
	var all []scope
	for _, kind := range kinds() {
		switch {
		case kind.Kind == "Project":
			all = append(all, scope{kind, ""})
		case isArgo(kind):
			all = append(all, scope{kind, argo})
		default:
			all = append(all, scope{kind, project})
		}
	}
	return all
}

func isArgo(kind schema.GroupVersionKind) bool { return kind.Group == "argoproj.io" }

// liveIn returns what there is. Of Projects, that is only the one: others are not the file's.
func (c *Cluster) liveIn(ctx context.Context, at scope, project string) (map[string]*unstructured.Unstructured, error) {
	if at.kind.Kind != "Project" {
		return c.live(ctx, at.kind, at.namespace)
	}
	object, err := c.get(ctx, at.kind, "", project)
	if err != nil || object == nil {
		return map[string]*unstructured.Unstructured{}, err
	}
	return map[string]*unstructured.Unstructured{project: object}, nil
}

// planOne plans what is to be done about one manifest.
func (c *Cluster) planOne(ctx context.Context, plan *Plan, m *generate.Manifest, live *unstructured.Unstructured) error {
	step := Step{
		Verb: Create, Kind: schema.FromAPIVersionAndKind(m.APIVersion, m.Kind), Namespace: m.Namespace, Name: m.Name,
		wanted: &unstructured.Unstructured{Object: m.Map()}, live: live,
	}
	hash := sha256.Sum256(m.Tree().YAML(nil))
	const enough = 12 // bytes, to tell what was applied from what is to be
	sum := hex.EncodeToString(hash[:enough])
	applied := live != nil && live.GetAnnotations()[annotationApplied] == sum && contains(live.Object, step.wanted.Object)
	annotate(step.wanted, sum)
	if live != nil {
		step.Verb, step.Adopts = Change, !isOurs(live)
	}
	if applied && isTouched(live) {
		changes, err := c.changes(ctx, step)
		if err != nil {
			return err
		}
		applied = !changes
	}
	if applied {
		plan.Unchanged++
		return nil
	}
	if live != nil && m.Kind == "ApplicationSet" {
		var err error
		if step.Deletes, err = c.deletes(ctx, live, step.wanted); err != nil {
			return err
		}
	}
	plan.Steps = append(plan.Steps, step)
	return nil
}

func annotate(object *unstructured.Unstructured, sum string) {
	annotations := object.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[annotationApplied] = sum
	object.SetAnnotations(annotations)
}

// isTouched reports whether somebody else has written to the specification, and may have added to the elements of a list
// what takes the meaning of the rest away.
func isTouched(live *unstructured.Unstructured) bool {
	for _, entry := range live.GetManagedFields() {
		if entry.Manager != generate.Manager && entry.Subresource == "" && entry.FieldsV1 != nil && strings.Contains(entry.FieldsV1.GetRawString(), `"f:spec"`) {
			return true
		}
	}
	return false
}

// changes asks the API server whether applying would change anything.
func (c *Cluster) changes(ctx context.Context, s Step) (bool, error) {
	before, after, err := c.compare(ctx, s)
	return before != after, err
}

// String names what the step is about, as kubectl does: stage/red-production.
func (s Step) String() string { return strings.ToLower(s.Kind.Kind) + "/" + s.Name }
