package cards

import (
	"net/url"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Links makes what leads on from a card: links to Kargo's UI, and commands to type.
type Links struct {
	// Kargo is the base URL of Kargo's UI, empty if it is not known: then there are no links.
	Kargo string
	// Projects says that several projects are served, so that a command names a service with its project.
	Projects bool
}

// word is how a service is written in a command.
func (l Links) word(project, service string) string {
	if l.Projects {
		return project + "/" + service
	}
	return service
}

// Promotion leads to a Promotion (ui/src/config/paths.ts of Kargo v1.11.2); nothing if the UI's address is not known.
func (l Links) Promotion(project, name string) []chatops.Link {
	return l.to("project", project, "promotion", name)
}

// stage leads to a Stage.
func (l Links) stage(project, name string) []chatops.Link {
	return l.to("project", project, "stage", name)
}

func (l Links) to(path ...string) []chatops.Link {
	if l.Kargo == "" {
		return nil
	}
	for i := range path {
		path[i] = url.PathEscape(path[i])
	}
	return []chatops.Link{{Label: "Open in Kargo", URL: strings.TrimSuffix(l.Kargo, "/") + "/" + strings.Join(path, "/")}}
}
