package release

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
)

const (
	// maxLater is how many tags wait to be looked at again. What finds no room is made up for by the Freight.
	maxLater = 256
	// firstLater and lastLater bound the wait before that.
	firstLater = time.Second
	lastLater  = time.Minute
	// maxMissing is how often a tag is looked for that the forge says is not there: a webhook may be quicker than
	// what it tells of.
	maxMissing = 6
)

// hint is a tag that a webhook told of.
type hint struct{ repo, tag string }

// Tags makes Releases of tags. It runs on every replica, since webhooks come to any.
type Tags struct {
	maker

	queue workqueue.TypedRateLimitingInterface[hint]

	mu sync.Mutex
	// waiting has the tags that are looked at again, with how often they were not found.
	waiting map[hint]int
}

var (
	_ manager.Runnable               = &Tags{}
	_ manager.LeaderElectionRunnable = &Tags{}
)

func newTags(m maker) *Tags {
	return &Tags{
		maker: m, waiting: map[hint]int{},
		queue: workqueue.NewTypedRateLimitingQueue(backoff.New[hint](firstLater, lastLater)),
	}
}

// NeedLeaderElection implements manager.LeaderElectionRunnable.
func (*Tags) NeedLeaderElection() bool { return false }

// Start looks again at tags that could not be looked at, until ctx is done. It implements manager.Runnable.
func (t *Tags) Start(ctx context.Context) error {
	stop := context.AfterFunc(ctx, t.queue.ShutDown)
	defer stop()
	for {
		h, over := t.queue.Get()
		if over {
			return nil
		}
		t.again(ctx, h)
		t.queue.Done(h)
	}
}

// later has a tag looked at again, because of an error.
func (t *Tags) later(h hint, because error) error {
	t.mu.Lock()
	_, known := t.waiting[h]
	if !known && len(t.waiting) >= maxLater {
		t.mu.Unlock()
		t.count(tagDropped)
		return fmt.Errorf("too many tags wait to be looked at: %w", because)
	}
	if !known {
		t.waiting[h] = 0
	}
	t.mu.Unlock()
	if !known {
		t.wait(h, because)
	}
	return nil
}

// wait puts a tag in the queue, for as long as the forge says, or with backoff.
func (t *Tags) wait(h hint, because error) {
	if unavailable, ok := errors.AsType[*freightdiff.Unavailable](because); ok && unavailable.After > 0 {
		t.queue.AddAfter(h, unavailable.After)
		return
	}
	t.queue.AddRateLimited(h)
}

// again looks at a tag that waited.
func (t *Tags) again(ctx context.Context, h hint) {
	ctx, cancel := context.WithTimeout(ctx, 2*callTimeout)
	defer cancel()
	err := t.look(ctx, h)
	missing := errors.Is(err, freightdiff.ErrNotFound)
	t.mu.Lock()
	if missing {
		t.waiting[h]++
	}
	gone := t.waiting[h] >= maxMissing
	if done := err == nil || gone || !missing && !isTransient(err); done {
		delete(t.waiting, h)
		t.queue.Forget(h)
	} else {
		t.wait(h, err)
	}
	t.mu.Unlock()
	switch {
	case err == nil:
	case gone:
		t.count(tagGone)
		t.Log.InfoContext(ctx, "a tag is not there, or not to be seen", "repo", h.repo, "tag", h.tag)
	default:
		t.Log.WarnContext(ctx, "a tag could not be looked at", "repo", h.repo, "tag", h.tag, "error", err)
	}
}

// isTransient reports whether what went wrong may go well later: all but what the API server refuses for good.
func isTransient(err error) bool {
	return !apierrors.IsInvalid(err) && !apierrors.IsForbidden(err)
}
