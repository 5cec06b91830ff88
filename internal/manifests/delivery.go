package manifests

import (
	"strings"
	"time"
)

// Discovery is one Warehouse of a service.
type Discovery struct {
	// Name of the Warehouse.
	Name string
	// Rules say which artifacts it takes.
	Rules *Warehouse
}

// Delivery is one service in one environment, with all filled in that the file leaves out.
type Delivery struct {
	// Environment that it is delivered to.
	Environment *Environment
	// Stage is the name of the Stage.
	Stage string
	// AutoPromote says whether Kargo promotes new Freight by itself.
	AutoPromote bool
	// Warehouse is the name of the Warehouse that the Freight is from.
	Warehouse string
	// Rules of that Warehouse.
	Rules *Warehouse
	// Upstream are the Stages that the Freight comes from, none if it comes from the Warehouse directly.
	Upstream []string
	// SoakTime is how long Freight has to be in the Stage that it comes from.
	SoakTime time.Duration
	// Verification is what is run after a promotion, nil for nothing.
	Verification *Verification
	// Promotion says how it is promoted. It is never nil.
	Promotion *Promotion
}

// Of returns the Warehouses and, in the order of the environments, the Stages of a service.
func (p *Pipeline) Of(s *Service) ([]Discovery, []Delivery) {
	discoveries := make([]Discovery, 0, len(p.Environments))
	deliveries := make([]Delivery, 0, len(p.Environments))
	for i := range p.Environments {
		e := &p.Environments[i]
		d := p.delivery(s, e)
		if rules := warehouseOf(s, e); rules != nil {
			d.Warehouse, d.Rules = s.Name+"-"+rules.suffix(e), rules
			if !has(discoveries, d.Warehouse) {
				discoveries = append(discoveries, Discovery{Name: d.Warehouse, Rules: rules})
			}
		} else {
			for _, from := range p.sources(i) {
				d.Upstream = append(d.Upstream, deliveries[from].Stage)
				d.Warehouse, d.Rules = deliveries[from].Warehouse, deliveries[from].Rules
			}
		}
		deliveries = append(deliveries, d)
	}
	return discoveries, deliveries
}

func has(discoveries []Discovery, name string) bool {
	for i := range discoveries {
		if discoveries[i].Name == name {
			return true
		}
	}
	return false
}

// delivery fills in what does not depend on other environments.
func (p *Pipeline) delivery(s *Service, e *Environment) Delivery {
	d := Delivery{
		Environment: e, Stage: StageName(s.Name, e.Name),
		AutoPromote: e.AutoPromote, SoakTime: e.RequiredSoakTime, Verification: e.Verification,
	}
	own := s.Environments[e.Name]
	if own.AutoPromote != nil {
		d.AutoPromote = *own.AutoPromote
	}
	if own.RequiredSoakTime != nil {
		d.SoakTime = *own.RequiredSoakTime
	}
	if own.Verification != nil {
		d.Verification = own.Verification
	}
	d.Promotion = own.Promotion.over(s.Promotion.over(e.Promotion.over(p.Promotion)))
	if d.Promotion == nil {
		d.Promotion = &Promotion{}
	}
	return d
}

// warehouseOf returns the rules by which a service is discovered for an environment, nil if its Freight comes from
// another environment.
func warehouseOf(s *Service, e *Environment) *Warehouse {
	if own := s.Environments[e.Name].Warehouse; own != nil {
		return own
	}
	return e.Warehouse
}

// sources returns the indices of the environments that Freight of the one with index i comes from. What the file
// names wrongly is left out: the validation reports it.
func (p *Pipeline) sources(i int) []int {
	if len(p.Environments[i].From) == 0 {
		if i == 0 {
			return nil
		}
		return []int{i - 1}
	}
	var indices []int
	for _, name := range p.Environments[i].From {
		for j := range i {
			if p.Environments[j].Name == name {
				indices = append(indices, j)
			}
		}
	}
	return indices
}

// releases is how the guide calls the Warehouse of released versions.
const releases = "releases"

// suffix returns what the Warehouse is called behind the service's name.
func (w *Warehouse) suffix(e *Environment) string {
	switch {
	case w.Name != "":
		return w.Name
	case w.ImageSelectionStrategy == StrategySemVer:
		return releases
	default:
		return e.ShortName()
	}
}

// ShortName returns what an environment is called in the messages of commits.
func (e *Environment) ShortName() string {
	if e.Short != "" {
		return e.Short
	}
	switch e.Name {
	case "development":
		return "dev"
	case "staging":
		return "stg"
	case "production":
		return "prd"
	default:
		return e.Name
	}
}

// placeImage is the name that the guide's manifests have for every service's image, below the registry.
const placeImage = "/app"

// PlaceImage returns the name of the image in the manifests, which a promotion replaces. It is empty if the file
// does not say.
func (p *Pipeline) PlaceImage(promotion *Promotion) string {
	switch {
	case promotion.Image != "":
		return promotion.Image
	case p.DockerRegistry != "":
		return strings.TrimRight(p.DockerRegistry, "/") + placeImage
	default:
		return ""
	}
}

// ImagesOf returns the images of a service, of which there is at least one.
func (p *Pipeline) ImagesOf(s *Service) []Image {
	switch {
	case len(s.Images) > 0:
		return s.Images
	case s.Image != "":
		return []Image{{Repository: s.Image}}
	default:
		return []Image{{Repository: strings.TrimRight(p.DockerRegistry, "/") + "/" + s.Name}}
	}
}

// PathOf returns the folder in the Git repository that a promotion of a service to an environment changes.
func (p *Pipeline) PathOf(s *Service, d *Delivery) string {
	return strings.NewReplacer("{service}", s.Name, "{environment}", d.Environment.Name).Replace(p.PathPattern(d.Promotion))
}

// PathPattern returns that folder with the placeholders {service} and {environment}.
func (p *Pipeline) PathPattern(promotion *Promotion) string {
	if promotion != nil && promotion.Path != "" {
		return promotion.Path
	}
	return strings.Trim(p.KustomizeBasePath, "/") + "/{environment}/{service}"
}
