package shipment

import (
	"context"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// madeBefore is what was made for Shipments before this pass asked, read from the API server once for each and
// shared by the items of the pass. An item may go by it until it makes a Promotion itself, which it does
// last: of what earlier passes made, it has all, since there is one pass over a Shipment at a time.
type madeBefore struct {
	mu    sync.Mutex
	lists map[types.UID]func() ([]kargoapi.Promotion, error)
}

// made returns the Promotions that were made for a Shipment.
func (p *pass) made(ctx context.Context, uid types.UID) ([]kargoapi.Promotion, error) {
	p.before.mu.Lock()
	list, ok := p.before.lists[uid]
	if !ok {
		list = sync.OnceValues(func() (list []kargoapi.Promotion, err error) {
			err = p.turns.do(ctx, func() (err error) {
				list, err = p.promoter.Made(ctx, p.s.Namespace, map[string]string{v1alpha1.LabelShipmentUID: string(uid)})
				return err
			})
			return list, err
		})
		p.before.lists[uid] = list
	}
	p.before.mu.Unlock()
	return list()
}
