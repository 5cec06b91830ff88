package harness

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"k8s.io/apimachinery/pkg/util/wait"
)

// pollInterval is how often something is looked at that does not tell of its changes.
const pollInterval = 100 * time.Millisecond

// Ask sends a GET to the bot's admin port and returns the answer.
func (b *Bot) Ask(t testing.TB, path string) (status int, body string) {
	t.Helper()
	status, body, err := get(t.Context(), b.Admin+path)
	if err != nil {
		t.Fatal(err)
	}
	return status, body
}

func get(ctx context.Context, url string) (int, string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body), err
}

// Metric returns the sum of a metric's values over the series that have all of the labels.
func (b *Bot) Metric(t testing.TB, name string, labels map[string]string) float64 {
	t.Helper()
	value, err := b.metric(t.Context(), name, labels)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func (b *Bot) metric(ctx context.Context, name string, labels map[string]string) (float64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.Admin+"/metrics", http.NoBody)
	if err != nil {
		return 0, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(answer.Body)
	if err != nil {
		return 0, fmt.Errorf("metrics of the bot: %w", err)
	}
	sum := 0.0
	for _, metric := range families[name].GetMetric() {
		if has(metric, labels) {
			sum += metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + float64(metric.GetHistogram().GetSampleCount())
		}
	}
	return sum, nil
}

func has(metric *dto.Metric, labels map[string]string) bool {
	found := 0
	for _, label := range metric.GetLabel() {
		if want, ok := labels[label.GetName()]; ok && want == label.GetValue() {
			found++
		}
	}
	return found == len(labels)
}

// AwaitMetric returns when a metric is as wanted.
func (b *Bot) AwaitMetric(t testing.TB, name string, labels map[string]string, within time.Duration, wanted func(float64) bool) float64 {
	t.Helper()
	var value float64
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	err := wait.PollUntilContextCancel(ctx, pollInterval, true, func(ctx context.Context) (bool, error) {
		var err error
		value, err = b.metric(ctx, name, labels)
		return err == nil && wanted(value), nil
	})
	if err != nil {
		t.Fatalf("metric %s %v is %v after %s", name, labels, value, within)
	}
	return value
}
