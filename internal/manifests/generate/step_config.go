package generate

import (
	"fmt"
	"path"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/manifests"
)

// checkout is where a promotion has the Git repository.
const checkout = "./src"

// config returns the configuration of a step that is written for whoever names it.
func (w *stepWriter) config(index int) Object {
	switch name := w.list[index].Uses; name {
	case manifests.StepClone:
		return Object{
			{"repoURL", w.p.GitRepo},
			{"checkout", List{Object{{"branch", w.p.GitBranch}, {"path", checkout}}}},
		}
	case manifests.StepKustomizeImage:
		return Object{{"path", w.folder()}, {"images", w.kustomizeImages()}}
	case manifests.StepHelmImage:
		return w.helmImages()
	case manifests.StepHelmChart:
		return Object{{"path", w.folder()}, {"charts", w.charts()}}
	case manifests.StepCommit:
		return Object{{"path", checkout}, {"message", w.message()}}
	case manifests.StepPush:
		if manifests.HasStep(w.list, manifests.StepOpenPR) {
			return Object{{"path", checkout}, {"generateTargetBranch", true}}
		}
		return Object{{"path", checkout}, {"targetBranch", w.p.GitBranch}}
	case manifests.StepOpenPR, manifests.StepWaitForPR:
		return w.pullRequest(index)
	default:
		return w.argoCDUpdate()
	}
}

// folder returns the path of the folder that the promotion changes, below that of the promotion.
func (w *stepWriter) folder() string { return checkout + "/" + path.Clean(w.p.PathOf(w.s, w.d)) }

// strategy returns the one by which an image is discovered.
func (w *stepWriter) strategy(image manifests.Image) string {
	if image.Warehouse != nil {
		return image.Warehouse.ImageSelectionStrategy
	}
	return w.d.Rules.ImageSelectionStrategy
}

// tag returns the expression for the tag of an image. Kargo takes what looks like a number for one, unless told
// otherwise: a version never does.
func (w *stepWriter) tag(image manifests.Image) string {
	if w.strategy(image) == manifests.StrategySemVer {
		return fmt.Sprintf("${{ imageFrom(%q).Tag }}", image.Repository)
	}
	return fmt.Sprintf("${{ quote(imageFrom(%q).Tag) }}", image.Repository)
}

// digest returns the expression for the digest of an image: that is what differs where the tag is always the same.
func digest(image manifests.Image) string {
	return fmt.Sprintf("${{ imageFrom(%q).Digest }}", image.Repository)
}

func (w *stepWriter) kustomizeImages() List {
	var list List
	for i, image := range w.p.ImagesOf(w.s) {
		replaces := image.Replaces
		if replaces == "" && i == 0 {
			replaces = w.p.PlaceImage(w.d.Promotion)
		}
		o := Object{{"image", image.Repository}}
		if replaces != "" && replaces != image.Repository {
			o = Object{{"image", replaces}, {"newName", image.Repository}}
		}
		if w.strategy(image) == manifests.StrategyDigest {
			o = append(o, Field{"digest", digest(image)})
		} else {
			o = append(o, Field{"tag", w.tag(image)})
		}
		list = append(list, o)
	}
	return list
}

func (w *stepWriter) helmImages() Object {
	helm := w.d.Promotion.Helm
	if helm == nil {
		helm = &manifests.Helm{Values: "values.yaml", TagKey: "image.tag"}
	}
	var updates List
	for _, image := range w.p.ImagesOf(w.s) {
		key := image.TagKey
		if key == "" {
			key = helm.TagKey
		}
		value := w.tag(image)
		if w.strategy(image) == manifests.StrategyDigest {
			// A name with both is one that every container runtime takes.
			value = fmt.Sprintf("${{ imageFrom(%q).Tag }}@", image.Repository) + digest(image)
		}
		updates = append(updates, Object{{"key", key}, {"value", value}})
	}
	return Object{{"path", w.folder() + "/" + path.Clean(helm.Values)}, {"updates", updates}}
}

// charts: Helm names the registry and the chart where Kargo's Warehouse has one URL.
func (w *stepWriter) charts() List {
	list := List{}
	for _, chart := range w.s.Charts {
		repository, name, from := chart.Repository, chart.Name, fmt.Sprintf("%q, %q", chart.Repository, chart.Name)
		if name == "" {
			from = fmt.Sprintf("%q", repository)
			cut := strings.LastIndexByte(repository, '/')
			repository, name = repository[:cut], repository[cut+1:]
		}
		list = append(list, Object{{"repository", repository}, {"name", name}, {"version", "${{ chartFrom(" + from + ").Version }}"}})
	}
	return list
}

// message returns the message of the commit: where to, what, and which version.
func (w *stepWriter) message() string {
	first := w.p.ImagesOf(w.s)[0]
	version := fmt.Sprintf("${{ imageFrom(%q).Tag }}", first.Repository)
	if w.strategy(first) == manifests.StrategyDigest {
		version = digest(first)
	}
	return fmt.Sprintf("[%s] %s: %s", w.d.Environment.ShortName(), w.s.Name, version)
}

func (w *stepWriter) pullRequest(index int) Object {
	settings := w.d.Promotion.PullRequest
	if settings == nil {
		settings = &manifests.PullRequest{}
	}
	o := Object{{"repoURL", w.p.GitRepo}}
	if settings.Provider != "" {
		o = append(o, Field{"provider", settings.Provider})
	}
	if w.list[index].Uses == manifests.StepWaitForPR {
		return append(o, Field{"prNumber", fmt.Sprintf("${{ outputs['%s'].pr.id }}", w.aliasBefore(index, manifests.StepOpenPR))})
	}
	title := settings.Title
	if title == "" {
		title = w.message()
	}
	o = append(o,
		Field{"sourceBranch", fmt.Sprintf("${{ outputs['%s'].branch }}", w.aliasBefore(index, manifests.StepPush))},
		Field{"targetBranch", w.p.GitBranch}, Field{"title", title})
	if len(settings.Labels) > 0 {
		o = append(o, Field{"labels", texts(settings.Labels)})
	}
	return o
}

// aliasBefore returns the alias of the step of a kind whose outputs the one with an index reads. The validation sees to it
// that there is one.
func (w *stepWriter) aliasBefore(index int, uses string) string {
	if s := manifests.Before(w.list, index, uses); s != nil {
		return s.Alias()
	}
	return ""
}

func (w *stepWriter) argoCDUpdate() Object {
	app := Object{{"name", w.d.Stage}}
	if a := w.p.ArgoCD; a != nil && a.Namespace != defaultArgoCDNamespace {
		app = append(app, Field{"namespace", a.Namespace})
	}
	return Object{{"apps", List{app}}}
}
