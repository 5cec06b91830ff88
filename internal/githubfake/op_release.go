package githubfake

import (
	"cmp"
	"net/http"
	"slices"
)

func listReleases() *operation {
	return &operation{
		id: "repos/list-releases", method: http.MethodGet, path: "/repos/{owner}/{repo}/releases",
		docs: "https://docs.github.com/rest/releases/releases#list-releases",
		as:   installed, needs: []permission{{"contents", "read"}},
		handle: (*GitHub).listReleases,
	}
}

// listReleases answers newest first, by the time of the commit that was released. Drafts
// are for those who may write.
func (g *GitHub) listReleases(r *request) answer {
	writes := r.caller.token.may([]permission{{"contents", "write"}})
	shown := slices.DeleteFunc(slices.Clone(r.repo.releases), func(one *release) bool { return one.draft && !writes })
	slices.SortFunc(shown, func(a, b *release) int {
		return cmp.Or(b.created.Compare(a.created), b.published.Compare(a.published), cmp.Compare(b.id, a.id))
	})
	return page(g, r, shown, g.releaseJSON)
}

func getReleaseByTag() *operation {
	return &operation{
		id: "repos/get-release-by-tag", method: http.MethodGet, path: "/repos/{owner}/{repo}/releases/tags/{tag...}",
		docs: "https://docs.github.com/rest/releases/releases#get-a-release-by-tag-name",
		as:   installed, needs: []permission{{"contents", "read"}},
		handle: func(g *GitHub, r *request) answer {
			found := r.repo.release(r.path["tag"])
			if found == nil {
				return notFound(r.op.docs)
			}
			return ok(g.releaseJSON(found))
		},
	}
}
