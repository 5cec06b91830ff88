package record

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

const (
	// locators is how many records are looked at at once. Nearly all of the time they wait for GitHub.
	locators = 2
	// locateTimeout bounds one look.
	locateTimeout = 30 * time.Second
	// locateAgain is after how long it is asked again for what could not be told, and locateFor is for how long
	// that is of use: a deployment that is reported hours later tells nobody anything.
	locateAgain = time.Minute
	locateFor   = 6 * time.Hour
)

// annotationSource is where an image says where its code is
// (https://github.com/opencontainers/image-spec/blob/main/annotations.md).
const annotationSource = "org.opencontainers.image.source"

// Code tells which commit is behind Freight.
type Code interface {
	Commit(ctx context.Context, project, service, repo string, refs []kargoapi.FreightReference) freightdiff.Located
}

// LocatorOptions configure a Locator.
type LocatorOptions struct {
	Catalogue Catalogue
	Code      Code
	// Home returns the repository of a service's code, empty if that is not known beforehand: then it is what
	// the images say.
	Home func(project, service string) string
	// Web is where the forge's pages are.
	Web string
	Now func() time.Time
}

// Locator finds out which commit was promoted. It is the only writer of status.repo, status.commit and
// status.unknownCommit. It stands beside the Controller, so that nobody waits for GitHub to be told what
// happened.
type Locator struct {
	LocatorOptions

	client client.Client
}

// SetupLocator adds a Locator to the manager. It is of use to those who report to the pages of a commit.
func SetupLocator(mgr ctrl.Manager, o LocatorOptions) error {
	l := &Locator{LocatorOptions: o, client: mgr.GetClient()}
	return ctrl.NewControllerManagedBy(mgr).
		Named("promotion-record-commit").
		For(&v1alpha1.PromotionRecord{}).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: locators, RateLimiter: backoff.New[reconcile.Request](firstRetry, lastRetry),
		}).
		Complete(l)
}

// Reconcile finds out which commit one Promotion is about: once, or as often as it takes while that is of use.
func (l *Locator) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	r, err := get(ctx, l.client, req.NamespacedName, &v1alpha1.PromotionRecord{})
	if r == nil || err != nil || r.DeletionTimestamp != nil || r.Status.Commit != "" || r.Status.UnknownCommit {
		return reconcile.Result{}, err
	}
	asking, cancel := context.WithTimeout(ctx, locateTimeout)
	defer cancel()
	found, repo, err := l.locate(asking, r)
	switch {
	case err != nil:
		return reconcile.Result{}, err
	case errors.Is(ctx.Err(), context.Canceled):
		// The bot is told to stop: the next leader finds out.
		return reconcile.Result{}, context.Cause(ctx)
	case found.Commit == "" && found.Transient && l.Now().Add(locateAgain).Sub(r.CreationTimestamp.Time) < locateFor:
		return reconcile.Result{RequeueAfter: locateAgain}, nil
	}
	return reconcile.Result{}, l.save(ctx, r, repo, found.Commit)
}

// locate finds the commit, and the repository that it is in.
func (l *Locator) locate(ctx context.Context, r *v1alpha1.PromotionRecord) (found freightdiff.Located, repo string, err error) {
	refs, err := l.freight(ctx, r)
	if err != nil || len(refs) == 0 {
		return freightdiff.Located{}, "", err
	}
	project, service, _, ok := l.Catalogue.PlaceOf(r.Namespace, r.Spec.Stage)
	if !ok {
		return freightdiff.Located{}, "", nil
	}
	transient := false
	for _, repo := range l.repositories(project, service, refs) {
		found := l.Code.Commit(ctx, project, service, repo, refs)
		if found.Commit != "" {
			return found, repo, nil
		}
		transient = transient || found.Transient
	}
	return freightdiff.Located{Transient: transient}, "", nil
}

// repositories are where the code may be: where it is said to be, and where the images say it is.
func (l *Locator) repositories(project, service string, refs []kargoapi.FreightReference) []string {
	repos := []string{l.Home(project, service)}
	for _, ref := range refs {
		for _, image := range ref.Images {
			repos = append(repos, freightdiff.RepoOf(image.Annotations[annotationSource], l.Web))
		}
		for _, commit := range ref.Commits {
			repos = append(repos, freightdiff.RepoOf(commit.RepoURL, l.Web))
		}
	}
	var once []string
	for _, repo := range repos {
		if repo != "" && !slices.Contains(once, repo) {
			once = append(once, repo)
		}
	}
	return once
}

// freight returns what was promoted, of which the Stage may remember more than there is.
func (l *Locator) freight(ctx context.Context, r *v1alpha1.PromotionRecord) ([]kargoapi.FreightReference, error) {
	freight, err := get(ctx, l.client, client.ObjectKey{Namespace: r.Namespace, Name: r.Spec.Freight}, &kargoapi.Freight{})
	if err != nil {
		return nil, err
	}
	if freight != nil {
		return []kargoapi.FreightReference{kargo.Reference(freight)}, nil
	}
	stage, err := get(ctx, l.client, client.ObjectKey{Namespace: r.Namespace, Name: r.Spec.Stage}, &kargoapi.Stage{})
	if stage == nil || err != nil {
		return nil, err
	}
	if ref := kargo.Remembered(stage, r.Spec.Freight); ref != nil {
		return []kargoapi.FreightReference{*ref}, nil
	}
	return nil, nil
}

// save writes the commit down, or that it can't be known.
func (l *Locator) save(ctx context.Context, r *v1alpha1.PromotionRecord, repo, commit string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), passTimeout)
	defer cancel()
	target := &v1alpha1.PromotionRecord{}
	target.Namespace, target.Name = r.Namespace, r.Name
	base := target.DeepCopy()
	target.Status.Repo, target.Status.Commit, target.Status.UnknownCommit = repo, commit, commit == ""
	if err := l.client.Status().Patch(ctx, target, client.MergeFrom(base)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("write the commit of promotion record %s: %w", r.Name, err)
	}
	return nil
}
