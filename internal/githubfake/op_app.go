package githubfake

import "net/http"

func getApp() *operation {
	return &operation{
		id: "apps/get-authenticated", method: http.MethodGet, path: "/app", as: theApp,
		docs: "https://docs.github.com/rest/apps/apps#get-the-authenticated-app",
		handle: func(g *GitHub, r *request) answer {
			return ok(g.appJSON(g.app).with(field{"installations_count", len(g.world.installations)}))
		},
	}
}

func listInstallations() *operation {
	return &operation{
		id: "apps/list-installations", method: http.MethodGet, path: "/app/installations", as: theApp,
		docs: "https://docs.github.com/enterprise-server@3.9/rest/apps/apps#list-installations-for-the-authenticated-app",
		handle: func(g *GitHub, r *request) answer {
			return page(g, r, g.world.installations, g.installationJSON)
		},
	}
}

func getRepoInstallation() *operation {
	return &operation{
		id: "apps/get-repo-installation", method: http.MethodGet, path: "/repos/{owner}/{repo}/installation", as: theApp,
		docs: "https://docs.github.com/rest/apps/apps#get-a-repository-installation-for-the-authenticated-app",
		handle: func(g *GitHub, r *request) answer {
			in := g.world.installationOf(r.repo)
			if in == nil {
				return notFound(r.op.docs)
			}
			return ok(g.installationJSON(in))
		},
	}
}

func getOrgInstallation() *operation {
	return &operation{
		id: "apps/get-org-installation", method: http.MethodGet, path: "/orgs/{org}/installation", as: theApp,
		docs: "https://docs.github.com/rest/apps/apps#get-an-organization-installation-for-the-authenticated-app",
		handle: func(g *GitHub, r *request) answer {
			for _, in := range g.world.installations {
				if in.account == r.org {
					return ok(g.installationJSON(in))
				}
			}
			return notFound(r.op.docs)
		},
	}
}
