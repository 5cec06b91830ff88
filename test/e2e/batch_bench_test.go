package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

const (
	// batchServices is how many services go at once.
	batchServices = 40
	// batchAtOnce is how many bare POSTs are made at once: as many as the bot makes for one Shipment.
	batchAtOnce = 8
	// mostTimesBareBatch is how many times as long as bare POSTs of as many Promotions a batch may take.
	mostTimesBareBatch = 4.0
)

// BenchmarkBatchToPromotions measures the time from one Slack command for many services to the last of their
// Promotions in the API server, against bare authenticated POSTs of as many, as many at once.
func BenchmarkBatchToPromotions(b *testing.B) {
	w := cluster.NewWorld(b, harness.WorldOptions{})
	var services []string
	freight := map[string]*kargoapi.Freight{}
	for i := range batchServices {
		services = append(services, fmt.Sprintf("s%02d", i))
		for _, name := range []string{services[i], "bare-" + services[i]} {
			w.Warehouse(b, name)
			w.NewStage(b, harness.Stage{Name: name + "-production", Warehouses: []string{name}, Steps: harness.Passes("push")})
			freight[name] = w.NewFreight(b, name, name, "1.0.0")
		}
	}
	bot := w.Start(b)
	bare := bareClient(b, w)
	var batch, posts time.Duration
	for b.Loop() {
		begin := time.Now()
		group, ctx := errgroup.WithContext(b.Context())
		group.SetLimit(batchAtOnce)
		for _, service := range services {
			group.Go(func() error {
				return bare.Create(ctx, &kargoapi.Promotion{
					ObjectMeta: metav1.ObjectMeta{Namespace: w.Name, GenerateName: "bare-"},
					Spec:       kargoapi.PromotionSpec{Stage: "bare-" + service + "-production", Freight: freight["bare-"+service].Name},
				})
			})
		}
		if err := group.Wait(); err != nil {
			b.Fatal(err)
		}
		posts = time.Since(begin)
		for _, service := range services {
			awaitIdle(b, w, "bare-"+service+"-production", freight["bare-"+service].Name)
		}
		sent, reply := command(b, w, bot, strings.Join(services, ",")+" production 1.0.0")
		if reply != http.StatusOK {
			b.Fatalf("answered %d", reply)
		}
		var last time.Time
		w.Promotions.Await(b, "all Promotions", patience, func(all []promotion) bool {
			ours := 0
			for _, p := range all {
				if p.Labels[v1alpha1.LabelShipmentUID] != "" {
					ours++
					if seen := w.Promotions.Seen(p); seen.After(last) {
						last = seen
					}
				}
			}
			return ours == batchServices
		})
		batch = last.Sub(sent)
	}
	ratio := float64(batch) / float64(posts)
	b.ReportMetric(milliseconds(batch), "batch-ms")
	b.ReportMetric(milliseconds(posts), "bare-POSTs-ms")
	b.ReportMetric(ratio, "times-bare")
	b.ReportMetric(0, "ns/op")
	if ratio > mostTimesBareBatch {
		b.Errorf("a batch takes %.1f times as long as bare POSTs; want at most %.1f", ratio, mostTimesBareBatch)
	}
}
