package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/contents"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	"github.com/davidaparicio/kargo-bot/internal/overlay"
	"github.com/davidaparicio/kargo-bot/internal/pullrequest"
	"github.com/davidaparicio/kargo-bot/internal/release"
	"github.com/davidaparicio/kargo-bot/internal/shipment"
)

// reading is what the bot finds out from source code; all of it is nil without GitHub.
type reading struct {
	client *github.Client
	source *github.Source
	// code answers people, and quiet whoever nobody waits for.
	code, quiet *freightdiff.Code
	manifests   *contents.Manifests
	follower    *pullrequest.Follower
	hints       chan github.Hint
	// tags makes Releases of tags.
	tags *release.Tags
}

// maxHints is how many hints of webhooks wait to be looked at. What finds no room is found on the next pass.
const maxHints = 256

// newReading connects what reads source code, if GitHub is configured. Close it, whatever comes back.
func newReading(o Options, catalogue *kargo.Catalogue, links cards.Links) (*reading, error) {
	r := &reading{}
	if o.GitHub == nil {
		return r, nil
	}
	g := o.GitHub
	var err error
	if r.client, err = github.NewClient(github.ClientOptions{BaseURL: g.URL, AppID: g.AppID, PrivateKey: g.PrivateKey, Now: o.Now}); err != nil {
		return r, err
	}
	if r.source, err = github.NewSource(github.SourceOptions{Client: r.client, Registerer: o.Registry, Logger: o.Log, Now: o.Now}); err != nil {
		return r, err
	}
	background := r.source.Background()
	r.code = freightdiff.NewCode(freightdiff.CodeOptions{Forge: r.source, Web: g.Code.Web, Source: g.Code.Source})
	r.quiet = freightdiff.NewCode(freightdiff.CodeOptions{Forge: background, Web: g.Code.Web, Source: g.Code.Source})
	r.manifests = &contents.Manifests{Trees: trees{r.source}, Overlay: g.Code.Overlay, Log: o.Log}
	r.hints = make(chan github.Hint, maxHints)
	if g.PullRequests == nil {
		return r, nil
	}
	r.follower = pullrequest.NewFollower(pullrequest.Options{
		Forge: background, Catalogue: catalogue, Code: r.quiet, Manifests: &contents.Manifests{Trees: trees{background}, Overlay: g.Code.Overlay, Log: o.Log},
		Home:  func(project, service string) (string, []string) { return g.Code.Source(project, service).Home(service) },
		Repos: g.PullRequests.Repos,
		Speaks: func(repo string) bool {
			// What runs where is in the overlays, for everybody to read.
			return g.PullRequests.Public || slices.ContainsFunc(g.PullRequests.Repos, func(r string) bool { return strings.EqualFold(r, repo) })
		},
		Web: g.Code.Web, Release: g.PullRequests.Release, Follow: g.PullRequests.Follow,
		Links: links, Now: o.Now, Log: o.Log,
	})
	return r, nil
}

// setup adds the controllers to the manager that tell what ships.
func (r *reading) setup(mgr ctrl.Manager, o Options) error {
	if r.code == nil {
		return nil
	}
	if err := shipment.SetupDescriber(mgr, shipment.DescriberOptions{Code: r.code, Now: o.Now}); err != nil {
		return fmt.Errorf("set up what tells what ships: %w", err)
	}
	if r.follower != nil {
		if err := r.follower.Setup(mgr); err != nil {
			return fmt.Errorf("set up the follower of pull requests: %w", err)
		}
	}
	return mgr.Add(hinting{r, o.Log})
}

func (r *reading) close() {
	for _, code := range []*freightdiff.Code{r.code, r.quiet} {
		if code != nil {
			code.Close()
		}
	}
	if r.source != nil {
		r.source.Close()
	}
	if r.client != nil {
		r.client.Close()
	}
}

// hinting hands on what webhooks say, on every replica: they come to any.
type hinting struct {
	*reading

	log *slog.Logger
}

var _ manager.LeaderElectionRunnable = hinting{}

// NeedLeaderElection implements manager.LeaderElectionRunnable.
func (hinting) NeedLeaderElection() bool { return false }

// Start implements manager.Runnable.
func (h hinting) Start(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case hint := <-h.hints:
			h.source.Invalidate(hint.Repo)
			if h.follower != nil {
				h.follower.Hint(hint.Repo, hint.Number)
			}
			if hint.Tag == "" {
				continue
			}
			if err := h.tags.Tagged(ctx, hint.Repo, hint.Tag); err != nil && ctx.Err() == nil {
				h.log.WarnContext(ctx, "no release could be made of a tag", "repo", hint.Repo, "tag", hint.Tag, "error", err)
			}
		}
	}
}

// trees reads from GitHub.
type trees struct{ source *github.Source }

// Tree implements contents.Trees.
func (t trees) Tree(ctx context.Context, repo, branch string) (overlay.Tree, error) {
	tree, err := t.source.Tree(ctx, repo, branch)
	if truncated, ok := errors.AsType[*github.TruncatedTreeError](err); ok {
		return nil, &overlay.Refusal{
			Kind: overlay.TooLarge, Err: err,
			Reason: fmt.Sprintf("%s has more files than GitHub lists at once: its overlays are not rendered here.", truncated.Repo),
		}
	}
	if err != nil {
		return nil, err
	}
	return tree, nil
}

// unasked is a forge for those who have no access to GitHub: then there are links, and no commits.
type unasked struct{}

var errUnasked = &freightdiff.Unavailable{Reason: "A terminal does not ask GitHub for commits: the bot does, in Slack and on GitHub."}

var _ freightdiff.Forge = unasked{}

func (unasked) Resolve(context.Context, string, string) (string, error) { return "", errUnasked }

func (unasked) Compare(context.Context, string, string, string) (*freightdiff.Comparison, error) {
	return nil, errUnasked
}

func (unasked) Relate(context.Context, string, string, string) (freightdiff.Relation, error) {
	return "", errUnasked
}

func (unasked) Touching(context.Context, string, *freightdiff.Comparison, []string) (map[string]bool, error) {
	return nil, errUnasked
}

func (unasked) Releases(context.Context, string) ([]freightdiff.Release, error) {
	return nil, errUnasked
}

func (unasked) PullRequestOf(context.Context, string, string) (*freightdiff.PullRequest, error) {
	return nil, errUnasked
}
