package githubfake_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

// deploying is a world in which the app may write what it makes of releases.
func deploying() githubfake.Config {
	given := historied()
	for _, name := range []string{"deployments", "checks", "contents"} {
		given.App.Permissions[name] = "write"
	}
	return given
}

// deploy makes a deployment and lets it succeed.
func deploy(t *testing.T, c *github.Client, environment, ref string, production bool, autoInactive *bool) int64 {
	t.Helper()
	made, _, err := c.Repositories.CreateDeployment(soon(t), "acme", "microsvcs", &github.DeploymentRequest{
		Ref: &ref, Environment: &environment, AutoMerge: new(false), RequiredContexts: &[]string{}, ProductionEnvironment: &production,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = c.Repositories.CreateDeploymentStatus(soon(t), "acme", "microsvcs", made.GetID(), &github.DeploymentStatusRequest{
		State: new("success"), AutoInactive: autoInactive,
	})
	if err != nil {
		t.Fatal(err)
	}
	return made.GetID()
}

// states returns the state of each deployment, oldest first.
func states(g *githubfake.GitHub) string {
	var all []string
	for _, d := range g.Deployments(repo) {
		all = append(all, d.Environment+" "+d.State())
	}
	return strings.Join(all, ", ")
}

func TestASuccessMakesWhatWasThereInactive(t *testing.T) {
	for name, test := range map[string]struct {
		production   bool
		autoInactive *bool
		want         string
	}{
		"by default":         {want: "qa inactive, staging success, qa success"},
		"but not if told so": {autoInactive: new(false), want: "qa success, staging success, qa success"},
		"nor in production":  {production: true, autoInactive: new(true), want: "qa success, staging success, qa success"},
	} {
		g := start(t, deploying())
		c := client(t, g)
		deploy(t, c, "qa", "red/3.1.0", test.production, test.autoInactive)
		deploy(t, c, "staging", "red/3.1.0", test.production, test.autoInactive)
		deploy(t, c, "qa", "red/3.2.0", test.production, test.autoInactive)
		if got := states(g); got != test.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestDeploymentsAreListed(t *testing.T) {
	g := start(t, deploying())
	c := client(t, g)
	first := deploy(t, c, "qa", "red/3.1.0", false, nil)
	second := deploy(t, c, "staging", "red/3.1.0", false, nil)
	third := deploy(t, c, "qa", "red/3.2.0", false, nil)
	for name, test := range map[string]struct {
		options github.DeploymentsListOptions
		want    []int64
	}{
		"all":            {want: []int64{third, second, first}},
		"of a commit":    {github.DeploymentsListOptions{SHA: githubfake.CommitSHA("c1")}, []int64{second, first}},
		"to a place":     {github.DeploymentsListOptions{Environment: "qa"}, []int64{third, first}},
		"of a tag":       {github.DeploymentsListOptions{Ref: "red/3.2.0", Task: "deploy"}, []int64{third}},
		"of other tasks": {github.DeploymentsListOptions{Task: "deploy:red"}, nil},
	} {
		listed, _, err := c.Repositories.ListDeployments(soon(t), "acme", "microsvcs", &test.options)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, d := range listed {
			got = append(got, d.GetID())
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
	statuses, _, err := c.Repositories.ListDeploymentStatuses(soon(t), "acme", "microsvcs", first, nil)
	if err != nil || len(statuses) != 2 || statuses[0].GetState() != "inactive" || statuses[1].GetState() != "success" {
		t.Errorf("%v, %v", statuses, err)
	}
}

func TestDeploymentsThatGitHubRefuses(t *testing.T) {
	g := start(t, deploying())
	id := deploy(t, client(t, g), "qa", "main", false, nil)
	token := "token " + installationToken(t, g)
	const deployments = "/repos/acme/microsvcs/deployments"
	for name, test := range map[string]struct {
		path, body string
		status     int
	}{
		"nothing by that name":   {deployments, `{"ref":"gone","auto_merge":false,"required_contexts":[]}`, 422},
		"to be merged":           {deployments, `{"ref":"main","required_contexts":[]}`, 409},
		"to be checked":          {deployments, `{"ref":"main","auto_merge":false}`, 409},
		"no deployment":          {deployments + "/404/statuses", `{"state":"success"}`, 404},
		"too long a description": {fmt.Sprintf("%s/%d/statuses", deployments, id), `{"state":"success","description":"` + strings.Repeat("é", 141) + `"}`, 422},
		"the longest":            {fmt.Sprintf("%s/%d/statuses", deployments, id), `{"state":"success","description":"` + strings.Repeat("é", 140) + `"}`, 201},
	} {
		answer, body := call(t, g, http.MethodPost, test.path, test.body, "Authorization", token)
		if answer.StatusCode != test.status {
			t.Errorf("%s: %d %s", name, answer.StatusCode, body)
		}
	}
}

func TestChecks(t *testing.T) {
	g := start(t, deploying())
	c, sha := client(t, g), githubfake.CommitSHA("c4")
	var ids []int64
	for _, name := range []string{"red", "red", "blue"} {
		made, _, err := c.Checks.CreateCheckRun(soon(t), "acme", "microsvcs", github.CreateCheckRunOptions{
			Name: name, HeadSHA: sha, Status: new("in_progress"), ExternalID: new("x"),
			Output: &github.CheckRunOutput{Title: new("Running"), Summary: new("Soon.")},
		})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, made.GetID())
	}
	_, _, err := c.Checks.UpdateCheckRun(soon(t), "acme", "microsvcs", ids[0], github.UpdateCheckRunOptions{
		Name: "red", Conclusion: new("success"), Output: &github.CheckRunOutput{Title: new("Done"), Summary: new("It runs.")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for filter, want := range map[string]int{"all": 2, "latest": 1} {
		listed, _, err := c.Checks.ListCheckRunsForRef(soon(t), "acme", "microsvcs", sha, &github.ListCheckRunsOptions{
			CheckName: new("red"), Filter: &filter, AppID: new(int64(appID)),
		})
		if err != nil || listed.GetTotal() != want || listed.CheckRuns[0].GetID() != ids[1] {
			t.Errorf("%s: %v, %v", filter, listed, err)
		}
	}
	if first := g.CheckRuns(repo)[0]; first.Status != "completed" || first.Conclusion != "success" || first.Title != "Done" {
		t.Errorf("%+v", first)
	}
	token := "token " + installationToken(t, g)
	long := `{"name":"red","head_sha":"` + sha + `","status":"queued","output":{"title":"x","summary":"` + strings.Repeat("é", 40_000) + `"}}`
	for body, status := range map[string]int{
		long: 422, `{"name":"red","head_sha":"` + strings.Repeat("a", 40) + `","status":"queued"}`: 422,
	} {
		if answer, text := call(t, g, http.MethodPost, "/repos/acme/microsvcs/check-runs", body, "Authorization", token); answer.StatusCode != status {
			t.Errorf("%d %s", answer.StatusCode, text)
		}
	}
	if answer, text := call(t, g, http.MethodPatch, "/repos/acme/microsvcs/check-runs/404", `{"name":"x"}`, "Authorization", token); answer.StatusCode != http.StatusNotFound {
		t.Errorf("%d %s", answer.StatusCode, text)
	}
}

// A permission to read is none to write, and each thing has its own.
func TestWhatReleasesNeedPermissionsFor(t *testing.T) {
	for operation, need := range map[string]string{
		"POST /deployments":                             "deployments=write",
		"POST /deployments/1/statuses":                  "deployments=write",
		"PATCH /releases/1":                             "contents=write",
		"POST /check-runs":                              "checks=write",
		"PATCH /check-runs/1":                           "checks=write",
		"GET /deployments":                              "",
		"GET /commits/" + "red%2F3.2.0" + "/check-runs": "",
	} {
		given := historied()
		given.App.Permissions["deployments"], given.App.Permissions["checks"] = "read", "read"
		given.Contract = githubfake.Unchecked{}
		g := start(t, given)
		method, path, _ := strings.Cut(operation, " ")
		answer, body := call(t, g, method, "/repos/acme/microsvcs"+path, "", "Authorization", "token "+installationToken(t, g))
		if got := answer.Header.Get("X-Accepted-GitHub-Permissions"); got != need || (need != "") != (answer.StatusCode == http.StatusForbidden) {
			t.Errorf("%s: %d %q %s", operation, answer.StatusCode, got, body)
		}
	}
}
