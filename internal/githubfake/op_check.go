package githubfake

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

func createCheck() *operation {
	return &operation{
		id: "checks/create", method: http.MethodPost, path: "/repos/{owner}/{repo}/check-runs",
		docs: "https://docs.github.com/rest/reference/checks#create-a-check-run",
		as:   installed, needs: []permission{{"checks", "write"}},
		handle: (*GitHub).createCheck,
	}
}

// checkRequest is what a check run says. What is not given stays as it is.
type checkRequest struct {
	Name       *string      `json:"name"`
	HeadSHA    string       `json:"head_sha"`
	DetailsURL *string      `json:"details_url"`
	ExternalID *string      `json:"external_id"`
	Status     *string      `json:"status"`
	Conclusion *string      `json:"conclusion"`
	StartedAt  *time.Time   `json:"started_at"`
	Completed  *time.Time   `json:"completed_at"`
	Output     *checkOutput `json:"output"`
}

// checkOutput is the text of a check run.
type checkOutput struct {
	Title   *string `json:"title"`
	Summary *string `json:"summary"`
	Text    *string `json:"text"`
}

// maxCheckText is how many bytes a text of a check run may have.
const maxCheckText = 65_535

func (g *GitHub) createCheck(r *request) answer {
	var asked checkRequest
	if r.decode(&asked) != nil {
		return malformed(r.op.docs)
	}
	commit := r.repo.git.Commit(asked.HeadSHA)
	if commit == nil {
		return refuse(http.StatusUnprocessableEntity, r.op.docs, "No commit found for SHA: "+asked.HeadSHA)
	}
	made := &checkRun{id: g.world.id(0), repo: r.repo, sha: commit.SHA, status: "queued", app: g.app, started: g.world.moment()}
	if refused := g.fill(r, made, asked); refused != nil {
		return *refused
	}
	r.repo.checks = append(r.repo.checks, made)
	return created(g.checkJSON(made))
}

func updateCheck() *operation {
	return &operation{
		id: "checks/update", method: http.MethodPatch, path: "/repos/{owner}/{repo}/check-runs/{check_run_id}",
		docs: "https://docs.github.com/rest/checks/runs#update-a-check-run",
		as:   installed, needs: []permission{{"checks", "write"}},
		handle: func(g *GitHub, r *request) answer {
			var asked checkRequest
			if r.decode(&asked) != nil {
				return malformed(r.op.docs)
			}
			i := slices.IndexFunc(r.repo.checks, func(c *checkRun) bool { return c.id == r.number("check_run_id") })
			if i < 0 {
				return notFound(r.op.docs)
			}
			changed := *r.repo.checks[i]
			if refused := g.fill(r, &changed, asked); refused != nil {
				return *refused
			}
			*r.repo.checks[i] = changed
			return ok(g.checkJSON(&changed))
		},
	}
}

// fill writes what was asked for into a check run, or refuses it.
func (g *GitHub) fill(r *request, c *checkRun, asked checkRequest) *answer {
	refused := func(field, message string) *answer {
		a := invalid(r.op.docs, "CheckRun", field, "custom", message)
		return &a
	}
	for into, given := range map[*string]*string{&c.name: asked.Name, &c.detailsURL: asked.DetailsURL, &c.externalID: asked.ExternalID} {
		if given != nil {
			*into = *given
		}
	}
	if asked.Output != nil {
		c.output = *asked.Output
		for field, text := range map[string]*string{"summary": c.output.Summary, "text": c.output.Text} {
			if text != nil && len(*text) > maxCheckText {
				return refused(field, fmt.Sprintf("%s exceeds a maximum bytesize of %d", field, maxCheckText))
			}
		}
	}
	if asked.Status != nil {
		c.status = *asked.Status
	}
	c.conclusion = ""
	switch {
	case asked.Conclusion != nil:
		c.status, c.conclusion, c.completed = "completed", *asked.Conclusion, g.world.moment()
	case c.status == "completed" || asked.Completed != nil:
		return refused("conclusion", "a completed check run needs a conclusion")
	default:
		c.completed = time.Time{}
	}
	return nil
}

func listChecks() *operation {
	return &operation{
		id: "checks/list-for-ref", method: http.MethodGet, path: "/repos/{owner}/{repo}/commits/{ref}/check-runs",
		docs: "https://docs.github.com/rest/checks/runs#list-check-runs-for-a-git-reference",
		as:   installed, needs: []permission{{"checks", "read"}},
		handle: (*GitHub).listChecks,
	}
}

// listChecks answers newest first; of one name the newest alone, unless "filter" says "all".
func (g *GitHub) listChecks(r *request) answer {
	commit := r.repo.git.Resolve(r.path["ref"])
	if commit == nil {
		return unknownCommit(r, r.path["ref"])
	}
	query, latest := r.http.URL.Query(), map[string]bool{}
	shown := []*checkRun{}
	for _, c := range slices.Backward(r.repo.checks) {
		key := c.name + strconv.FormatInt(c.app.id, 10)
		switch {
		case c.sha != commit.SHA, query.Get("filter") != "all" && latest[key],
			query.Has("check_name") && query.Get("check_name") != c.name,
			query.Has("status") && query.Get("status") != c.status,
			query.Has("app_id") && query.Get("app_id") != strconv.FormatInt(c.app.id, 10):
			continue
		}
		latest[key] = true
		shown = append(shown, c)
	}
	onPage, _, link := cut(g, r, shown)
	result := ok(object{{"total_count", len(shown)}, {"check_runs", list(onPage, g.checkJSON)}})
	if link != "" {
		result = result.with("Link", link)
	}
	return result
}
