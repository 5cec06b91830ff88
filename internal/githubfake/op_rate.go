package githubfake

import "net/http"

func getRateLimit() *operation {
	return &operation{
		id: "rate-limit/get", method: http.MethodGet, path: "/rate_limit",
		docs: "https://docs.github.com/rest/rate-limit/rate-limit#get-rate-limit-status-for-the-authenticated-user",
		as:   anybody, free: true,
		handle: func(g *GitHub, r *request) answer {
			b, _ := g.bucketOf(r.caller)
			core := rate{limit: g.limits.PerHour, used: b.used, reset: b.reset}
			// The limit of searches, which the fake does not have.
			search := rate{limit: 30, reset: b.reset}
			return ok(object{
				{"resources", object{{"core", core.json()}, {"search", search.json()}}},
				{"rate", core.json()},
			})
		},
	}
}

func (r rate) json() object {
	return object{
		{"limit", r.limit},
		{"used", r.used},
		{"remaining", r.remaining()},
		{"reset", r.reset.Unix()},
	}
}
