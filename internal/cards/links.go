package cards

import (
	"net/url"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Links makes links to Kargo's UI.
type Links struct {
	// Kargo is the base URL of Kargo's UI, empty if it is not known: then there are no links.
	Kargo string
}

// promotion leads to a Promotion (ui/src/config/paths.ts of Kargo v1.11.2).
func (l Links) promotion(project, name string) []chatops.Link {
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
