package e2e_test

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

const (
	// rounds is how many requests a median is taken of.
	rounds = 60
	// mostTimesBare is how many times as long as a bare POST of a Promotion a request may take to become
	// one: it also asks who that is and what they may do, and is recorded.
	mostTimesBare = 3.3
	// mostAcknowledgement is the 99th percentile of the time to an answer, of concurrent commands.
	mostAcknowledgement = 300 * time.Millisecond
	concurrent          = 20
)

// BenchmarkRequestToPromotion measures the time from the last byte of a Slack command to the Promotion
// in the API server, against that of a bare authenticated POST of a Promotion with the same admission,
// in turn. Nothing else happens meanwhile.
func BenchmarkRequestToPromotion(b *testing.B) {
	w := cluster.NewWorld(b, harness.WorldOptions{})
	versions := []string{"1.0.0", "1.1.0"}
	freight := map[string]*kargoapi.Freight{}
	for _, service := range []string{"red", "bare"} {
		w.Warehouse(b, service)
		w.NewStage(b, harness.Stage{Name: service + "-production", Warehouses: []string{service}, Steps: harness.Passes("push")})
		for _, version := range versions {
			freight[service+version] = w.NewFreight(b, service, service, version)
		}
	}
	bot := w.Start(b)
	bare := bareClient(b, w)
	var requests, posts []time.Duration
	for b.Loop() {
		requests, posts = nil, nil
		for i := range rounds {
			version := versions[i%2]
			posts = append(posts, postBare(b, w, bare, freight["bare"+version]))
			requests = append(requests, request(b, w, bot, version))
		}
	}
	ratio := float64(median(requests)) / float64(median(posts))
	b.ReportMetric(milliseconds(median(requests)), "request-ms")
	b.ReportMetric(milliseconds(median(posts)), "bare-POST-ms")
	b.ReportMetric(ratio, "times-bare")
	b.ReportMetric(0, "ns/op")
	if ratio > mostTimesBare {
		b.Errorf("a request takes %.1f times as long as a bare POST; want at most %.1f", ratio, mostTimesBare)
	}
}

// bareClient is a client with the bot's own identity.
func bareClient(b *testing.B, w *harness.World) client.Client {
	b.Helper()
	config := rest.CopyConfig(w.Installation.Config)
	config.QPS, config.Burst = -1, 0
	bare, err := client.New(config, client.Options{Scheme: cluster.Client.Scheme()})
	if err != nil {
		b.Fatal(err)
	}
	return bare
}

// postBare makes a Promotion and returns how long that took. It returns when Kargo is done with it.
func postBare(b *testing.B, w *harness.World, bare client.Client, freight *kargoapi.Freight) time.Duration {
	b.Helper()
	p := &kargoapi.Promotion{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.Name, GenerateName: "bare-production-"},
		Spec:       kargoapi.PromotionSpec{Stage: "bare-production", Freight: freight.Name},
	}
	begin := time.Now()
	if err := bare.Create(b.Context(), p); err != nil {
		b.Fatal(err)
	}
	took := time.Since(begin)
	awaitIdle(b, w, "bare-production", freight.Name)
	return took
}

// request types a command, and returns how long after its last byte its Promotion arrived. It returns
// when Kargo and the bot are done with it.
func request(b *testing.B, w *harness.World, bot *harness.Bot, version string) time.Duration {
	b.Helper()
	known := len(w.Promotions.Ever())
	sent, reply := command(b, w, bot, "red production "+version)
	if reply != http.StatusOK {
		b.Fatalf("answered %d", reply)
	}
	made := w.Promotions.Await(b, "the Promotion", patience, func([]promotion) bool { return len(w.Promotions.Ever()) > known })
	newest := slices.MaxFunc(made, func(x, y promotion) int { return w.Promotions.Seen(x).Compare(w.Promotions.Seen(y)) })
	if newest.Labels[v1alpha1.LabelShipmentUID] == "" {
		b.Fatal("the newest Promotion is not the bot's")
	}
	awaitIdle(b, w, "red-production", newest.Spec.Freight)
	w.Shipments.Await(b, "all Shipments to end", patience, func(all []shipment) bool { return count(all, v1alpha1.PhaseSucceeded) == len(all) })
	return w.Promotions.Seen(newest).Sub(sent)
}

// command sends a Slack command straight to the bot, and returns when its last byte was written.
func command(b *testing.B, w *harness.World, bot *harness.Bot, text string) (sent time.Time, status int) {
	b.Helper()
	delivery, err := w.Slack.Driver.NewSlashCommand(slackfake.SlashCommand{User: harness.Octocat, Channel: harness.Deploys, Command: "/promote", Text: text})
	if err != nil {
		b.Fatal(err)
	}
	trace := &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { sent = time.Now() }}
	r, err := http.NewRequestWithContext(httptrace.WithClientTrace(b.Context(), trace), http.MethodPost, bot.Webhooks+"/slack/commands", strings.NewReader(string(delivery.Body)))
	if err != nil {
		b.Fatal(err)
	}
	r.Header = delivery.Header
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	return sent, answer.StatusCode
}

// awaitIdle returns when a Stage runs a Freight and nothing is under way there.
func awaitIdle(b *testing.B, w *harness.World, stage, freight string) {
	b.Helper()
	w.Stages.AwaitOne(b, stage+" to run the Freight", patience, func(s *kargoapi.Stage) bool {
		return s.Name == stage && s.Status.Current().Includes(freight) && s.Status.CurrentPromotion == nil
	})
}

// BenchmarkAcknowledgement measures how long commands take to be answered of which many come at once,
// while what came before is carried out.
func BenchmarkAcknowledgement(b *testing.B) {
	w := manyWorld(b, harness.WorldOptions{})
	w.Start(b)
	var took []time.Duration
	for b.Loop() {
		if took == nil {
			took = acknowledgements(b, w)
		}
	}
	p99 := percentile(took, 99)
	b.ReportMetric(milliseconds(median(took)), "median-ms")
	b.ReportMetric(milliseconds(p99), "p99-ms")
	b.ReportMetric(0, "ns/op")
	if p99 > mostAcknowledgement {
		b.Errorf("the 99th percentile is %s (median %s); want at most %s", p99, median(took), mostAcknowledgement)
	}
}

func acknowledgements(b *testing.B, w *harness.World) []time.Duration {
	b.Helper()
	texts := make(chan string)
	var (
		mu      sync.Mutex
		took    []time.Duration
		workers sync.WaitGroup
	)
	ctx, cancel := context.WithTimeout(b.Context(), patience)
	defer cancel()
	for range concurrent {
		workers.Go(func() {
			for text := range texts {
				begin := time.Now()
				reply, err := w.Slack.Driver.SlashCommand(ctx, slackfake.SlashCommand{User: harness.Octocat, Channel: manyChannel(0), Command: "/promote", Text: text})
				mu.Lock()
				took = append(took, time.Since(begin))
				mu.Unlock()
				if err != nil || reply.Status != http.StatusOK || !strings.Contains(said(w, reply), "On its way") {
					b.Errorf("%s: %+v (%v)", text, reply, err)
				}
			}
		})
	}
	for j := range manyVersions {
		for i := range manyServices {
			texts <- manyService(i) + " production " + manyVersion(j)
		}
	}
	close(texts)
	workers.Wait()
	return took
}

func median(all []time.Duration) time.Duration { return percentile(all, 50) }

// percentile returns the value that p percent of all are not above.
func percentile(all []time.Duration, p int) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[(len(sorted)*p+99)/100-1]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
