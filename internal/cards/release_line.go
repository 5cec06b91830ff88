package cards

import (
	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// ReleaseLine says in one line how a Release stands.
func ReleaseLine(r *v1alpha1.Release) chatops.Text {
	return chatops.Line(chatops.Plain(r.Spec.Service+" "), chatops.Bold(r.Spec.Version), chatops.Plain(" · "+string(r.Status.Phase)))
}
