package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

const (
	// idle is how long a Shipment may lie before the person is told that nobody takes it up. A bot that
	// runs does so within a second.
	idle = 10 * time.Second
	// retry is the wait, give or take, before the API server is asked again after it did not answer or has
	// ended a watch.
	retry = time.Second
	// readTimeout bounds one read.
	readTimeout = 10 * time.Second
	// watchSeconds is how long the API server is asked to keep one watch open.
	watchSeconds = 300
)

// ErrGone is the error for a Shipment that somebody has deleted.
var ErrGone = errors.New("the Shipment was deleted")

// Follower follows Shipments to their end.
type Follower struct {
	// Client reads and watches Shipments.
	Client client.WithWatch
	// Progress takes a line for each change.
	Progress io.Writer
	// Idle and Retry replace idle and retry where they are not 0.
	Idle, Retry time.Duration
}

// Follow returns a Shipment when nothing more will happen to it. Before that, it returns the Shipment as
// it was last seen and the context's cause when ctx is done, ErrGone if it was deleted, or what else
// keeps the person from seeing it. What passes is waited for.
func (f Follower) Follow(ctx context.Context, s *v1alpha1.Shipment) (*v1alpha1.Shipment, error) {
	following := &following{
		Follower: f, latest: s, progress: progress{out: f.Progress, said: map[[2]int]string{}},
		idle: time.NewTimer(orElse(f.Idle, idle)),
	}
	defer following.idle.Stop()
	for !following.latest.Status.Phase.IsTerminal() {
		err := following.once(ctx)
		switch {
		case ctx.Err() != nil:
			return following.latest, context.Cause(ctx)
		case err != nil && !passes(err):
			return following.latest, err
		case !following.latest.Status.Phase.IsTerminal():
			following.pause(ctx)
		}
	}
	return following.latest, nil
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

// passes reports whether it is worth it to ask again.
func passes(err error) bool {
	return !errors.Is(err, ErrGone) && !apierrors.IsForbidden(err) && !apierrors.IsUnauthorized(err)
}

// following is one Shipment that is followed.
type following struct {
	Follower
	latest   *v1alpha1.Shipment
	progress progress
	idle     *time.Timer
}

// once reads the Shipment and watches it from there, until the watch ends or nothing more will happen.
func (f *following) once(ctx context.Context) error {
	if err := f.read(ctx); err != nil || f.latest.Status.Phase.IsTerminal() {
		return err
	}
	seconds := int64(watchSeconds)
	stream, err := f.Client.Watch(ctx, &v1alpha1.ShipmentList{}, &client.ListOptions{
		Namespace:     f.latest.Namespace,
		FieldSelector: fields.OneTermEqualSelector(metav1.ObjectNameField, f.latest.Name),
		Raw:           &metav1.ListOptions{ResourceVersion: f.latest.ResourceVersion, TimeoutSeconds: &seconds},
	})
	if err != nil {
		return fmt.Errorf("watch shipment %s: %w", client.ObjectKeyFromObject(f.latest), err)
	}
	defer stream.Stop()
	return f.watch(ctx, stream)
}

func (f *following) read(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	var s v1alpha1.Shipment
	err := f.Client.Get(ctx, client.ObjectKeyFromObject(f.latest), &s)
	switch {
	case apierrors.IsNotFound(err), err == nil && s.UID != f.latest.UID:
		return ErrGone
	case err != nil:
		return fmt.Errorf("get shipment %s: %w", client.ObjectKeyFromObject(f.latest), err)
	}
	f.see(&s)
	return nil
}

func (f *following) see(s *v1alpha1.Shipment) {
	f.latest = s
	f.progress.show(s)
}

// watch follows a stream. It returns nil when the stream ends, which watches do now and then.
func (f *following) watch(ctx context.Context, stream watch.Interface) error {
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-f.idle.C:
			if f.latest.Status.Phase == "" {
				f.progress.note("Nobody has taken it up yet. Is `bot serve` running, and does it serve project %s? Still waiting.", flat(f.latest.Namespace))
			}
		case event, ok := <-stream.ResultChan():
			if !ok {
				return nil
			}
			if err := f.event(event); err != nil || f.latest.Status.Phase.IsTerminal() {
				return err
			}
		}
	}
}

func (f *following) event(event watch.Event) error {
	if event.Type == watch.Error {
		return fmt.Errorf("watch shipment: %w", apierrors.FromObject(event.Object))
	}
	s, ok := event.Object.(*v1alpha1.Shipment)
	if !ok || s.Name != f.latest.Name {
		return nil
	}
	if event.Type == watch.Deleted {
		return ErrGone
	}
	f.see(s)
	return nil
}

// pause waits a little before the next try.
func (f *following) pause(ctx context.Context) {
	timer := time.NewTimer(wait.Jitter(orElse(f.Retry, retry), 1))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
