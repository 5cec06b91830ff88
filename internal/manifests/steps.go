package manifests

import "strings"

// Steps returns the steps of a promotion of a service: those that the file names, and where it names none the guide's,
// with what by, helm, charts and argocdUpdate say.
func (d *Delivery) Steps(s *Service) []Step {
	if d.Promotion.Steps != nil {
		return d.Promotion.Steps
	}
	names := []string{StepClone, StepKustomizeImage}
	if d.Promotion.Helm != nil {
		names[1] = StepHelmImage
	}
	if len(s.Charts) > 0 {
		names = append(names, StepHelmChart)
	}
	names = append(names, StepCommit, StepPush)
	if d.Promotion.By == ByPullRequest {
		names = append(names, StepOpenPR, StepWaitForPR)
	}
	if d.updatesArgoCD() {
		names = append(names, StepArgoCD)
	}
	steps := make([]Step, len(names))
	for i, name := range names {
		steps[i].Uses = name
	}
	return steps
}

// updatesArgoCD: where promotions are automatic, Argo CD synchronises by itself. Not so where there is a verification:
// only argocd-update gives a Stage a health check, without which Kargo verifies what was there before as soon as the
// commit is pushed.
func (d *Delivery) updatesArgoCD() bool {
	if update := d.Promotion.ArgoCDUpdate; update != nil {
		return *update
	}
	return !d.AutoPromote || d.Verification != nil
}

// IsWritten reports whether a step is written for whoever names it, as it has neither a configuration nor a task.
func (s *Step) IsWritten() bool { return s.Config == nil && s.Task == nil }

// aliases are those that are given to steps that others refer to.
var aliases = map[string]string{
	StepKustomizeImage: "set-image", StepHelmImage: "set-image", StepHelmChart: "set-chart",
	StepCommit: "commit", StepPush: "push", StepOpenPR: "open-pr",
}

// Alias returns the alias of a step, the one that it is given included. Most steps have none.
func (s *Step) Alias() string {
	if as := strings.TrimSpace(s.As); as != "" || !s.IsWritten() {
		return as
	}
	return aliases[s.Uses]
}

// Before returns the last step of a kind before the one with an index, nil if there is none.
func Before(steps []Step, index int, uses string) *Step {
	for i := index - 1; i >= 0; i-- {
		if steps[i].Uses == uses {
			return &steps[i]
		}
	}
	return nil
}

// HasStep reports whether there is a step of a kind.
func HasStep(steps []Step, uses string) bool { return Before(steps, len(steps), uses) != nil }
