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

// What the inventory remembers of a credential that was tried. That one works needs no remembering.
const (
	refused     = string(probe.Refused)
	unreachable = string(probe.Unreachable)
)

// check tries what is about to replace other values and, if that is due, what is there.
func (o *one) check(ctx context.Context, i *item) {
	policy := cmp.Or(i.wanted.Credential.Check, o.file.Declaration.Check)
	if policy == checkOff || policy == "" {
		i.outcome.Probe = ""
		return
	}
	switch {
	case o.Prober == nil, i.outcome.State == credentials.StateConflict:
	case i.replaces():
		o.tryNew(ctx, i, policy == checkRequire)
	case i.before.made() && o.dueAgain(i):
		data := i.content.Data
		if !i.write && i.live != nil {
			data = i.live.Data
		}
		if data != nil {
			i.tried = true
			i.found(o.Prober.Probe(ctx, *i.wanted.Credential, data))
		}
	}
}

// replaces reports whether other values are about to be written than those before. What somebody has changed or deleted
// is put right with what was there, and that waits for nobody.
func (i *item) replaces() bool {
	if i.live == nil {
		return i.write && i.rotates
	}
	return i.write && i.differs.data() && (i.rotates || i.outcome.State != credentials.StateRestored)
}

// dueAgain reports whether what is there is to be tried: what did not work may by now.
func (o *one) dueAgain(i *item) bool {
	doubtful := i.before.Probe == refused || i.before.Probe == unreachable
	return o.request.Probe || doubtful && len(o.request.Only) == 0
}

// tryNew tries what is about to be written. If it must work and does not, what is there is kept.
func (o *one) tryNew(ctx context.Context, i *item, must bool) {
	finding := o.Prober.Probe(ctx, *i.wanted.Credential, i.content.Data)
	i.found(finding)
	switch {
	case must && (finding.Verdict == probe.Refused || finding.Verdict == probe.Unreachable && i.live != nil):
		o.keepOld(i, finding)
	case finding.Verdict == probe.Unreachable:
		i.outcome.Message = finding.Message
	}
}

// found takes in what was found at the other end. That it did not answer says nothing about what it has said before.
func (i *item) found(finding probe.Finding) {
	switch {
	case finding.Verdict == probe.Works || finding.ExpiresAt != nil:
		i.outcome.ExpiresAt = nil
		if finding.ExpiresAt != nil {
			expires := finding.ExpiresAt.UTC()
			i.outcome.ExpiresAt = &expires
		}
	case finding.Verdict == probe.Unreachable && i.outcome.Probe == refused:
		return
	}
	i.outcome.Probe = string(finding.Verdict)
	if finding.Verdict == probe.Refused {
		i.refusal = finding.Message
		if i.outcome.State != credentials.StateFailed {
			i.outcome.Message = finding.Message
		}
	}
}

// keepOld leaves the Secret as it is.
func (o *one) keepOld(i *item, finding probe.Finding) {
	then := " The Secret is left as it is."
	if i.live == nil {
		then = " The Secret is not made."
	}
	i.end(credentials.StateFailed, finding.Message+then)
	i.restoreMemory()
	i.outcome.Probe = string(finding.Verdict)
}
