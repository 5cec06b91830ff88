package kargo

// ProjectScope is what a Scope is about in one project.
type ProjectScope struct {
	Project, Namespace string
	// Services are names; nil if it is about all, those that are yet to come among them.
	Services []string
	// Environments are names; nil if it is about all.
	Environments []string
}

// Projects returns what the Scope is about, by project, in the order of the configuration or, where services were
// named, in that of their names.
func (s Scope) Projects() []ProjectScope {
	var all []ProjectScope
	for _, part := range s.parts {
		p := ProjectScope{Project: part.pipeline.Project, Namespace: part.pipeline.Namespace}
		if !part.every {
			p.Services = part.services
		}
		if part.where {
			for _, e := range part.environments {
				p.Environments = append(p.Environments, e.Name)
			}
		}
		all = append(all, p)
	}
	return all
}
