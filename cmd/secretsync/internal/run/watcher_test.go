package run_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"k8s.io/client-go/rest"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/run"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// apiServer is the part of an API server by which one Secret is watched: github-creds, which its Role names. It
// answers with Tables, and refuses to hand out objects: they have values in them.
type apiServer struct {
	t *testing.T
	// version is what a look finds, 404 if it is empty.
	version string
	// events are what a watch tells before it ends: lines of JSON.
	events []string
	// status of the watch, if it is not 200.
	status int

	mu      sync.Mutex
	watched []string
}

func (s *apiServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if r.Header.Get("Accept") != "application/json;as=Table;v=v1;g=meta.k8s.io" || query.Get("includeObject") != "None" {
		s.t.Errorf("a request for an object: %s, Accept %q", r.URL, r.Header.Get("Accept"))
		s.refuse(w, http.StatusNotAcceptable, "NotAcceptable")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.URL.Path == "/api/v1/namespaces/microsvcs/secrets/github-creds":
		if s.version == "" {
			s.refuse(w, http.StatusNotFound, "NotFound")
			return
		}
		_, _ = fmt.Fprint(w, table(s.version))
	case r.URL.Path == "/api/v1/namespaces/microsvcs/secrets" && query.Get("watch") == "true" &&
		query.Get("fieldSelector") == "metadata.name=github-creds" && query.Get("timeoutSeconds") != "":
		s.mu.Lock()
		s.watched = append(s.watched, query.Get("resourceVersion"))
		s.mu.Unlock()
		if s.status != 0 {
			s.refuse(w, s.status, map[int]string{http.StatusForbidden: "Forbidden", http.StatusInternalServerError: "InternalError"}[s.status])
			return
		}
		for _, event := range s.events {
			_, _ = fmt.Fprintln(w, event)
		}
	default:
		s.refuse(w, http.StatusForbidden, "Forbidden")
	}
}

func (s *apiServer) refuse(w http.ResponseWriter, code int, reason string) {
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "code": code})
}

func table(version string) string {
	return `{"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {"resourceVersion": "` + version + `"},
		"columnDefinitions": [], "rows": [{"cells": ["github-creds", "Opaque", 2, "1d"], "object": null}]}`
}

func event(kind, object string) string {
	return `{"type": "` + kind + `", "object": ` + strings.ReplaceAll(object, "\n", " ") + `}`
}

// watch watches until the watch ends, and returns what was seen.
func watch(t *testing.T, s *apiServer, name string) ([]string, error) {
	t.Helper()
	s.t = t
	server := httptest.NewServer(s)
	defer server.Close()
	cluster, err := run.NewCluster(&rest.Config{Host: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	secret := credentials.SecretName{Namespace: "microsvcs", Name: name}
	var seen []string
	err = cluster.Watch(t.Context(), secret, func(change run.Change) {
		if change.Secret != secret {
			t.Errorf("a change of %s", change.Secret)
		}
		seen = append(seen, change.ResourceVersion)
	})
	return seen, err
}

func TestWatchTellsHowASecretStandsAndThenOfChanges(t *testing.T) {
	s := &apiServer{version: "7", events: []string{event("MODIFIED", table("8")), event("DELETED", table("9")), event("ADDED", table("10"))}}
	seen, err := watch(t, s, "github-creds")
	if err != nil || !slices.Equal(seen, []string{"7", "8", "", "10"}) || !slices.Equal(s.watched, []string{"7"}) {
		t.Errorf("seen %q after %q, error %v", seen, s.watched, err)
	}
}

func TestWatchOfASecretThatIsNotThereYet(t *testing.T) {
	s := &apiServer{events: []string{event("ADDED", table("8"))}}
	seen, err := watch(t, s, "github-creds")
	if err != nil || !slices.Equal(seen, []string{"", "8"}) || !slices.Equal(s.watched, []string{""}) {
		t.Errorf("seen %q after %q, error %v", seen, s.watched, err)
	}
}

func TestWatchesThatFail(t *testing.T) {
	expired := event("ERROR", `{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Expired", "code": 410}`)
	for name, test := range map[string]struct {
		server    *apiServer
		secret    string
		forbidden bool
	}{
		"its version is too old":  {&apiServer{version: "7", events: []string{expired}}, "github-creds", false},
		"a Role without watch":    {&apiServer{version: "7", status: http.StatusForbidden}, "github-creds", true},
		"no Role":                 {&apiServer{version: "7"}, "other", true},
		"out of order":            {&apiServer{version: "7", status: http.StatusInternalServerError}, "github-creds", false},
		"an object in its events": {&apiServer{version: "7", events: []string{event("MODIFIED", `{"kind": "Secret", "apiVersion": "v1"}`)}}, "github-creds", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := watch(t, test.server, test.secret)
			if err == nil && name != "an object in its events" || isForbidden(err) != test.forbidden {
				t.Errorf("error: %v", err)
			}
		})
	}
}
