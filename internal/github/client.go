package github

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	gh "github.com/google/go-github/v66/github"
	"k8s.io/apimachinery/pkg/util/cache"

	"github.com/davidaparicio/kargo-bot/internal/secret"
)

const (
	// DefaultBaseURL is where GitHub's REST API is, other than that of GitHub Enterprise.
	DefaultBaseURL = "https://api.github.com/"

	// callTimeout bounds one call with all that belongs to it: waiting for a slot, a new token,
	// redirects. GitHub itself gives up after 10 s.
	callTimeout = 10 * time.Second

	// maxInstallations bounds the installations whose tokens are kept at hand. An installation that
	// was put out costs one more call when it is needed again.
	maxInstallations = 256

	userAgent = "kargo-bot"
)

// ClientOptions says which GitHub App to be, and where.
type ClientOptions struct {
	// BaseURL is where the REST API is, used verbatim but for a missing slash at its end:
	// "https://ghe.example/api/v3/". Default: DefaultBaseURL.
	BaseURL string
	// AppID is the App's ID.
	AppID int64
	// PrivateKey is one of the App's private keys in PEM, as GitHub hands them out.
	PrivateKey secret.Text
	// Transport carries the calls. Default: one with timeouts that heeds the environment's proxy.
	Transport http.RoundTripper
	// Now is the clock by which pauses are kept. Default: time.Now.
	Now func() time.Time
}

// Client speaks to GitHub as an App and as its installations. It is safe for concurrent use. Close
// it when done.
type Client struct {
	base  *url.URL
	appID int64
	key   *rsa.PrivateKey
	now   func() time.Time

	transport http.RoundTripper
	slots     chan struct{}
	pause     gate // for all identities
	app       *gh.Client
	appQuota  *quota

	mu            sync.Mutex            // of creating installations
	installations *cache.LRUExpireCache // ID -> installed
	identity      identity
}

// NewClient returns a client. It makes no call: see Check.
func NewClient(o ClientOptions) (*Client, error) {
	base, err := parseBaseURL(o.BaseURL)
	if err != nil {
		return nil, err
	}
	if o.AppID <= 0 {
		return nil, errors.New("the GitHub App's ID is missing")
	}
	key, err := parseKey(o.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("the private key of GitHub App %d can't be used: %w", o.AppID, err)
	}
	c := &Client{
		base: base, appID: o.AppID, key: key, now: o.Now, transport: o.Transport,
		slots:         make(chan struct{}, maxConcurrent),
		installations: cache.NewLRUExpireCache(maxInstallations),
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.transport == nil {
		c.transport = newTransport()
	}
	own := c.limited()
	c.app, c.appQuota = c.newClient(c.appTransport(own)), &own.quota
	return c, nil
}

// Close ends what is kept open for further calls.
func (c *Client) Close() {
	closer, ok := c.transport.(interface{ CloseIdleConnections() })
	if ok {
		closer.CloseIdleConnections()
	}
}

// asApp makes one call as the App itself. It explains the error.
func (c *Client) asApp(ctx context.Context, call func(context.Context, *gh.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return explain(call(ctx, c.app))
}

// asInstallation makes one call as an installation. It explains the error. A token that GitHub no
// longer knows is replaced once: that call was not carried out, so it may be repeated, whatever it
// does.
func (c *Client) asInstallation(ctx context.Context, id int64, call func(context.Context, *gh.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	err := explain(call(ctx, c.installation(id).client))
	if hasStatus(err, http.StatusUnauthorized) {
		c.installations.Remove(id)
		err = explain(call(ctx, c.installation(id).client))
	}
	return err
}

// installed is an installation of the App.
type installed struct {
	client *gh.Client
	quota  *quota
}

// installation returns what calls of an installation are made with.
func (c *Client) installation(id int64) installed {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.installations.Get(id); ok {
		return known.(installed)
	}
	own := c.limited()
	made := installed{client: c.newClient(c.installationTransport(own, id)), quota: &own.quota}
	c.installations.Add(id, made, 24*time.Hour)
	return made
}

func (c *Client) newClient(transport http.RoundTripper) *gh.Client {
	client := gh.NewClient(&http.Client{Transport: transport, CheckRedirect: staysThere})
	client.BaseURL = c.base
	client.UserAgent = userAgent
	return client
}

// appTransport signs what it carries with the App's key.
func (c *Client) appTransport(below http.RoundTripper) *ghinstallation.AppsTransport {
	transport := ghinstallation.NewAppsTransportFromPrivateKey(below, c.appID, c.key)
	transport.BaseURL = c.base.String()
	return transport
}

// installationTransport gets tokens of an installation and adds them to what it carries. It has an
// App transport of its own: ghinstallation writes to it without a lock.
func (c *Client) installationTransport(below http.RoundTripper, id int64) http.RoundTripper {
	tokens := ghinstallation.NewFromAppsTransport(c.appTransport(below), id)
	tokens.BaseURL = c.base.String()
	return &authorized{tokens: tokens, refreshing: make(chan struct{}, 1)}
}

// parseBaseURL takes the URL as it is: whether "/api/v3" belongs to it is for the operator to say.
func parseBaseURL(text string) (*url.URL, error) {
	if text == "" {
		text = DefaultBaseURL
	}
	base, err := url.Parse(text)
	if err != nil || base.Scheme != "https" && base.Scheme != "http" || base.Host == "" {
		return nil, fmt.Errorf("%q is not a URL of GitHub's API, such as %s or https://ghe.example/api/v3/", text, DefaultBaseURL)
	}
	if base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, errors.New("the URL of GitHub's API must have no user, query or fragment")
	}
	if !strings.HasSuffix(base.Path, "/") {
		base = base.JoinPath("/")
	}
	return base, nil
}

// parseKey reads an RSA key in PEM. Its errors never contain any of the key.
func parseKey(text secret.Text) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text.Reveal()))
	if block == nil {
		return nil, errors.New("it is not in PEM format: use the .pem file that GitHub gave you, unchanged")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(*rsa.PrivateKey)
	if err != nil || !ok {
		return nil, errors.New("it is not an RSA private key: use the .pem file that GitHub gave you, unchanged")
	}
	return key, nil
}
