package githubfake

import (
	"fmt"
	"net/http"
	"slices"
	"unicode/utf8"
)

// maxReleaseBody is how long the text of a release may be, in characters.
const maxReleaseBody = 125_000

func updateRelease() *operation {
	return &operation{
		id: "repos/update-release", method: http.MethodPatch, path: "/repos/{owner}/{repo}/releases/{release_id}",
		docs: "https://docs.github.com/rest/releases/releases#update-a-release",
		as:   installed, needs: []permission{{"contents", "write"}},
		handle: (*GitHub).updateRelease,
	}
}

// updateRelease changes the name and the text. Stricter than GitHub: the app has no business with the rest.
func (g *GitHub) updateRelease(r *request) answer {
	i := slices.IndexFunc(r.repo.releases, func(one *release) bool { return one.id == r.number("release_id") })
	if i < 0 {
		return notFound(r.op.docs)
	}
	var asked map[string]*string
	if r.decode(&asked) != nil {
		return malformed(r.op.docs)
	}
	changed := r.repo.releases[i]
	changes := object{}
	for key, text := range asked {
		into := map[string]*string{"name": &changed.name, "body": &changed.notes}[key]
		switch {
		case into == nil:
			return refuse(http.StatusUnprocessableEntity, r.op.docs, "Invalid request. The fake lets an app change no "+key+".")
		case text == nil || utf8.RuneCountInString(*text) > maxReleaseBody:
			return invalid(r.op.docs, "Release", key, "custom", fmt.Sprintf("%s is too long (maximum is %d characters)", key, maxReleaseBody))
		case *into != *text:
			changes = changes.with(field{key, object{{"from", *into}}})
			*into = *text
		}
	}
	if len(changes) > 0 {
		g.announceOwn(func() *event { return g.releaseEvent("edited", changed, g.app.bot, field{"changes", changes}) })
	}
	return ok(g.releaseJSON(changed))
}
