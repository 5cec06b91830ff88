package release

import (
	"context"
	"fmt"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/backoff"
)

const (
	// describeTime bounds one look at what was released.
	describeTime = time.Minute
	// describeFor is how long after its making, and after its Freight came, it is of use to find out what was
	// released.
	describeFor = 24 * time.Hour
	// touchedFor is how long ago a webhook may have told of a tag for that to be looked at after a restart.
	touchedFor = time.Hour
)

// describer finds out what was released: the commit, who released it, the notes, and what ships. It is the only
// writer of these. It stands beside the Controller, so that nothing ever waits for GitHub.
type describer struct {
	Options

	client client.Client

	mu sync.Mutex
	// known has what is remembered of each Release.
	known map[client.ObjectKey]memory
}

// memory is what is remembered of a Release from one look to the next. What is forgotten is looked at once more.
type memory struct {
	// token is the annotation by which it was last looked at.
	token string
	// next is when the tag is to be read again; zero if only when somebody says so. Reads counts how often that was.
	next  time.Time
	reads int
	// read says that the tag was read at all.
	read bool
	// base is the Freight that what ships was compared to.
	base string
	// compared counts how often it was tried to find out what ships, and comparedAt is when that last was.
	compared   int
	comparedAt time.Time
}

func newDescriber(o Options, c client.Client) *describer {
	return &describer{Options: o, client: c, known: map[client.ObjectKey]memory{}}
}

func (d *describer) recall(key client.ObjectKey) memory {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.known[key]
}

func (d *describer) remember(key client.ObjectKey, m memory) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.known[key] = m
}

func (d *describer) forget(key client.ObjectKey) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.known, key)
}

// Reconcile finds out about one Release what is not known yet.
func (d *describer) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, describeTime)
	defer cancel()
	var r v1alpha1.Release
	if err := d.client.Get(ctx, req.NamespacedName, &r); err != nil {
		d.forget(req.NamespacedName)
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if r.DeletionTimestamp != nil {
		return reconcile.Result{}, nil
	}
	base, m := r.DeepCopy(), d.recall(req.NamespacedName)
	project, found, err := d.project(ctx, &r)
	if err != nil || !found {
		return reconcile.Result{}, err
	}
	wait := d.readTag(ctx, &r, project, &m)
	if err := d.save(ctx, &r, base); err != nil {
		return reconcile.Result{}, err
	}
	d.remember(req.NamespacedName, m)
	base = r.DeepCopy()
	again, err := d.compare(ctx, &r, &m)
	if err != nil {
		return reconcile.Result{}, err
	}
	if err := d.save(ctx, &r, base); err != nil {
		return reconcile.Result{}, err
	}
	d.remember(req.NamespacedName, m)
	return reconcile.Result{RequeueAfter: backoff.Sooner(wait, again)}, nil
}

// project returns the project of a Release's service; false if there is no such service.
func (d *describer) project(ctx context.Context, r *v1alpha1.Release) (string, bool, error) {
	line, found, err := d.Catalogue.Line(ctx, r.Namespace, r.Spec.Service)
	return line.Project, found, err
}

// save writes what was found out, and nothing else.
func (d *describer) save(ctx context.Context, r, base *v1alpha1.Release) error {
	if equality.Semantic.DeepEqual(r.Status, base.Status) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	if err := d.client.Status().Patch(ctx, r, client.MergeFrom(base)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("write what release %s is: %w", r.Name, err)
	}
	return nil
}
