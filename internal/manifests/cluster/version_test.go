package cluster_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/davidaparicio/kargo-bot/internal/kargosim/crds"
	"github.com/davidaparicio/kargo-bot/internal/manifests/cluster"
)

// serve answers as an API server does that is asked for the schemas of Kargo's kinds.
func serve(t *testing.T, status int, document any) *rest.Config {
	t.Helper()
	raw, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/openapi/v3/apis/kargo.akuity.io/v1alpha1" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write(raw)
	}))
	t.Cleanup(server.Close)
	return &rest.Config{Host: server.URL}
}

type object = map[string]any

func document(stage, warehouse object) object {
	return object{"components": object{"schemas": object{
		"io.akuity.kargo.v1alpha1.Stage": stage, "io.akuity.kargo.v1alpha1.Warehouse": warehouse, "io.akuity.kargo.v1alpha1.StageList": object{},
	}}}
}

func properties(names ...string) object {
	all := object{}
	for _, name := range names {
		all[name] = object{}
	}
	return object{"properties": all}
}

func TestVersionIsToldByFields(t *testing.T) {
	stage := func(spec, status object) object { return object{"properties": object{"spec": spec, "status": status}} }
	warehouse := func(image object) object {
		return object{"properties": object{"spec": object{"properties": object{"subscriptions": object{"items": object{"properties": object{"image": image}}}}}}}
	}
	for want, d := range map[string]object{
		"1.12": document(stage(properties("targets"), properties("autoPromotionHolds")), object{}),
		"1.11": document(stage(properties("vars"), properties("autoPromotionHolds")), object{}),
		"1.10": document(stage(properties("vars"), properties("health")), object{}),
		"1.8":  document(stage(properties("vars"), properties("health")), warehouse(properties("allowTags"))),
	} {
		got, err := cluster.DetectVersion(t.Context(), serve(t, http.StatusOK, d), time.Second)
		if err != nil || got.String() != want {
			t.Errorf("%s is taken for %s, %v", want, got, err)
		}
	}
}

func TestVersionOfKargosOwnDefinitions(t *testing.T) {
	dirs := map[string]string{"v1.9.10": "1.10", "v1.10.10": "1.10", "v1.11.2": "1.11", "v1.12-dev": "1.12"}
	for dir, want := range dirs {
		path := filepath.Join("..", "..", "..", "..", "shared", "kargo-crds", dir)
		if _, err := os.Stat(path); err != nil {
			t.Logf("Kargo's own definitions of %s are not here", dir)
			continue
		}
		all, err := crds.Directory(path)
		if err != nil {
			t.Fatal(err)
		}
		schemas := object{}
		for _, d := range all {
			schemas["io.akuity.kargo.v1alpha1."+d.Spec.Names.Kind] = d.Spec.Versions[0].Schema.OpenAPIV3Schema
		}
		got, err := cluster.DetectVersion(t.Context(), serve(t, http.StatusOK, object{"components": object{"schemas": schemas}}), time.Second)
		if err != nil || got.String() != want {
			t.Errorf("%s is taken for %s, %v", dir, got, err)
		}
	}
}

func TestVersionThatCantBeTold(t *testing.T) {
	for want, config := range map[string]*rest.Config{
		"the cluster has no Kargo: install it":                       serve(t, http.StatusNotFound, object{"kind": "Status", "status": "Failure", "code": 404, "reason": "NotFound"}),
		"Kargo's version can't be told: say it with --kargo-version": serve(t, http.StatusOK, object{}),
		"the cluster can't be reached":                               {Host: "http://127.0.0.1:1"},
	} {
		_, err := cluster.DetectVersion(t.Context(), config, time.Second)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("want %q; got %v", want, err)
		}
	}
}
