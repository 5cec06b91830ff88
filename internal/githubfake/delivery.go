package githubfake

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"
)

// Webhook is where an app gets its events.
type Webhook struct {
	URL string // "": nowhere
	// Secret signs them. With an empty secret GitHub sends no signature at all.
	Secret string
}

// Delivery is one attempt to deliver an event. An event that is delivered again keeps
// its GUID and its payload and gets another ID.
type Delivery struct {
	ID             int64
	GUID           string // X-GitHub-Delivery
	Event, Action  string
	InstallationID int64
	RepositoryID   int64 // 0: the event is about no repository
	Redelivery     bool
	At             time.Time // when it was sent
	Duration       time.Duration
	StatusCode     int // as GitHub tells it: 502 and 504 if there was no answer
	Status         string
	RequestHeader  http.Header
	Payload        []byte
	ResponseHeader http.Header
	ResponseBody   []byte // 64 KiB at most
}

// OK says whether the receiver took it.
func (d Delivery) OK() bool { return d.StatusCode >= 200 && d.StatusCode < 300 }

const (
	// deliveryTimeout is how long GitHub waits for an answer.
	// https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks
	deliveryTimeout = 10 * time.Second
	// hookID is the id of the app's only webhook.
	hookID         = 500_000_001
	maxHookAnswer  = 64 << 10
	hookUserAgent  = "GitHub-Hookshot/c2dd8bd"
	hookTargetType = "integration"
)

// event is something that happened, ready to be delivered.
type event struct {
	name, action   string
	installationID int64
	repositoryID   int64
	payload        []byte
}

// attempt sends the payload once and fills in what came back.
func (w *webhooks) attempt(ctx context.Context, webhook Webhook, d *Delivery) {
	ctx, cancel := context.WithTimeout(ctx, deliveryTimeout)
	defer cancel()
	d.At = w.now()
	defer func() { d.Duration = w.now().Sub(d.At) }()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, webhook.URL, bytes.NewReader(d.Payload))
	if err != nil {
		d.StatusCode, d.Status = http.StatusBadGateway, "invalid URL"
		return
	}
	request.Header = w.headers(webhook, d)
	d.RequestHeader = request.Header.Clone()
	response, err := w.client.Do(request)
	if err != nil {
		d.StatusCode, d.Status = failure(err)
		return
	}
	defer func() { _ = response.Body.Close() }()
	d.ResponseHeader = response.Header
	d.StatusCode, d.Status = response.StatusCode, "OK"
	if !d.OK() {
		d.Status = fmt.Sprintf("Invalid HTTP Response: %d", response.StatusCode)
	}
	if d.ResponseBody, err = io.ReadAll(io.LimitReader(response.Body, maxHookAnswer)); err != nil {
		d.StatusCode, d.Status = failure(err)
	}
}

// failure is how GitHub tells of a delivery that got no answer.
func failure(err error) (int, string) {
	if errors.Is(err, context.DeadlineExceeded) || os.IsTimeout(err) {
		return http.StatusGatewayTimeout, "timed out"
	}
	return http.StatusBadGateway, "failed to connect to host"
}

func (w *webhooks) headers(webhook Webhook, d *Delivery) http.Header {
	header := http.Header{}
	header.Set("Accept", "*/*")
	header.Set("Content-Type", "application/json")
	header.Set("User-Agent", hookUserAgent)
	header.Set("X-GitHub-Event", d.Event)
	header.Set("X-GitHub-Delivery", d.GUID)
	header.Set("X-GitHub-Hook-ID", strconv.Itoa(hookID))
	header.Set("X-GitHub-Hook-Installation-Target-Type", hookTargetType)
	header.Set("X-GitHub-Hook-Installation-Target-ID", strconv.FormatInt(w.appID, 10))
	if webhook.Secret != "" {
		header.Set("X-Hub-Signature", "sha1="+sign(sha1.New, webhook.Secret, d.Payload))
		header.Set("X-Hub-Signature-256", "sha256="+sign(sha256.New, webhook.Secret, d.Payload))
	}
	return header
}

func sign(kind func() hash.Hash, secret string, payload []byte) string {
	mac := hmac.New(kind, []byte(secret))
	mac.Write(payload)
	return hex.EncodeToString(mac.Sum(nil))
}
