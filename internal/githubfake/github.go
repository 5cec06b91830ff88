package githubfake

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Config says what GitHub to build. Only App, Contract and usually World are needed.
type Config struct {
	// App is the app that the client under test is.
	App App
	// World is what exists from the start.
	World World
	// Contract judges every request and every answer: openapi.Contract{}, or
	// [Unchecked] on purpose.
	Contract Contract

	// Webhook is where the app wants its events. It can be set later by
	// [GitHub.SetWebhook].
	Webhook Webhook
	// QuietOwn keeps what the app itself does from coming back to its webhook. GitHub
	// does deliver the app's own comments and edits, and so does the fake by default.
	QuietOwn bool

	// APIURL is the base URL of the REST API, verbatim; its path is expected before
	// every operation. Default: https://api.github.com.
	APIURL string
	// HTMLURL is where people see GitHub. Default: https://github.com.
	HTMLURL string

	// Limits are GitHub's rate limits. Default: 5,000 calls an hour and no other.
	Limits Limits
	// TokenLife is how long an installation token lives. Default: an hour, as at GitHub.
	TokenLife time.Duration
	// TreeEntries is how many entries of a tree are answered at most. Default: 100,000,
	// as at GitHub.
	TreeEntries int
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Transport carries the webhooks. Default: real HTTP, without a proxy.
	Transport http.RoundTripper
}

// GitHub is one fake GitHub: an [http.Handler] for its REST API, and methods for what
// people do there. It is safe for concurrent use. Close it when done.
type GitHub struct {
	api, html   string // base URLs without a slash at the end
	prefix      string // the path of api
	contract    Contract
	limits      Limits
	tokenLife   time.Duration
	treeEntries int
	now         func() time.Time
	routes      []*operation

	webhooks *webhooks
	close    func() // stops what Start started
	closing  chan struct{}
	closed   sync.Once
	watchers watchers
	underWay atomic.Int64 // calls
	holding  atomic.Int64 // calls that a fault keeps waiting

	app      *app // never changes
	quietOwn bool

	mu      sync.Mutex // guards all below
	world   *world
	tokens  map[string]*token
	buckets map[string]*bucket
	faults  []*injected
	storm   storm
	journal journal
}

// New returns a GitHub whose API answers wherever its handler is mounted. It returns an
// error if the configuration contradicts itself.
func New(config Config) (*GitHub, error) {
	if config.Contract == nil {
		return nil, errors.New("githubfake: no contract: say openapi.Contract{}, or githubfake.Unchecked{} on purpose")
	}
	api, err := baseURL(config.APIURL, "https://api.github.com")
	if err != nil {
		return nil, err
	}
	html, err := baseURL(config.HTMLURL, "https://github.com")
	if err != nil {
		return nil, err
	}
	g := &GitHub{
		api: api.String(), html: html.String(), prefix: api.EscapedPath(),
		contract: config.Contract, limits: config.Limits.orDefault(),
		tokenLife: cmp.Or(config.TokenLife, time.Hour), treeEntries: cmp.Or(config.TreeEntries, 100_000), now: config.Now, quietOwn: config.QuietOwn,
		routes: operations(), closing: make(chan struct{}), close: func() {},
		tokens: map[string]*token{}, buckets: map[string]*bucket{},
		journal: newJournal(),
	}
	if g.now == nil {
		g.now = time.Now
	}
	g.world = newWorld(g.now)
	if err := g.populate(config.App, config.World); err != nil {
		return nil, fmt.Errorf("githubfake: %w", err)
	}
	g.webhooks = newWebhooks(config.Webhook, config.Transport, g.app.id, g.now, g.touch)
	return g, nil
}

// Close ends hanging answers, cuts deliveries in the background, and stops the server if
// [Start] started one. Nothing of the fake runs when it returns.
func (g *GitHub) Close() {
	g.closed.Do(func() {
		close(g.closing)
		g.webhooks.stop()
		g.close()
	})
}

// URL returns the base URL of the API, without a slash at the end.
func (g *GitHub) URL() string { return g.api }

// SetWebhook says where the app wants its events from now on, and with which secret
// they are signed. Deliveries already sent are not sent again.
func (g *GitHub) SetWebhook(webhook Webhook) { g.webhooks.set(webhook) }

func baseURL(text, otherwise string) (*url.URL, error) {
	if text == "" {
		text = otherwise
	}
	parsed, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil {
		return nil, fmt.Errorf("githubfake: %w", err)
	}
	if parsed.Scheme == "" || parsed.Host == "" {
		return nil, fmt.Errorf("githubfake: %q is not a base URL", text)
	}
	return parsed, nil
}

// change runs f under the lock and tells the watchers.
func (g *GitHub) change(f func() error) error {
	g.mu.Lock()
	err := f()
	g.mu.Unlock()
	g.touch()
	if err != nil {
		return fmt.Errorf("githubfake: %w", err)
	}
	return nil
}
