package resolve

import (
	"context"
	"sync/atomic"
)

// readAll reads documents until the context ends: those that open a store one after the other, the others as many at a
// time as is allowed. After trouble with the whole source it asks for no more.
func (r *Resolver) readAll(ctx context.Context, s *source, answered chan<- found, reads *atomic.Int64) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	stores := map[string]store{}
	one := func(d *document) {
		if ctx.Err() != nil {
			return
		}
		reads.Add(1)
		c, trouble := read(ctx, stores[d.store], d.reference)
		if trouble != nil && trouble.whole() {
			stop()
		}
		answered <- found{document: d, content: c, fault: trouble}
	}
	for _, d := range s.documents[:s.first] {
		if stores[d.store] == nil {
			stores[d.store] = r.open(d.reference)
		}
		one(d)
	}
	r.spread(s.documents[s.first:], one)
}

// spread calls do for each document, on as many goroutines as there may be, and returns when all are done.
func (r *Resolver) spread(documents []*document, do func(*document)) {
	var next atomic.Int64
	done := make(chan struct{})
	workers := min(r.options.Documents, len(documents))
	for range workers {
		go func() {
			defer func() { done <- struct{}{} }()
			for i := next.Add(1); int(i) <= len(documents); i = next.Add(1) {
				do(documents[i-1])
			}
		}()
	}
	for range workers {
		<-done
	}
}

// read reads a document. Clients behind vals panic where they should not, for instance on answers that are no JSON
// objects, or a region that is missing.
func read(ctx context.Context, from store, ref reference) (c content, trouble *fault) {
	defer func() {
		if recovered := recover(); recovered != nil {
			trouble = &fault{cause: unexpected}
			if err, ok := recovered.(error); ok {
				trouble = classify(err)
			}
		}
	}()
	c, err := from.read(ctx, ref)
	if err != nil {
		return content{}, classify(err)
	}
	return c, nil
}
