package githubfake

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

const (
	// waitingMost is how many events may wait to be delivered in the background.
	waitingMost = 4096
	// deliverers is how many are delivered in the background at once.
	deliverers = 4
	// keptDeliveries is how many can be looked at and delivered again.
	keptDeliveries = 3000
)

// webhooks sends events to the app's webhook and remembers how that went.
type webhooks struct {
	appID  int64
	now    func() time.Time
	touch  func()
	client *http.Client
	queue  chan *Delivery // to be sent in the background
	stop   func()         // ends the background; returns once it did

	mu         sync.Mutex
	webhook    Webhook
	deliveries []Delivery // done, oldest first
	nextID     int64
	waiting    int // in the queue or being sent in the background
}

// newWebhooks starts the background; close ends it.
func newWebhooks(webhook Webhook, transport http.RoundTripper, appID int64, now func() time.Time, touch func()) *webhooks {
	if transport == nil {
		direct := http.DefaultTransport.(*http.Transport).Clone()
		direct.Proxy = nil
		direct.MaxIdleConnsPerHost = 100
		transport = direct
	}
	w := &webhooks{
		appID: appID, now: now, touch: touch, webhook: webhook,
		queue: make(chan *Delivery, waitingMost), nextID: 10 * firstID,
		client: &http.Client{
			Transport: transport,
			// GitHub does not follow redirects: they are failures.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for range deliverers {
		running.Go(func() { w.deliverWaiting(ctx) })
	}
	w.stop = func() {
		cancel()
		running.Wait()
		w.client.CloseIdleConnections()
	}
	return w
}

func (w *webhooks) deliverWaiting(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case d := <-w.queue:
			w.send(ctx, d)
			w.mu.Lock()
			w.waiting--
			w.mu.Unlock()
			w.touch()
		}
	}
}

func (w *webhooks) set(webhook Webhook) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.webhook = webhook
}

func (w *webhooks) current() Webhook {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.webhook
}

// prepare makes a delivery of an event, with a new GUID.
func (w *webhooks) prepare(e *event) *Delivery {
	return &Delivery{
		GUID: uuid.NewString(), Event: e.name, Action: e.action,
		InstallationID: e.installationID, RepositoryID: e.repositoryID, Payload: e.payload,
	}
}

// send delivers now and records how it went. Without a webhook nothing happens, and the
// delivery keeps the ID 0.
func (w *webhooks) send(ctx context.Context, d *Delivery) Delivery {
	webhook := w.current()
	if webhook.URL == "" {
		return *d
	}
	w.attempt(ctx, webhook, d)
	return w.record(d)
}

func (w *webhooks) record(d *Delivery) Delivery {
	w.mu.Lock()
	w.nextID++
	d.ID = w.nextID
	if len(w.deliveries) >= keptDeliveries {
		w.deliveries = slices.Delete(w.deliveries, 0, keptDeliveries/10)
	}
	w.deliveries = append(w.deliveries, *d)
	w.mu.Unlock()
	w.touch()
	return *d
}

// enqueue delivers in the background. It never blocks: what does not fit is recorded as
// not delivered.
func (w *webhooks) enqueue(d *Delivery) {
	w.mu.Lock()
	w.waiting++
	w.mu.Unlock()
	select {
	case w.queue <- d:
	default:
		w.mu.Lock()
		w.waiting--
		w.mu.Unlock()
		d.At, d.StatusCode, d.Status = w.now(), http.StatusServiceUnavailable, "too many deliveries are waiting"
		w.record(d)
	}
}

// again makes another delivery of an earlier one.
func (w *webhooks) again(id int64) (*Delivery, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range w.deliveries {
		if d.ID == id {
			return &Delivery{
				GUID: d.GUID, Event: d.Event, Action: d.Action, Redelivery: true,
				InstallationID: d.InstallationID, RepositoryID: d.RepositoryID, Payload: d.Payload,
			}, nil
		}
	}
	return nil, fmt.Errorf("no delivery %d", id)
}

func (w *webhooks) list() []Delivery {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.deliveries)
}
