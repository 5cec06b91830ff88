package demo

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/world"
)

// releases knows the newest version of each service.
type releases struct {
	mu     sync.Mutex
	newest map[string]string
}

// next returns the version after the newest one, which from now on is the newest.
func (r *releases) next(s service) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.newest == nil {
		r.newest = map[string]string{}
	}
	version, ok := r.newest[s.name]
	if !ok {
		version = s.next
	}
	i := strings.LastIndexByte(version, '.')
	patch, err := strconv.Atoi(version[i+1:])
	if err != nil {
		return "", fmt.Errorf("version %s of %s: %w", version, s.name, err)
	}
	r.newest[s.name] = fmt.Sprintf("%s.%d", version[:i], patch+1)
	return r.newest[s.name], nil
}

// Release implements page.World: it puts an image in the registry and has Kargo look for it, as a
// webhook of the registry would.
func (d *Demo) Release(ctx context.Context, name string) error {
	s, err := serviceCalled(name)
	if err != nil {
		return err
	}
	version, err := d.releases.next(s)
	if err != nil {
		return err
	}
	image := world.Image{Tag: version, Commit: commitOf(s, version), At: d.now()}
	d.simulator.Registry.Push(d.world.Repository(name), d.world.Pushed(name, image))
	warehouse := &kargoapi.Warehouse{}
	warehouse.Namespace, warehouse.Name = namespace, world.ReleasesWarehouse(name)
	patch := fmt.Appendf(nil, `{"metadata":{"annotations":{%q:%q}}}`, kargoapi.AnnotationKeyRefresh, version)
	if err := d.admin.Patch(ctx, warehouse, client.RawPatch(types.MergePatchType, patch)); err != nil {
		return fmt.Errorf("have Kargo look for %s %s: %w", name, version, err)
	}
	return nil
}
