package kargo

import (
	"context"
	"slices"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// freights is the Freight of a project, to be looked up.
type freights struct {
	// all are the cache's own, not to be changed.
	all      []kargoapi.Freight
	byName   map[string]*kargoapi.Freight
	byOrigin map[kargoapi.FreightOrigin][]*kargoapi.Freight
}

// freightOf reads the Freight of a project.
func (c *Catalogue) freightOf(ctx context.Context, p *Pipeline) (*freights, error) {
	list, err := c.freightIn(ctx, p.Project, p.Namespace)
	if err != nil {
		return nil, err
	}
	f := &freights{
		all:      list,
		byName:   make(map[string]*kargoapi.Freight, len(list)),
		byOrigin: map[kargoapi.FreightOrigin][]*kargoapi.Freight{},
	}
	for i := range f.all {
		freight := &f.all[i]
		f.byName[freight.Name] = freight
		f.byOrigin[freight.Origin] = append(f.byOrigin[freight.Origin], freight)
	}
	for _, ofOrigin := range f.byOrigin {
		slices.SortFunc(ofOrigin, newestFirst)
	}
	return f, nil
}

// named describes the Freight of a name, of which there may be no more than that, or not even that.
func (f *freights) named(name, service string) answers.Freight {
	if freight, ok := f.byName[name]; ok {
		return Describe(freight, service)
	}
	if name == "" {
		return answers.Freight{Version: "unknown"}
	}
	return answers.Freight{Name: name, Version: ShortName(name)}
}

// referred describes Freight of which a copy was kept.
func (f *freights) referred(ref kargoapi.FreightReference, service string) answers.Freight {
	out := answers.Freight{Name: ref.Name, Version: Version(ref, service), Origin: ref.Origin.String()}
	if freight, ok := f.byName[ref.Name]; ok {
		out.Alias = alias(freight)
	}
	return out
}

// Describe names Freight as the service's people do.
func Describe(f *kargoapi.Freight, service string) answers.Freight {
	return answers.Freight{Name: f.Name, Alias: alias(f), Version: Version(Reference(f), service), Origin: f.Origin.String()}
}

func alias(f *kargoapi.Freight) string {
	if f.Alias != "" {
		return f.Alias
	}
	return f.Labels[kargoapi.LabelKeyAlias]
}
