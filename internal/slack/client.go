package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	slackapi "github.com/slack-go/slack"
	"k8s.io/apimachinery/pkg/util/cache"

	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// DefaultURL is where Slack's Web API is.
const DefaultURL = slackapi.APIURL

// defaultTimeout bounds one call. Slack answers nearly all of them within a second.
const defaultTimeout = 10 * time.Second

// ClientOptions configure a Client.
type ClientOptions struct {
	// URL is the base URL of the Web API, used verbatim, so it ends in "/". Default: DefaultURL.
	URL string
	// Token is the bot's token (xoxb-…). Required.
	Token secret.Text
	// Timeout bounds one call. Default: 10 s.
	Timeout time.Duration
	// Transport carries the calls. Default: a transport of the Client's own, with bounded
	// connections and the proxy of the environment.
	Transport http.RoundTripper
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// Client calls Slack's Web API and response_urls. Every call has a deadline, and a method that Slack
// asked to slow down on is not called again before the time that Slack named. Messages in a channel keep a
// pace of one a second.
type Client struct {
	api     *slackapi.Client
	timeout time.Duration
	now     func() time.Time
	gate    *gate
	pace    *pace
	// dms has the channels of direct messages, by user.
	dms *cache.LRUExpireCache
}

// NewClient returns a Client. It makes no call.
func NewClient(o ClientOptions) (*Client, error) {
	if o.URL == "" {
		o.URL = DefaultURL
	}
	base, err := url.Parse(o.URL)
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, errors.New("slack: the URL of the API must be an absolute http(s) URL, like " + DefaultURL)
	}
	if !strings.HasSuffix(o.URL, "/") {
		return nil, fmt.Errorf("slack: the URL of the API is used verbatim and must end in \"/\": write %q", o.URL+"/")
	}
	if o.Token.Empty() {
		return nil, errors.New("slack: no bot token")
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Client{
		api: slackapi.New(o.Token.Reveal(),
			slackapi.OptionAPIURL(o.URL),
			slackapi.OptionHTTPClient(newHTTPClient(o.Transport, o.Timeout))),
		timeout: o.Timeout,
		now:     o.Now,
		gate:    newGate(o.Now),
		pace:    newPace(o.Now),
		dms:     cache.NewLRUExpireCacheWithClock(dmSize, clock(o.Now)),
	}, nil
}

// call runs one call of a method, unless the method is closed, and sorts its error.
func (c *Client) call(ctx context.Context, method string, run func(context.Context) error) error {
	if wait := c.gate.wait(method); wait > 0 {
		return &rateLimited{method: method, after: wait}
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	err := sortError(method, run(ctx))
	if limited, ok := errors.AsType[*rateLimited](err); ok {
		c.gate.close(method, limited.after)
	}
	return err
}
