package terminal

import (
	"fmt"
	"io"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// maxNote bounds what a line of progress repeats of Kargo's messages, in characters.
const maxNote = 200

// progress writes a line for each change of a Shipment that somebody who waits would want to see.
type progress struct {
	out io.Writer
	// said is what was last said of each Stage of each item.
	said map[[2]int]string
}

// show writes what has changed since it was last called.
func (p *progress) show(s *v1alpha1.Shipment) {
	for i, item := range s.Spec.Items {
		for j, stage := range stagesOf(s, i) {
			name := stage.Stage
			if name == "" {
				name = item.Service
			}
			now := standing(stage)
			if before, ok := p.said[[2]int{i, j}]; now == before || !ok && now == standing(v1alpha1.StageStatus{Phase: v1alpha1.PhasePending}) {
				continue
			}
			p.said[[2]int{i, j}] = now
			p.note("%s: %s", flat(name), now)
		}
	}
}

// note writes a line.
func (p *progress) note(format string, args ...any) {
	// If the terminal is gone, there is nowhere to say so.
	_, _ = fmt.Fprintf(p.out, format+"\n", args...)
}

// standing says in one line how far a Stage is.
func standing(stage v1alpha1.StageStatus) string {
	text := string(stage.Phase)
	switch {
	case stage.Phase == v1alpha1.PhasePending && stage.Promotion != "":
		text += ", in the Stage's queue"
	case stage.Phase == v1alpha1.PhasePromoting && stage.CurrentStep > 0:
		text += fmt.Sprintf(", step %d of %d", stage.CurrentStep, len(stage.Steps))
		if stage.CurrentStep <= len(stage.Steps) {
			text += " (" + flat(stage.Steps[stage.CurrentStep-1].Name) + ")"
		}
	}
	note := stage.Message
	if note == "" {
		note = stage.Result
	}
	if note == "" {
		return text
	}
	return text + ": " + chatops.Fit(flat(note), maxNote)
}
