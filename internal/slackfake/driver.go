package slackfake

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Endpoints says where an instance of the app listens.
type Endpoints struct {
	Commands      string // URL for slash commands
	Interactivity string // URL for button clicks
	// Client sends the requests; nil: one of the fake's, whose connections Close closes.
	Client *http.Client
	// Timeout is how long Slack waits for an answer. 0: 3 s, as Slack does.
	Timeout time.Duration
}

// Driver does to an instance of the app what Slack does.
type Driver struct {
	slack     *Slack
	endpoints Endpoints
}

// Driver returns a driver for an instance of the app.
func (s *Slack) Driver(endpoints Endpoints) *Driver {
	if endpoints.Client == nil {
		endpoints.Client = &http.Client{Transport: s.calls}
	}
	if endpoints.Timeout == 0 {
		endpoints.Timeout = 3 * time.Second
	}
	return &Driver{slack: s, endpoints: endpoints}
}

// Delivery is one signed request to the app. Send may send it any number of times: the
// same bytes, signature and all.
type Delivery struct {
	URL         string
	Header      http.Header
	Body        []byte
	ResponseURL string // the response_url in the body

	what string // "/promote", for what Slack tells the user
	hook *hook
}

// Reply is the app's answer to a delivery. A status other than 200 is no error: Slack
// tells the user that the command failed.
type Reply struct {
	Status       int
	Body         []byte
	ResponseType string // "ephemeral" or "in_channel"; empty when nothing was said
	Text         string
	Blocks       json.RawMessage
}

// Option changes a delivery from what Slack would send.
type Option func(*signing)

// signing is what a delivery claims about itself.
type signing struct {
	at     time.Time
	secret string
	team   string
	app    string
}

// WithTimestamp signs for another moment than now.
func WithTimestamp(at time.Time) Option { return func(s *signing) { s.at = at } }

// WithSecret signs with another secret.
func WithSecret(secret string) Option { return func(s *signing) { s.secret = secret } }

// WithTeam comes from another workspace.
func WithTeam(id string) Option { return func(s *signing) { s.team = id } }

// WithApp is meant for another app.
func WithApp(id string) Option { return func(s *signing) { s.app = id } }

func (s *Slack) signing(options []Option) signing {
	claims := signing{
		at:     s.config.Now(),
		secret: s.config.App.SigningSecret,
		team:   s.config.Workspace.ID,
		app:    s.config.App.ID,
	}
	for _, option := range options {
		option(&claims)
	}
	return claims
}

// sign returns the headers of a form in Slack's name:
// https://docs.slack.dev/authentication/verifying-requests-from-slack
func (c signing) sign(body []byte) http.Header {
	timestamp := strconv.FormatInt(c.at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(c.secret))
	mac.Write([]byte("v0:" + timestamp + ":"))
	mac.Write(body)
	header := http.Header{}
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	header.Set("Accept", "application/json,*/*")
	header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	header.Set("X-Slack-Request-Timestamp", timestamp)
	header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return header
}

// Send delivers a request and takes the app's answer as Slack does: what it says is
// posted for the user or the channel, and a failure is told to the user. The error is
// about the transport, the time limit, or an answer that Slack wouldn't understand.
func (d *Driver) Send(ctx context.Context, delivery *Delivery) (*Reply, error) {
	status, contentType, body, err := d.post(ctx, delivery)
	if err != nil {
		d.slack.fail(delivery, failureOf(ctx, err))
		return nil, fmt.Errorf("slackfake: deliver %s: %w", delivery.what, err)
	}
	r := &Reply{Status: status, Body: body}
	if status != http.StatusOK {
		d.slack.fail(delivery, "dispatch_failed")
		return r, nil
	}
	if delivery.hook.kind == hookActions || strings.TrimSpace(string(body)) == "" {
		return r, nil
	}
	if err := d.slack.accept(delivery, r, contentType); err != nil {
		return r, fmt.Errorf("slackfake: answer to %s: %s: %s", delivery.what, err.code, err.detail)
	}
	return r, nil
}

func (d *Driver) post(ctx context.Context, delivery *Delivery) (status int, contentType string, body []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, d.endpoints.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, delivery.URL, strings.NewReader(string(delivery.Body)))
	if err != nil {
		return 0, "", nil, err
	}
	request.Header = delivery.Header.Clone()
	response, err := d.endpoints.Client.Do(request)
	if err != nil {
		return 0, "", nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err == nil && len(body) > maxBody {
		err = fmt.Errorf("answer is larger than %d bytes", maxBody)
	}
	return response.StatusCode, response.Header.Get("Content-Type"), body, err
}
