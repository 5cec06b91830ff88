package e2e_test

import (
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

const (
	// diffRounds is how many questions a median is taken of.
	diffRounds = 40
	// mostTimesQuestion is how many times as long as a question without GitHub a diff of what is known may take,
	// manifests rendered twice and all.
	mostTimesQuestion = 12.0
)

// BenchmarkDiff measures the time of a diff that nobody has asked for yet, which GitHub is asked for, and of the
// same once it is known, against a question that is answered from caches alone.
func BenchmarkDiff(b *testing.B) {
	options := harness.WithCode()
	configure := options.Config
	options.Config = func(config map[string]any) {
		configure(config)
		// Nobody else is to ask GitHub meanwhile.
		config["github"].(map[string]any)["pullRequests"] = map[string]any{"comment": false}
	}
	w := cluster.NewWorld(b, options)
	w.Service(b, "red")
	w.Start(b)
	ask := func(line, says string) time.Duration {
		begin := time.Now()
		text := w.Slack.Ask(b, harness.Octocat, harness.Deploys, line)
		took := time.Since(begin)
		if !strings.Contains(text, says) {
			b.Fatalf("%s: %s", line, text)
		}
		return took
	}
	// It takes a moment until the bot's caches have what was made before.
	ask("status red production", "3.1.0")
	cold := ask("diff red production", "3 commits")
	calls := len(w.GitHub.Calls())
	var known, questions []time.Duration
	for b.Loop() {
		known, questions = nil, nil
		for range diffRounds {
			questions = append(questions, ask("freight red", "3.2.0"))
			known = append(known, ask("diff red production", "3 commits"))
		}
	}
	if more := len(w.GitHub.Calls()) - calls; more > 0 {
		b.Errorf("%d calls to GitHub for what is known", more)
	}
	ratio := float64(median(known)) / float64(median(questions))
	b.ReportMetric(milliseconds(cold), "cold-ms")
	b.ReportMetric(milliseconds(median(known)), "known-ms")
	b.ReportMetric(milliseconds(median(questions)), "question-ms")
	b.ReportMetric(ratio, "times-question")
	b.ReportMetric(0, "ns/op")
	if ratio > mostTimesQuestion {
		b.Errorf("a diff of what is known takes %.1f times as long as a question; want at most %.1f", ratio, mostTimesQuestion)
	}
}
