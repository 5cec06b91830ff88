package sync

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/probe"
	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/resolve"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// Resolver reads the values of references.
type Resolver interface {
	// Resolve answers each of the references. Sources in skip are not asked; what was said of them is the answer.
	Resolve(ctx context.Context, references []string, skip map[string]string) resolve.Answers
}

// Prober tries a credential where it is used.
type Prober interface {
	Probe(ctx context.Context, credential credentials.Credential, data map[string][]byte) probe.Finding
}

// Pass brings Secrets to what is declared, once.
type Pass struct {
	// Client reads and writes directly, with no cache: see NewClient.
	Client   client.Client
	Resolver Resolver
	// Prober may be nil: then nothing is tried.
	Prober Prober
	Now    func() time.Time
}

// one is one pass on its way.
type one struct {
	*Pass

	file    *credentials.File
	request credentials.Request
	now     time.Time
	stored  *inventory
	answers resolve.Answers
	items   []*item
	orphans []*orphan
	// mute says that Events may not be written.
	mute atomic.Bool
}

// Run does the pass. It returns what became of each Secret: one that can't be helped holds up none of the others.
// Nothing is written where nothing has changed.
func (p *Pass) Run(ctx context.Context, file *credentials.File, request credentials.Request) credentials.Report {
	o := &one{Pass: p, file: file, request: request, now: p.Now().UTC().Truncate(time.Second)}
	var problem string
	if o.stored, problem = o.readInventory(ctx); problem != "" {
		return credentials.Report{Problem: problem}
	}
	o.gather()
	o.answers = p.Resolver.Resolve(ctx, o.references(), request.Skip)
	each(ctx, o.items, o.look, (*item).broken)
	each(ctx, o.orphans, o.lookAtOrphan, (*orphan).broken)
	warnings := o.readyNamespaces(ctx)
	if request.DryRun {
		o.doomed()
	} else {
		problem = o.carryOut(ctx)
	}
	if ctx.Err() != nil {
		problem = "The pass was stopped before it was done. What it has not got to is as it was; the next pass goes on."
	}
	if o.mute.Load() {
		warnings = append(warnings, "Nobody is told what becomes of credentials. "+
			explainForbidden(action{verb: "create", resource: "events", name: credentials.SecretName{Namespace: o.file.Namespace}}))
	}
	report := o.report()
	report.Sources, report.Warnings, report.Problem = o.answers.Sources, warnings, problem
	return report
}

// carryOut writes what has to be written, and remembers it. Whoever reads the inventory is never told of less than
// there is: what is to be made is in it before it is made, and what is deleted until it is gone.
func (o *one) carryOut(ctx context.Context) (problem string) {
	if problem := o.intend(ctx); problem != "" {
		return problem
	}
	each(ctx, o.items, o.apply, (*item).broken)
	// Only by now it is known whether what takes their place is there.
	each(ctx, o.doomed(), o.prune, (*orphan).broken)
	if ctx.Err() != nil {
		// What ended in the middle has not failed: it is not told so.
		return ""
	}
	o.note()
	each(ctx, o.items, o.tell, (*item).quiet)
	each(ctx, o.orphans, o.settleTrouble, (*orphan).quiet)
	return o.save(ctx)
}

// gather makes an item of each Secret that is wanted, and an orphan of each that was.
func (o *one) gather() {
	declared := map[credentials.SecretName]bool{}
	for _, wanted := range o.file.Wanted() {
		declared[wanted.SecretName] = true
		if o.concerns(wanted.SecretName) {
			o.items = append(o.items, newItem(wanted, o.stored.entry(wanted.SecretName)))
		}
	}
	for _, name := range o.stored.names() {
		if !declared[name] && o.concerns(name) {
			o.orphans = append(o.orphans, &orphan{name: name, entry: *o.stored.entry(name)})
		}
	}
}

func (o *one) concerns(name credentials.SecretName) bool {
	return len(o.request.Only) == 0 || slices.Contains(o.request.Only, name)
}

func (o *one) contested(name credentials.SecretName) bool {
	return slices.Contains(o.request.Contested, name)
}

// references are those of all Secrets, each once.
func (o *one) references() []string {
	var all []string
	for _, i := range o.items {
		if !o.contested(i.name()) {
			all = append(all, i.references...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (o *one) report() credentials.Report {
	var report credentials.Report
	for _, i := range o.items {
		report.Secrets = append(report.Secrets, i.outcome)
		report.Writes += i.writes
	}
	for _, orphan := range o.orphans {
		report.Secrets = append(report.Secrets, orphan.outcome)
		report.Writes += orphan.writes
	}
	return report
}
