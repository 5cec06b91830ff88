package kargo

// PlaceOf returns the project, the service and the environment that a Stage belongs to, if it is one that people
// can name. It goes by the Stage's name alone, and reads nothing.
func (c *Catalogue) PlaceOf(namespace, stage string) (project, service, environment string, found bool) {
	for i := range c.pipelines {
		p := &c.pipelines[i]
		if p.Namespace != namespace {
			continue
		}
		service, ok := p.service(stage)
		if !ok {
			continue
		}
		for _, env := range p.Environments {
			if p.stageName(service, env.Name) == stage {
				return p.Project, service, env.Name, true
			}
		}
	}
	return "", "", "", false
}
