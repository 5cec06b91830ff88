package shipment

import "context"

// turns lets as many do something at once as it has room for.
type turns chan struct{}

// do runs f when it is its turn, or returns why ctx ended before.
func (t turns) do(ctx context.Context, f func() error) error {
	select {
	case t <- struct{}{}:
		defer func() { <-t }()
		return f()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
