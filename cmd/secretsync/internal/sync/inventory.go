package sync

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// inventory is the ConfigMap that remembers which Secrets a declaration has made, and how each stands. It has a key for
// each, so that two programs that write it at once only ever meet where they mean the same Secret.
type inventory struct {
	entries map[credentials.SecretName]*entry
	// version is that of the ConfigMap, empty if there is none.
	version string
}

func (v *inventory) entry(name credentials.SecretName) *entry { return v.entries[name] }

// names are those of all entries, in order.
func (v *inventory) names() []credentials.SecretName {
	return slices.SortedFunc(maps.Keys(v.entries), credentials.SecretName.Compare)
}

// InventoryName returns the name of the ConfigMap of a declaration.
func InventoryName(owner string) string { return owner + "-inventory" }

func (o *one) inventoryName() credentials.SecretName {
	return credentials.SecretName{Namespace: o.file.Namespace, Name: InventoryName(o.file.Declaration.Owner)}
}

// readInventory reads what is remembered. What is no entry is left alone, as is one that can't be read: its Secret is
// then known by its labels, and is not deleted.
func (o *one) readInventory(ctx context.Context) (*inventory, string) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	stored := &inventory{entries: map[credentials.SecretName]*entry{}}
	var live corev1.ConfigMap
	name := o.inventoryName()
	err := o.Client.Get(ctx, client.ObjectKey{Namespace: name.Namespace, Name: name.Name}, &live)
	if apierrors.IsNotFound(err) {
		return stored, ""
	}
	if err != nil {
		return nil, explain(err, action{verb: "get", resource: "configmaps", name: name})
	}
	stored.version = live.ResourceVersion
	for key, text := range live.Data {
		if name, e, ok := readEntry(key, text); ok {
			stored.entries[name] = e
		}
	}
	return stored, ""
}

// intend writes down which Secrets are about to be made. If the program ends right after, they are known to be its own.
func (o *one) intend(ctx context.Context) (problem string) {
	changes := map[string]*entry{}
	for _, i := range o.items {
		if i.write && i.before == nil {
			i.before = &entry{}
			changes[i.key()] = i.before
		}
	}
	return o.writeInventory(ctx, changes)
}

// save writes what the pass has changed of what is remembered.
func (o *one) save(ctx context.Context) (problem string) {
	changes := map[string]*entry{}
	for _, i := range o.items {
		if !i.after.same(i.before) {
			changes[i.key()] = i.after
		}
	}
	for _, orphan := range o.orphans {
		switch {
		case orphan.gone:
			changes[entryKey(orphan.name)] = nil
		case orphan.calmed:
			changes[entryKey(orphan.name)] = &orphan.entry
		}
	}
	o.alsoVersions(changes)
	return o.writeInventory(ctx, changes)
}

// alsoVersions adds, where anything is written, which version of a Secret is as it is declared: what others have added
// to it since we wrote it, is then not taken for a cause of what the declaration changes later.
func (o *one) alsoVersions(changes map[string]*entry) {
	if len(changes) == 0 {
		return
	}
	for _, i := range o.items {
		if i.outcome.State == credentials.StateUnchanged && i.after != nil && i.after.Version != i.outcome.ResourceVersion {
			i.after.Version = i.outcome.ResourceVersion
			changes[i.key()] = i.after
		}
	}
}

// writeInventory writes entries, and removes those that are nil. Keys of others stay as they are by then.
func (o *one) writeInventory(ctx context.Context, changes map[string]*entry) (problem string) {
	if len(changes) == 0 {
		return ""
	}
	if o.stored.version == "" {
		if problem := o.makeInventory(ctx); problem != "" {
			return problem
		}
	}
	const tries = 5
	for try := 1; ; try++ {
		err := o.patchInventory(ctx, changes)
		if err == nil {
			return ""
		}
		if apierrors.IsNotFound(err) && try < tries {
			// Somebody has deleted it meanwhile. What it said is known.
			if problem := o.makeInventory(ctx); problem != "" {
				return problem
			}
			changes = o.withStored(changes)
			continue
		}
		if !apierrors.IsConflict(err) || try == tries || !wait(ctx, try) {
			return explain(err, action{verb: "patch", resource: "configmaps", name: o.inventoryName()})
		}
		fresh, problem := o.readInventory(ctx)
		if problem != "" {
			return problem
		}
		o.stored.version = fresh.version
	}
}

// withStored adds to changes what was read of the inventory and has not changed.
func (o *one) withStored(changes map[string]*entry) map[string]*entry {
	all := maps.Clone(changes)
	for name, e := range o.stored.entries {
		if _, changed := all[entryKey(name)]; !changed {
			all[entryKey(name)] = e
		}
	}
	return all
}

// makeInventory makes an empty one. It is applied, not created: Kubernetes then knows its name when it asks whether
// that is allowed.
func (o *one) makeInventory(ctx context.Context) (problem string) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	name := o.inventoryName()
	wanted := corev1ac.ConfigMap(name.Name, name.Namespace).WithLabels(map[string]string{
		credentials.LabelManagedBy: credentials.Manager, credentials.LabelOwner: o.file.Declaration.Owner,
	})
	if err := o.Client.Apply(ctx, wanted, client.FieldOwner(credentials.Manager)); err != nil {
		return explain(err, action{verb: "patch", resource: "configmaps", name: name})
	}
	if wanted.ResourceVersion != nil {
		o.stored.version = *wanted.ResourceVersion
	}
	return ""
}

func (o *one) patchInventory(ctx context.Context, changes map[string]*entry) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	data := make(map[string]any, len(changes))
	for key, e := range changes {
		if e == nil {
			data[key] = nil
			continue
		}
		text, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("encode an entry of the inventory: %w", err)
		}
		data[key] = string(text)
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"resourceVersion": o.stored.version}, "data": data})
	if err != nil {
		return fmt.Errorf("encode the inventory: %w", err)
	}
	var live corev1.ConfigMap
	live.Namespace, live.Name = o.inventoryName().Namespace, o.inventoryName().Name
	if err := o.Client.Patch(ctx, &live, client.RawPatch(types.MergePatchType, patch), client.FieldOwner(credentials.Manager)); err != nil {
		return err //nolint:wrapcheck // it is explained by whoever gets it
	}
	o.stored.version = live.ResourceVersion
	return nil
}

// wait waits a little longer each time, so that two programs do not meet again and again.
func wait(ctx context.Context, try int) bool {
	const first = 50 * time.Millisecond
	timer := time.NewTimer(first*time.Duration(try) + rand.N(first)) //nolint:gosec // jitter needs no secrecy
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
