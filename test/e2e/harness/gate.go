package harness

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Gate holds promotions at a step until it is opened.
type Gate struct {
	project *Project
	stage   string
	id      int
	url     string
	// verifies says that it is a verification that waits, not a step.
	verifies bool
}

// gates answers the steps of real Kargo that wait: 503 before a gate is opened, 200 from then on.
type gates struct {
	server *httptest.Server

	mu   sync.Mutex
	last int
	open map[int]bool
}

func startGates() *gates {
	g := &gates{open: map[int]bool{}}
	g.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil || !g.isOpen(id) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	return g
}

func (g *gates) isOpen(id int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open[id]
}

func (g *gates) close() error {
	g.server.Close()
	return nil
}

// NewGate returns a gate that is shut, for one step of one Stage.
func (p *Project) NewGate() *Gate {
	g := p.cluster.gates
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last++
	return &Gate{project: p, id: g.last, url: fmt.Sprintf("%s/%d", g.server.URL, g.last)}
}

// Open lets promotions pass, those that wait and those to come.
func (g *Gate) Open(t testing.TB) {
	t.Helper()
	if g.stage == "" {
		t.Fatal(errors.New("the gate is in no Stage"))
	}
	c := g.project.cluster
	c.gates.mu.Lock()
	c.gates.open[g.id] = true
	c.gates.mu.Unlock()
	switch {
	case g.verifies:
		c.passVerification(g.project.Key(g.stage))
		return
	case !c.RealKargo:
		c.passSteps(g.project.Key(g.stage))
		return
	}
	// Kargo asks again in ten seconds; it need not wait so long.
	for _, promotion := range g.project.Promotions.Objects() {
		if promotion.Spec.Stage == g.stage && !promotion.Status.Phase.IsTerminal() {
			g.project.Annotate(t, promotion.Name, kargoapi.AnnotationKeyRefresh, time.Now().Format(time.RFC3339Nano))
		}
	}
}
