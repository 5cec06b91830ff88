package generate

import (
	"time"

	"github.com/davidaparicio/kargo-bot/internal/manifests"
)

const (
	kargoAPI = "kargo.akuity.io/v1alpha1"

	// Manager is the value of [LabelManagedBy] of all that is generated, and the field manager by which it is applied.
	Manager = "kargo-bot-generate"
	// LabelManagedBy tells what is generated from what somebody made by hand.
	LabelManagedBy = "app.kubernetes.io/managed-by"
	// LabelProject is the Project that something of Argo CD's is for.
	LabelProject = "kargobot.dev/project"
	// LabelService is the service that a Warehouse or a Stage is for.
	LabelService = "kargobot.dev/service"
	// LabelEnvironment is the environment that a Stage is for.
	LabelEnvironment = "kargobot.dev/environment"
	// LabelKargoProject is Kargo's label of namespaces that it may take for a Project's.
	LabelKargoProject = "kargo.akuity.io/project"
)

func managed(more ...Field) Object { return append(Object{{LabelManagedBy, Manager}}, more...) }

func project(p *manifests.Pipeline) *Manifest {
	return &Manifest{Path: "project.yaml", APIVersion: kargoAPI, Kind: "Project", Name: p.Project, Labels: managed()}
}

// projectConfig has a policy for each environment. It selects Stages by label: a pattern of names such as *-prod
// would also select those of an environment eu-prod.
func projectConfig(p *manifests.Pipeline) *Manifest {
	var exceptions, policies List
	for i := range p.Services {
		s := &p.Services[i]
		if len(s.Environments) == 0 {
			continue
		}
		_, deliveries := p.Of(s)
		for _, d := range deliveries {
			if d.AutoPromote != d.Environment.AutoPromote {
				exceptions = append(exceptions, policy(Object{{"name", d.Stage}}, d.AutoPromote))
			}
		}
	}
	for i := range p.Environments {
		e := &p.Environments[i]
		policies = append(policies, policy(Object{{"matchLabels", Object{{LabelEnvironment, e.Name}}}}, e.AutoPromote))
	}
	return &Manifest{
		Path: "project-config.yaml", APIVersion: kargoAPI, Kind: "ProjectConfig", Namespace: p.Project, Name: p.Project, Labels: managed(),
		// The first policy that matches decides.
		Spec: Object{{"promotionPolicies", append(exceptions, policies...)}},
	}
}

func policy(selector Object, auto bool) Object {
	return Object{{"stageSelector", selector}, {"autoPromotionEnabled", auto}}
}

// defaultInterval is Kargo's own, written out because its definition asks for one.
const defaultInterval = 5 * time.Minute

func warehouse(p *manifests.Pipeline, s *manifests.Service, d manifests.Discovery) *Manifest {
	var subscriptions List
	for _, image := range p.ImagesOf(s) {
		subscriptions = append(subscriptions, Object{{"image", imageSubscription(d.Rules, image)}})
	}
	for _, chart := range s.Charts {
		subscriptions = append(subscriptions, Object{{"chart", chartSubscription(d.Rules, chart)}})
	}
	interval := d.Rules.Interval
	if interval == 0 {
		interval = defaultInterval
	}
	return &Manifest{
		Path: "warehouses/" + d.Name + ".yaml", APIVersion: kargoAPI, Kind: "Warehouse", Namespace: p.Project, Name: d.Name,
		Labels: managed(Field{LabelService, s.Name}),
		Spec:   Object{{"interval", interval.String()}, {"subscriptions", subscriptions}},
	}
}

// imageSubscription writes what Kargo reads from 1.9 on: the older allowTags fails discovery from 1.11 on, and an
// image's semverConstraint is stored and not looked at.
func imageSubscription(rules *manifests.Warehouse, image manifests.Image) Object {
	strategy, pattern, constraint := rules.ImageSelectionStrategy, rules.ImageTagPattern, rules.SemverConstraint
	if own := image.Warehouse; own != nil {
		strategy, pattern, constraint = own.ImageSelectionStrategy, own.ImageTagPattern, own.SemverConstraint
	}
	o := Object{{"repoURL", image.Repository}, {"imageSelectionStrategy", strategy}}
	if constraint != "" {
		o = append(o, Field{"constraint", constraint})
	}
	if pattern != "" {
		o = append(o, Field{"allowTagsRegexes", List{pattern}})
	}
	if len(rules.IgnoreTagPatterns) > 0 {
		o = append(o, Field{"ignoreTagsRegexes", texts(rules.IgnoreTagPatterns)})
	}
	if rules.Platform != "" {
		o = append(o, Field{"platform", rules.Platform})
	}
	return limit(o, rules)
}

// chartSubscription: of charts, the field is still called semverConstraint.
func chartSubscription(rules *manifests.Warehouse, chart manifests.Chart) Object {
	o := Object{{"repoURL", chart.Repository}}
	if chart.Name != "" {
		o = append(o, Field{"name", chart.Name})
	}
	if chart.SemverConstraint != "" {
		o = append(o, Field{"semverConstraint", chart.SemverConstraint})
	}
	return limit(o, rules)
}

func limit(o Object, rules *manifests.Warehouse) Object {
	if rules.DiscoveryLimit > 0 {
		o = append(o, Field{"discoveryLimit", rules.DiscoveryLimit})
	}
	return o
}
