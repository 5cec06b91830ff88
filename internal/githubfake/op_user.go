package githubfake

import "net/http"

func getUser() *operation {
	return &operation{
		id: "users/get-by-username", method: http.MethodGet, path: "/users/{username}",
		docs: "https://docs.github.com/rest/users/users#get-a-user",
		as:   installed,
		handle: func(g *GitHub, r *request) answer {
			user, err := g.world.account(r.path["username"])
			if err != nil {
				return notFound(r.op.docs)
			}
			return ok(g.profileJSON(user))
		},
	}
}
