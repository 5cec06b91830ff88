package harness

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/registry"
)

// images is a container registry, as far as Kargo's discovery asks one: it lists tags, and has a
// manifest and a configuration for each. Simulated Kargo is told of the same images.
type images struct {
	server *httptest.Server

	mu sync.Mutex
	// tags are a repository's, in the order in which they were pushed.
	tags map[string][]string
	// blobs are manifests and configurations by "repository@digest"; manifests by "repository:tag" too.
	blobs map[string][]byte
}

// mediaTypes of what the registry has.
const (
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	configType   = "application/vnd.oci.image.config.v1+json"
)

func startImages() *images {
	i := &images{tags: map[string][]string{}, blobs: map[string][]byte{}}
	i.server = httptest.NewServer(i)
	return i
}

func (i *images) close() error {
	i.server.Close()
	return nil
}

// push adds an image to a repository and returns the digest of its manifest.
func (i *images) push(repository, tag string) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	keep := func(content []byte) string {
		digest := fmt.Sprintf("sha256:%x", sha256.Sum256(content))
		i.blobs[repository+"@"+digest] = content
		return digest
	}
	encode := func(v any) []byte {
		content, err := json.Marshal(v)
		if err != nil {
			panic(err) // maps of strings and numbers
		}
		return content
	}
	config := encode(map[string]any{
		"architecture": "amd64", "os": "linux", "created": time.Now().UTC().Format(time.RFC3339),
		"config": map[string]any{"Labels": map[string]string{"version": tag}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{}},
	})
	manifest := encode(map[string]any{
		"schemaVersion": 2, "mediaType": manifestType, "layers": []any{},
		"config": map[string]any{"mediaType": configType, "size": len(config), "digest": keep(config)},
	})
	i.tags[repository] = append(i.tags[repository], tag)
	i.blobs[repository+":"+tag] = manifest
	return keep(manifest)
}

// ServeHTTP implements http.Handler: https://github.com/opencontainers/distribution-spec, "pull".
func (i *images) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/v2/")
	if path == "" {
		return // this is a registry
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if repository, ok := strings.CutSuffix(path, "/tags/list"); ok {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"name": repository, "tags": i.tags[repository]})
		return
	}
	content, mediaType := i.find(path)
	if content == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Docker-Content-Digest", fmt.Sprintf("sha256:%x", sha256.Sum256(content)))
	_, _ = w.Write(content) // whoever asked may be gone
}

// find returns what a path leads to, and its media type. i.mu is held.
func (i *images) find(path string) (content []byte, mediaType string) {
	if repository, reference, ok := strings.Cut(path, "/manifests/"); ok {
		if strings.HasPrefix(reference, "sha256:") {
			return i.blobs[repository+"@"+reference], manifestType
		}
		return i.blobs[repository+":"+reference], manifestType
	}
	repository, digest, _ := strings.Cut(path, "/blobs/")
	return i.blobs[repository+"@"+digest], configType
}

// published is the repository of a service's image in the registry, where it can be discovered.
func (p *Project) published(service string) string {
	return strings.TrimPrefix(p.cluster.images.server.URL, "http://") + "/" + p.Name + "/" + service
}

// Publish pushes an image of a service to the registry. Nobody is told.
func (p *Project) Publish(t testing.TB, service, version string) {
	t.Helper()
	digest := p.cluster.images.push(p.Name+"/"+service, version)
	if p.cluster.simulation != nil {
		p.cluster.simulation.simulator.Registry.Push(p.published(service), registry.Image{
			Tag: version, Digest: digest, CreatedAt: time.Now(),
		})
	}
}

// DiscoveringWarehouse makes a Warehouse of a service that makes Freight of what is published, when
// somebody asks it to look. It returns when it has looked for the first time.
func (p *Project) DiscoveringWarehouse(t testing.TB, service string) {
	t.Helper()
	p.make(t, "Warehouse", service, map[string]any{
		"interval": "24h",
		"subscriptions": []any{map[string]any{"image": map[string]any{
			"repoURL": p.published(service), "imageSelectionStrategy": "SemVer", "constraint": ">=0.0.0",
		}}},
	})
	Watch[*kargoapi.Warehouse](t, p.cluster, &kargoapi.WarehouseList{}, p.Name).AwaitOne(t, "the Warehouse to have looked", kargoTimeout,
		func(w *kargoapi.Warehouse) bool {
			return w.Name == service && w.Status.ObservedGeneration == w.Generation
		})
}

// BlindWarehouse makes a Warehouse of a service that discovers nothing: it is written as for Kargo
// before 1.11, which refuses that when it looks.
func (p *Project) BlindWarehouse(t testing.TB, service string) {
	t.Helper()
	p.make(t, "Warehouse", service, map[string]any{
		"interval": "24h",
		"subscriptions": []any{map[string]any{"image": map[string]any{
			"repoURL": p.published(service), "imageSelectionStrategy": "NewestBuild", "allowTags": "^sha-",
		}}},
	})
}
