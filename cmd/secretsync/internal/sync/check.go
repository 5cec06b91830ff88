package sync

import (
	"cmp"
	"context"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/probe"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// What is done with values that do not work.
const (
	checkOff     = "off"
	checkRequire = "require"
)

const refused = string(probe.Refused)

// check tries what is about to be written and, if asked to, what is there.
func (o *one) check(ctx context.Context, i *item) {
	policy := cmp.Or(i.wanted.Credential.Check, o.file.Declaration.Check)
	if policy == checkOff || policy == "" {
		i.outcome.Probe = ""
	}
	if o.Prober == nil || policy == checkOff || policy == "" {
		return
	}
	if !i.write && (!o.request.Probe || i.outcome.State != credentials.StateUnchanged) {
		return
	}
	finding := o.Prober.Probe(ctx, *i.wanted.Credential, i.content.Data)
	i.outcome.Probe = string(finding.Verdict)
	if finding.ExpiresAt != nil {
		expires := finding.ExpiresAt.UTC()
		i.outcome.ExpiresAt = &expires
	}
	switch {
	case finding.Verdict == probe.Refused && i.write && policy == checkRequire:
		o.keepOld(i, finding.Message)
	case finding.Verdict == probe.Unreachable && i.live != nil && i.write && policy == checkRequire:
		o.keepOld(i, finding.Message)
	case finding.Verdict == probe.Refused, finding.Verdict == probe.Unreachable && i.write:
		i.outcome.Message = finding.Message
	}
}

// keepOld leaves the Secret as it is.
func (o *one) keepOld(i *item, why string) {
	then := " The Secret is left as it is."
	if i.live == nil {
		then = " The Secret is not made."
	}
	i.end(credentials.StateFailed, why+then)
	verdict := i.outcome.Probe
	i.restoreMemory()
	i.outcome.Probe = verdict
}
