package admission

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/event"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/rules"
)

// ControlPlaneUsers are the users that Kargo's own programs have where it is installed as its chart does.
const ControlPlaneUsers = `^system:serviceaccount:kargo:`

// Authorizer answers whether the user may promote to a Stage.
type Authorizer func(ctx context.Context, user authenticationv1.UserInfo, stage types.NamespacedName) (bool, error)

// BySubjectAccessReview returns an Authorizer that asks the API server, as Kargo does.
func BySubjectAccessReview(c client.Writer) Authorizer {
	return func(ctx context.Context, user authenticationv1.UserInfo, stage types.NamespacedName) (bool, error) {
		review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
			User:   user.Username,
			Groups: user.Groups,
			ResourceAttributes: &authorizationv1.ResourceAttributes{
				Group: kargo.GroupVersion.Group, Resource: "stages", Verb: "promote",
				Namespace: stage.Namespace, Name: stage.Name,
			},
		}}
		if err := c.Create(ctx, review); err != nil {
			return false, fmt.Errorf("creating a SubjectAccessReview: %w", err)
		}
		return review.Status.Allowed, nil
	}
}

// Options say whom admission asks.
type Options struct {
	// Reader finds Stages, Freight, Warehouses, Namespaces and ProjectConfigs.
	Reader client.Reader
	// MayPromote answers who may promote.
	MayPromote Authorizer
	// Scheme knows Kargo's kinds.
	Scheme *runtime.Scheme
	// Clock is the real one by default.
	Clock clock.PassiveClock
	// ControlPlane matches the users that are Kargo's own programs; ControlPlaneUsers by default.
	ControlPlane *regexp.Regexp
	// Events records what was admitted; nothing is recorded without.
	Events client.Writer
	// Log hears of Events that could not be recorded; slog's default by default.
	Log *slog.Logger
}

// Admission decides about requests for Kargo's objects.
type Admission struct {
	reader       client.Reader
	mayPromote   Authorizer
	scheme       *runtime.Scheme
	clock        clock.PassiveClock
	controlPlane *regexp.Regexp
	events       *event.Recorder
}

// New returns an Admission. It fails if an option that has no default is missing.
func New(options Options) (*Admission, error) {
	if options.Reader == nil || options.MayPromote == nil || options.Scheme == nil {
		return nil, errors.New("admission needs a reader, an authorizer and a scheme")
	}
	if options.Clock == nil {
		options.Clock = clock.RealClock{}
	}
	if options.ControlPlane == nil {
		options.ControlPlane = regexp.MustCompile(ControlPlaneUsers)
	}
	if options.Log == nil {
		options.Log = slog.Default()
	}
	a := &Admission{
		reader: options.Reader, mayPromote: options.MayPromote, scheme: options.Scheme,
		clock: options.Clock, controlPlane: options.ControlPlane,
	}
	if options.Events != nil {
		a.events = &event.Recorder{
			Client: options.Events, Clock: options.Clock, Component: "promotion-webhook", Log: options.Log,
		}
	}
	return a, nil
}

// isControlPlane reports whether the user is one of Kargo's own programs.
func (a *Admission) isControlPlane(user authenticationv1.UserInfo) bool {
	return a.controlPlane.MatchString(user.Username)
}

// validateProject refuses namespaces that are not a Project's: a status error if the namespace is missing,
// else what is wrong with the field.
func (a *Admission) validateProject(ctx context.Context, namespace string) (*field.Error, error) {
	var found corev1.Namespace
	switch err := a.reader.Get(ctx, client.ObjectKey{Name: namespace}, &found); {
	case apierrors.IsNotFound(err):
		return nil, apierrors.NewNotFound(schema.GroupResource{Resource: "Namespace"}, namespace)
	case err != nil:
		return nil, apierrors.NewInternalError(fmt.Errorf("get project: %w", err))
	}
	if found.Labels[kargo.LabelKeyProject] != kargo.LabelValueTrue {
		return field.Invalid(field.NewPath("metadata", "namespace"), namespace,
			fmt.Sprintf("namespace %q is not a project", namespace)), nil
	}
	return nil, nil
}

// stage returns the Stage of that name, or nil.
func (a *Admission) stage(ctx context.Context, key types.NamespacedName) (*kargo.Stage, error) {
	var found kargo.Stage
	if err := a.reader.Get(ctx, key, &found); err != nil {
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		return nil, fmt.Errorf("error getting Stage %q in namespace %q: %w", key.Name, key.Namespace, err)
	}
	return &found, nil
}

// freight returns the Freight of that name, or nil.
func (a *Admission) freight(ctx context.Context, key types.NamespacedName) (*kargo.Freight, error) {
	var found kargo.Freight
	if err := a.reader.Get(ctx, key, &found); err != nil {
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		return nil, fmt.Errorf("error getting Freight %q in namespace %q: %w", key.Name, key.Namespace, err)
	}
	return &found, nil
}

// candidates returns what auto-promotion would choose for the stage, by origin.
func (a *Admission) candidates(ctx context.Context, stage *kargo.Stage) (map[string]kargo.Freight, error) {
	list := func(ctx context.Context, origin kargo.FreightOrigin) ([]kargo.Freight, error) {
		var all kargo.FreightList
		if err := a.reader.List(ctx, &all, client.InNamespace(stage.Namespace)); err != nil {
			return nil, fmt.Errorf("error listing Freight in namespace %q: %w", stage.Namespace, err)
		}
		var ofOrigin []kargo.Freight
		for _, f := range all.Items {
			if f.Origin == origin {
				ofOrigin = append(ofOrigin, f)
			}
		}
		return ofOrigin, nil
	}
	available, err := rules.Available(ctx, a.reader, stage, a.clock.Now(), list)
	if err != nil {
		return nil, err
	}
	return rules.Candidates(stage, available), nil
}

// userActor returns a user as annotations and Events name them.
func userActor(user authenticationv1.UserInfo) string { return rules.ActorKubernetes + user.Username }

// setAnnotation makes an annotation, with the map if need be.
func setAnnotation(object metav1.Object, key, value string) {
	annotations := object.GetAnnotations()
	if annotations == nil {
		annotations = make(map[string]string, 1)
	}
	annotations[key] = value
	object.SetAnnotations(annotations)
}

// setLabel makes a label, or removes it if value is empty.
func setLabel(object metav1.Object, key, value string) {
	labels := object.GetLabels()
	if value == "" {
		delete(labels, key)
		return
	}
	if labels == nil {
		labels = make(map[string]string, 1)
	}
	labels[key] = value
	object.SetLabels(labels)
}
