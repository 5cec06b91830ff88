package githubfake

import (
	"net/http"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

func getRef() *operation {
	return &operation{
		id: "git/get-ref", method: http.MethodGet, path: "/repos/{owner}/{repo}/git/ref/{ref...}",
		docs: "https://docs.github.com/rest/git/refs#get-a-reference",
		as:   installed, needs: []permission{{"contents", "read"}},
		handle: (*GitHub).getRef,
	}
}

// getRef answers what a branch or a tag names: of an annotated tag, the tag's own object.
func (g *GitHub) getRef(r *request) answer {
	if r.repo.git.Len() == 0 {
		return emptyRepository(r.op.docs)
	}
	ref := r.path["ref"]
	if name, isBranch := strings.CutPrefix(ref, "heads/"); isBranch {
		if c := r.repo.git.Branches[name]; c != nil {
			return ok(g.refJSON(r.repo, ref, "commit", c.SHA))
		}
	}
	if name, isTag := strings.CutPrefix(ref, "tags/"); isTag {
		switch tag, there := r.repo.git.Tags[name]; {
		case there && tag.SHA != "":
			return ok(g.refJSON(r.repo, ref, "tag", tag.SHA))
		case there:
			return ok(g.refJSON(r.repo, ref, "commit", tag.Commit.SHA))
		}
	}
	return notFound(r.op.docs)
}

func (g *GitHub) refJSON(repo *repository, ref, kind, sha string) object {
	return object{
		{"ref", "refs/" + ref},
		{"node_id", shaNodeID("Ref", repo, "refs/"+ref)},
		{"url", g.repoURL(repo) + "/git/refs/" + escapedPath(ref)},
		{"object", g.gitObjectJSON(repo, kind, sha)},
	}
}

func (g *GitHub) gitObjectJSON(repo *repository, kind, sha string) object {
	return object{{"sha", sha}, {"type", kind}, {"url", g.repoURL(repo) + "/git/" + kind + "s/" + sha}}
}

func getTag() *operation {
	return &operation{
		id: "git/get-tag", method: http.MethodGet, path: "/repos/{owner}/{repo}/git/tags/{tag_sha}",
		docs: "https://docs.github.com/rest/git/tags#get-a-tag",
		as:   installed, needs: []permission{{"contents", "read"}},
		handle: func(g *GitHub, r *request) answer {
			if r.repo.git.Len() == 0 {
				return emptyRepository(r.op.docs)
			}
			for name, tag := range r.repo.git.Tags {
				if tag.SHA == r.path["tag_sha"] {
					return ok(g.tagJSON(r.repo, name, tag))
				}
			}
			return notFound(r.op.docs)
		},
	}
}

// tagJSON is an annotated tag.
func (g *GitHub) tagJSON(repo *repository, name string, tag history.Tag) object {
	return object{
		{"node_id", shaNodeID("Tag", repo, tag.SHA)},
		{"sha", tag.SHA},
		{"url", g.repoURL(repo) + "/git/tags/" + tag.SHA},
		{"object", g.gitObjectJSON(repo, "commit", tag.Commit.SHA)},
		{"tagger", signatureJSON(tag.Tagger)},
		{"tag", name},
		{"message", tag.Message},
		{"verification", unsigned()},
	}
}
