package pullrequest

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

const (
	// passInterval is how often it is looked at everything, should something have changed unnoticed.
	passInterval = 5 * time.Minute
	// passTimeout bounds one look at a repository or a pull request.
	passTimeout = time.Minute
	// unknownAgain is after how long it is asked again for what could not be told, each time after three times as
	// long; unknownLooks is how often that is done before a comment says that it is not known.
	unknownAgain = 5 * time.Second
	unknownLooks = 3
	// mostServices is how many services a comment speaks of one by one.
	mostServices = 10
)

// Catalogue tells what there is in Kargo.
type Catalogue interface {
	Inventory(ctx context.Context) ([]kargo.Inventory, error)
	Deployed(ctx context.Context, service string, now time.Time) ([]kargo.Deployed, error)
	Discovered(ctx context.Context, service string) ([]*kargoapi.Freight, error)
	ServiceOf(namespace, stage string) (project, service string, found bool)
	OpenedBy(ctx context.Context, pullRequest string) (*kargo.Promoted, error)
}

// Code tells what is behind Freight.
type Code interface {
	Changes(ctx context.Context, project, service string, changes []answers.ArtifactChange) []answers.CodeChange
	Commit(ctx context.Context, project, service, repo string, refs []kargoapi.FreightReference) freightdiff.Located
	Range(ctx context.Context, project, service, repo, from, to string) answers.CodeChange
	Contains(ctx context.Context, repo, commit, in string) (bool, error)
}

// Manifests tells what becomes of rendered manifests; nil if there is nothing to say.
type Manifests interface {
	Of(ctx context.Context, d answers.Diff) *answers.Manifests
}

// Service is a service whose code is in a repository.
type Service struct {
	Project, Name string
	// Paths are the folders and files that it is made of; none for all of them.
	Paths []string
}

// Word names the service in a question to the Catalogue.
func (s Service) Word() string { return s.Project + "/" + s.Name }

// Options are what a Follower needs.
type Options struct {
	Forge     Forge
	Catalogue Catalogue
	Code      Code
	// Manifests may be nil: then nothing is said of manifests.
	Manifests Manifests
	// Home returns where the code of a service is: a repository, empty if that is not known beforehand, and
	// the folders and files in it.
	Home func(project, service string) (repo string, paths []string)
	// Repos are further repositories: those that promotions open pull requests in.
	Repos []string
	// Speaks reports whether what runs may be told on a public repository; nil if it may on all.
	Speaks func(repo string) bool
	// Web is where the forge's pages are.
	Web string
	// Release matches the titles of pull requests that make a release.
	Release *regexp.Regexp
	// Follow is for how long after it was merged a change is followed.
	Follow time.Duration
	Links  cards.Links
	Now    func() time.Time
	Log    *slog.Logger
}

// Follower keeps the comments of pull requests up to date.
type Follower struct {
	Options

	tracked tracked
	queue   atomic.Pointer[queue]
	// spellings has the watched repositories by their names in lower case: GitHub does not care for that.
	spellings struct {
		sync.Mutex

		of map[string]string
	}
}

// NewFollower returns a Follower. See Setup.
func NewFollower(o Options) *Follower {
	f := &Follower{Options: o, tracked: tracked{pulls: map[Key]*entry{}}}
	f.spellings.of = map[string]string{}
	return f
}

// Key is a pull request, or with Number 0 all of a repository.
type Key struct {
	Repo   string
	Number int
}

// Reconcile looks at one pull request, or at all of a repository.
func (f *Follower) Reconcile(ctx context.Context, key Key) (reconcile.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, passTimeout)
	defer cancel()
	var (
		again time.Duration
		err   error
	)
	if key.Number == 0 {
		again, err = passInterval, f.list(ctx, key.Repo)
	} else {
		again, err = f.follow(ctx, key)
	}
	return f.result(ctx, key, again, err)
}

// result sorts errors: wait as told, leave alone what is not there, or try again soon.
func (f *Follower) result(ctx context.Context, key Key, again time.Duration, err error) (reconcile.Result, error) {
	unavailable, isUnavailable := errors.AsType[*freightdiff.Unavailable](err)
	deferred, isDeferred := errors.AsType[*notify.Deferred](err)
	undeliverable, isUndeliverable := errors.AsType[*notify.Undeliverable](err)
	log := f.Log.With("repo", key.Repo, "pull", key.Number)
	switch {
	case err == nil && key.Number == 0 && !f.isWatched(key.Repo):
		return reconcile.Result{}, nil
	case err == nil:
		return reconcile.Result{RequeueAfter: again}, nil
	case isDeferred:
		log.InfoContext(ctx, "comment on a pull request has to wait", "after", deferred.After, "error", err)
		return reconcile.Result{RequeueAfter: max(deferred.After, time.Second)}, nil
	case isUnavailable && unavailable.After > 0:
		log.WarnContext(ctx, "pull requests can't be read now", "reason", unavailable.Reason)
		return reconcile.Result{RequeueAfter: unavailable.After}, nil
	case isUndeliverable:
		log.WarnContext(ctx, "comment on a pull request can't be written", "reason", undeliverable.Reason)
		f.tracked.mute(key, f.Now())
		return reconcile.Result{}, nil
	case errors.Is(err, freightdiff.ErrNotFound):
		log.InfoContext(ctx, "no such repository or pull request, or it is not to be seen", "error", err)
		return reconcile.Result{RequeueAfter: again}, nil
	default:
		return reconcile.Result{}, err
	}
}
