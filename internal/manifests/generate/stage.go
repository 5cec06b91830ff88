package generate

import (
	"github.com/davidaparicio/kargo-bot/internal/manifests"
)

func stage(p *manifests.Pipeline, s *manifests.Service, d *manifests.Delivery) *Manifest {
	w := newStepWriter(p, s, d)
	steps := w.steps()
	template := Object{}
	if w.verbatim {
		template = append(template, Field{"vars", sorted(map[string]string{"service": s.Name, "environment": d.Environment.Name})})
	}
	spec := Object{
		{"requestedFreight", List{Object{
			{"origin", Object{{"kind", "Warehouse"}, {"name", d.Warehouse}}},
			{"sources", sources(d)},
		}}},
		{"promotionTemplate", Object{{"spec", append(template, Field{"steps", steps})}}},
	}
	if d.Verification != nil {
		spec = append(spec, Field{"verification", verification(d.Verification)})
	}
	return &Manifest{
		Path: "stages/" + d.Stage + ".yaml", APIVersion: kargoAPI, Kind: "Stage", Namespace: p.Project, Name: d.Stage,
		Labels: managed(Field{LabelService, s.Name}, Field{LabelEnvironment, d.Environment.Name}),
		Spec:   spec,
	}
}

func sources(d *manifests.Delivery) Object {
	if len(d.Upstream) == 0 {
		return Object{{"direct", true}}
	}
	o := Object{{"stages", texts(d.Upstream)}}
	if len(d.Upstream) > 1 {
		o = append(o, Field{"availabilityStrategy", d.Environment.Available})
	}
	if d.SoakTime > 0 {
		o = append(o, Field{"requiredSoakTime", d.SoakTime.String()})
	}
	return o
}

func verification(v *manifests.Verification) Object {
	var templates List
	for _, name := range v.AnalysisTemplates {
		templates = append(templates, Object{{"name", name}})
	}
	for _, name := range v.ClusterAnalysisTemplates {
		templates = append(templates, Object{{"name", name}, {"kind", "ClusterAnalysisTemplate"}})
	}
	o := Object{{"analysisTemplates", templates}}
	if len(v.Args) > 0 {
		o = append(o, Field{"args", sorted(v.Args)})
	}
	return o
}
