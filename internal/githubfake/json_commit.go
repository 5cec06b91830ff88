package githubfake

import (
	"encoding/base64"
	"fmt"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

// commitJSON is a commit in a list.
func (g *GitHub) commitJSON(repo *repository, c *history.Commit) object {
	url := g.repoURL(repo) + "/commits/" + c.SHA
	return object{
		{"sha", c.SHA},
		{"node_id", shaNodeID("Commit", repo, c.SHA)},
		{"commit", object{
			{"author", signatureJSON(c.Author)},
			{"committer", signatureJSON(c.Committer)},
			{"message", c.Message},
			{"tree", object{{"sha", c.Tree.SHA}, {"url", g.repoURL(repo) + "/git/trees/" + c.Tree.SHA}}},
			{"url", g.repoURL(repo) + "/git/commits/" + c.SHA},
			{"comment_count", 0},
			{"verification", unsigned()},
		}},
		{"url", url},
		{"html_url", g.commitHTML(repo, c)},
		{"comments_url", url + "/comments"},
		{"author", g.personJSON(c.Author)},
		{"committer", g.personJSON(c.Committer)},
		{"parents", list(c.Parents, func(parent *history.Commit) object {
			return object{
				{"sha", parent.SHA},
				{"url", g.repoURL(repo) + "/commits/" + parent.SHA},
				{"html_url", g.commitHTML(repo, parent)},
			}
		})},
	}
}

func (g *GitHub) commitHTML(repo *repository, c *history.Commit) string {
	return g.html + "/" + repo.fullName() + "/commit/" + c.SHA
}

func signatureJSON(p history.Person) object {
	return object{{"name", p.Name}, {"email", p.Email}, {"date", stamp(p.At)}}
}

// unsigned is what GitHub tells of a commit or a tag without a signature.
func unsigned() object {
	return object{
		{"verified", false}, {"reason", "unsigned"}, {"signature", nil}, {"payload", nil}, {"verified_at", nil},
	}
}

// personJSON is the account that an address belongs to, or null.
func (g *GitHub) personJSON(p history.Person) any {
	if p.Email == webFlowEmail {
		return g.userJSON(webFlow())
	}
	if found := g.world.accountOf(p.Email); found != nil {
		return g.userJSON(found)
	}
	return nil
}

// webFlowEmail is that of the committer of what is made in the browser, merges above all.
const webFlowEmail = "noreply@github.com"

func webFlow() *account { return &account{id: 19_864_447, login: "web-flow", kind: "User"} }

func webFlowPerson(at time.Time) history.Person {
	return history.Person{Name: "GitHub", Email: webFlowEmail, At: at}
}

func shaNodeID(kind string, repo *repository, sha string) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "0%d:%s%d:%s", len(kind), kind, repo.id, sha))
}
