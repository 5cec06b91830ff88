package demo

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// maxBuilds is how many images may be built at once.
const maxBuilds = 256

// imageBuild is an image that is being built.
type imageBuild struct {
	service     service
	tag, commit string
	// warehouse is the Warehouse that is to discover it.
	warehouse string
	// done is when it is built.
	done time.Time
}

// startBuild has an image built of a commit, as a push to the repository does. It never blocks.
func (d *Demo) startBuild(s service, tag, commit, warehouse string) {
	select {
	case d.builds <- imageBuild{s, tag, commit, warehouse, d.now().Add(d.buildTime)}:
	default:
		d.log.Warn("too many builds at once: an image is not built", "service", s.name, "tag", tag)
	}
}

// runBuilds pushes images to the registry when they are built, until ctx is done. Every build takes equally long,
// so that they are done in the order in which they began.
func (d *Demo) runBuilds(ctx context.Context) error {
	for {
		var b imageBuild
		select {
		case <-ctx.Done():
			return nil
		case b = <-d.builds:
		}
		built := time.NewTimer(b.done.Sub(d.now()))
		select {
		case <-ctx.Done():
			built.Stop()
			return nil
		case <-built.C:
		}
		if err := d.pushImage(ctx, b); err != nil && ctx.Err() == nil {
			d.log.ErrorContext(ctx, "image not pushed", "service", b.service.name, "tag", b.tag, "error", err)
		}
	}
}

// pushImage puts an image in the registry and has Kargo look for it, as a webhook of the registry would.
func (d *Demo) pushImage(ctx context.Context, b imageBuild) error {
	d.simulator.Registry.Push(d.world.Repository(b.service.name), d.world.Pushed(b.service.name, b.service.image(b.tag, b.commit, d.now())))
	warehouse := &kargoapi.Warehouse{}
	warehouse.Namespace, warehouse.Name = namespace, b.warehouse
	patch := fmt.Appendf(nil, `{"metadata":{"annotations":{%q:%q}}}`, kargoapi.AnnotationKeyRefresh, b.tag)
	if err := d.admin.Patch(ctx, warehouse, client.RawPatch(types.MergePatchType, patch)); err != nil {
		return fmt.Errorf("have Kargo look for %s %s: %w", b.service.name, b.tag, err)
	}
	return nil
}
