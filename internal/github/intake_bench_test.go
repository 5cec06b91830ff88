package github_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/github"
)

// benchRound is how many requests go to one handler before it is the other one's turn, so that
// whatever else the machine does falls upon both.
const benchRound = 400

// BenchmarkIntake compares the intake with a bare handler that only reads and verifies, for webhooks
// that hold no command, which nearly all do, though some hold a hint. Both are asked in turns, over real connections, by as
// many clients as GitHub might use at once. "ratio" is the intake's rate divided by the bare one's
// (at least 0.8 is wanted), "p99-ratio" the intake's 99th percentile divided by the bare one's (at
// most 1.5).
func BenchmarkIntake(b *testing.B) {
	for _, load := range []struct{ name, event, body string }{
		{"push-8KB", "push", paddedPayload("push", 8<<10)},
		{"pull_request-25KB", "pull_request", paddedPayload("pull_request", 25<<10)},
		{"issue_comment-12KB", "issue_comment", commentPayload("Looks good to me.\n\nSee https://example.com/a/b and `x/y`.", 12<<10)},
	} {
		b.Run(load.name, func(b *testing.B) {
			bare := newLoad(b, bareHandler(b), load.event, load.body)
			hints := make(chan github.Hint)
			b.Cleanup(func() { close(hints) })
			go func() {
				for range hints {
				}
			}()
			ours := newLoad(b, newIntake(b, handlerFunc(func(context.Context, bot.Request) bot.Answer {
				b.Error("something was taken for a command")
				return bot.Answer{}
			}), func(o *github.IntakeOptions) { o.Hints = hints }), load.event, load.body)
			bare.run(benchRound) // warm up
			ours.run(benchRound)
			bare.latencies, ours.latencies = nil, nil
			var bareTime, oursTime time.Duration
			for range b.N/benchRound + 1 {
				bareTime += bare.run(benchRound)
				oursTime += ours.run(benchRound)
			}
			requests := float64(len(ours.latencies))
			b.ReportMetric(0, "ns/op") // would be that of both together
			b.ReportMetric(requests/bareTime.Seconds(), "bare-req/s")
			b.ReportMetric(requests/oursTime.Seconds(), "intake-req/s")
			b.ReportMetric(bareTime.Seconds()/oursTime.Seconds(), "ratio")
			b.ReportMetric(float64(bare.p99().Microseconds()), "bare-p99-µs")
			b.ReportMetric(float64(ours.p99().Microseconds()), "intake-p99-µs")
			b.ReportMetric(ours.p99().Seconds()/bare.p99().Seconds(), "p99-ratio")
		})
	}
}

// bareHandler reads a body, verifies it, and does nothing.
func bareHandler(b *testing.B) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, r.ContentLength)
		if _, err := io.ReadFull(http.MaxBytesReader(w, r.Body, 25<<20), body); err != nil {
			b.Error(err)
		}
		mac := hmac.New(sha256.New, []byte(webhookSecret))
		mac.Write(body)
		given, err := hex.DecodeString(strings.TrimPrefix(r.Header.Get("X-Hub-Signature-256"), "sha256="))
		if err != nil || !hmac.Equal(mac.Sum(nil), given) {
			b.Error("wrong signature")
		}
		w.WriteHeader(http.StatusOK)
	})
}

// load is a server and the clients that ask it the same again and again.
type load struct {
	b         *testing.B
	request   []byte
	clients   []net.Conn
	mu        sync.Mutex
	latencies []time.Duration
}

const benchClients = 16

func newLoad(b *testing.B, handler http.Handler, event, body string) *load {
	b.Helper()
	server := httptest.NewServer(handler)
	b.Cleanup(server.Close)
	// The clients are as cheap as can be, or they would be what is measured.
	var request bytes.Buffer
	fmt.Fprintf(&request, "POST /github/webhook HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\nUser-Agent: GitHub-Hookshot/c2dd8bd\r\n"+
		"X-GitHub-Event: %s\r\nX-GitHub-Delivery: 72d3162e-cc78-11e3-81ab-4c9367dc0958\r\nX-Hub-Signature-256: %s\r\nContent-Length: %d\r\n\r\n%s",
		event, sign(webhookSecret, body), len(body), body)
	l := &load{b: b, request: request.Bytes()}
	for range benchClients {
		client, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = client.Close() })
		l.clients = append(l.clients, client)
	}
	return l
}

// run sends that many requests and returns how long that took.
func (l *load) run(requests int) time.Duration {
	var clients sync.WaitGroup
	start := time.Now()
	for _, client := range l.clients {
		clients.Go(func() {
			answers := bufio.NewReader(client)
			latencies := make([]time.Duration, 0, requests/benchClients)
			for range requests / benchClients {
				sent := time.Now()
				if _, err := client.Write(l.request); err != nil {
					l.b.Error(err)
					return
				}
				response, err := http.ReadResponse(answers, nil)
				if err != nil {
					l.b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, response.Body)
				if response.StatusCode != http.StatusOK {
					l.b.Error(response.Status)
				}
				latencies = append(latencies, time.Since(sent))
			}
			l.mu.Lock()
			defer l.mu.Unlock()
			l.latencies = append(l.latencies, latencies...)
		})
	}
	clients.Wait()
	return time.Since(start)
}

func (l *load) p99() time.Duration {
	sorted := slices.Clone(l.latencies)
	slices.Sort(sorted)
	return sorted[len(sorted)*99/100]
}
