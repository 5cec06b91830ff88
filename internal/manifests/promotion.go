package manifests

import (
	"time"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// The ways in which a promotion changes the branch.
const (
	ByCommit      = "commit"
	ByPullRequest = "pullRequest"
)

// Promotion says how a service is promoted: what a promotion changes in Git, and what happens around that. It may
// stand at the top of the file, in an environment, in a service, and in a service's environment. Each field is taken
// from the last of these that has it.
type Promotion struct {
	// Path is the folder in the Git repository that a promotion changes, with the placeholders `{service}` and
	// `{environment}`. Default: `{kustomizeBasePath}/{environment}/{service}`.
	Path string `yaml:"path"`
	// Image is the name of the image in the manifests, which a promotion replaces. Default: `dockerRegistry` and
	// /app.
	Image string `yaml:"image"`
	// Helm says that `path` has a Helm chart, or values for one, and no kustomization.
	Helm *Helm `yaml:"helm"`
	// By says whether a promotion commits to the branch, or opens a pull request and waits until it is merged.
	By string `yaml:"by" enum:"commit,pullRequest"`
	// PullRequest says more of the pull request.
	PullRequest *PullRequest `yaml:"pullRequest"`
	// ArgoCDUpdate says whether a promotion has Argo CD synchronise the Application and waits until it is healthy.
	// Default: where promotions are not automatic, and where there is a verification, which without it would be of
	// what was there before.
	ArgoCDUpdate *bool `yaml:"argocdUpdate"`
	// Steps are all steps of a promotion, in their order: the name of a step that is written for you (git-clone,
	// kustomize-set-image, helm-set-image, helm-update-chart, git-commit, git-push, git-open-pr, git-wait-for-pr,
	// argocd-update), or any step as Kargo has it.
	Steps []Step `yaml:"steps"`
}

// Helm says where the tag of an image stands in the values of a chart.
type Helm struct {
	// Values is the file with the values, in `path`.
	Values string `yaml:"values" default:"values.yaml"`
	// TagKey is where the tag stands in it.
	TagKey string `yaml:"tagKey" default:"image.tag"`
}

// PullRequest says what the pull request of a promotion is like.
type PullRequest struct {
	// Title of the pull request. Default: the message of the commit. Kargo's expressions may be used.
	Title string `yaml:"title"`
	// Labels of the pull request.
	Labels []string `yaml:"labels"`
	// Provider of the Git repository, if Kargo can't tell by its URL.
	Provider string `yaml:"provider" enum:"azure,bitbucket,gitea,github,gitlab"`
}

// Step is a step of a promotion: the name of one that is written for you, or a mapping as Kargo has it. A mapping
// without `config` is one that is written for you, with what else the mapping says. In `config`, Kargo's expressions
// know the service and its environment as `vars.service` and `vars.environment`.
type Step struct {
	// Uses is the kind of step.
	Uses string `yaml:"uses" example:"http"`
	// Task is a PromotionTask, in place of `uses`.
	Task *Task `yaml:"task"`
	// As is the alias by which other steps know it.
	As string `yaml:"as"`
	// If is an expression: where it is false, the step is skipped.
	If string `yaml:"if"`
	// ContinueOnError has the promotion go on if the step fails.
	ContinueOnError bool `yaml:"continueOnError"`
	// Retry says how often a step is tried, and for how long.
	Retry *Retry `yaml:"retry"`
	// Vars are variables of the step.
	Vars map[string]string `yaml:"vars"`
	// Config of the step, as Kargo has it.
	Config strictyaml.Open `yaml:"config"`
}

// ShorthandYAML implements strictyaml.Shorthand: `git-clone` is `{uses: git-clone}`.
func (Step) ShorthandYAML() string { return "uses" }

// Task names a PromotionTask.
type Task struct {
	// Name of the task.
	Name string `yaml:"name" required:"true"`
	// Kind of the task.
	Kind string `yaml:"kind" default:"PromotionTask" enum:"PromotionTask,ClusterPromotionTask"`
}

// ShorthandYAML implements strictyaml.Shorthand: a task's name is enough.
func (Task) ShorthandYAML() string { return "name" }

// Retry says how often a step is tried.
type Retry struct {
	// Timeout is how long the step may take, over all attempts.
	Timeout time.Duration `yaml:"timeout"`
	// ErrorThreshold is how many times in a row it may fail.
	ErrorThreshold int `yaml:"errorThreshold"`
}

// over returns the promotion with what it leaves out taken from base. Either may be nil.
func (p *Promotion) over(base *Promotion) *Promotion {
	if p == nil {
		return base
	}
	if base == nil {
		return p
	}
	out := *p
	fill(&out.Path, base.Path)
	fill(&out.Image, base.Image)
	fill(&out.By, base.By)
	fill(&out.Helm, base.Helm)
	fill(&out.PullRequest, base.PullRequest)
	fill(&out.ArgoCDUpdate, base.ArgoCDUpdate)
	if out.Steps == nil {
		out.Steps = base.Steps
	}
	return &out
}

// fill sets what is zero.
func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
