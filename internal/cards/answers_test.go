package cards_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/golden"
)

var noon = time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)

func before(d time.Duration) time.Time { return noon.Add(-d) }

const day = 24 * time.Hour

var (
	chat     = func(command string) cards.Paging { return cards.Paging{Page: 1, Command: command} }
	terminal = cards.Paging{}
)

// full renders a card with its table and its actions, the way a terminal might.
func full(c chatops.Card) string {
	table, actions := c.Table, c.Actions
	head, body := c, chatops.Card{Body: c.Body, Links: c.Links}
	head.Body, head.Links, head.Table, head.Actions, head.Sections = nil, nil, nil, nil, nil
	out := plain(head)
	if table != nil {
		out += grid(table)
	}
	_, rest, _ := strings.Cut(plain(body), "\n")
	out += rest
	for _, section := range c.Sections {
		out += "▾ " + section.Title + "\n"
		for i, line := range section.Lines {
			// Of a long one, both ends.
			if left := len(section.Lines) - i; i < 3 || left < 4 || len(section.Lines) < 20 {
				out += "  " + words(line) + "\n"
			} else if i == 3 {
				out += "  ⋮\n"
			}
		}
		out += section.Quote
	}
	for _, a := range actions {
		out += "(" + a.Label + ": " + a.Command + ")"
		if a.Confirm != "" {
			out += " " + a.Confirm
		}
		out += "\n"
	}
	return out
}

// grid renders a table with its columns below one another.
func grid(table *chatops.Table) string {
	rows := [][]string{table.Columns}
	for _, row := range table.Rows {
		var cells []string
		for _, cell := range row {
			cells = append(cells, words(cell))
		}
		rows = append(rows, cells)
	}
	widths := make([]int, len(table.Columns))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var out strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
		}
		out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return out.String()
}

func freight(version string) answers.Freight {
	return answers.Freight{Name: "e72fb09c1d4f", Alias: "rafting-starfish", Version: version, Origin: "Warehouse/red-releases"}
}

func runs(environment, version, health string, changes ...func(*answers.StageStatus)) answers.StageStatus {
	s := answers.StageStatus{
		Environment: environment, Stage: "red-" + environment, Health: health,
		Running: []answers.RunningFreight{{Freight: freight(version), Since: before(5 * day)}},
	}
	for _, change := range changes {
		change(&s)
	}
	return s
}

func waits(s *answers.StageStatus) { s.Waiting = []answers.Freight{freight("3.2.0")} }

func promoting(s *answers.StageStatus) {
	s.Promotion = &answers.PromotionStatus{
		Freight: freight("3.2.0"), Phase: "Running", Step: 2, Steps: 5, StepName: "git-push",
		StartedAt: before(time.Minute), StepStartedAt: before(time.Minute),
	}
}

func queued(n int) func(*answers.StageStatus) {
	return func(s *answers.StageStatus) {
		for range n {
			s.Queued = append(s.Queued, answers.PromotionStatus{Freight: freight("3.2.1"), Phase: "Pending"})
		}
	}
}

func failed(s *answers.StageStatus) {
	s.Last = &answers.PromotionStatus{
		Freight: freight("3.2.0"), Phase: "Errored", Step: 5, Steps: 5, StepName: "argocd-update", StartedAt: before(16 * time.Minute),
		FinishedAt: before(14 * time.Minute), Message: `Argo CD Application "red-production" in namespace "argocd" is not authorized`,
	}
}

func unverified(s *answers.StageStatus) {
	s.Verification = &answers.Verification{Phase: "Failed", Message: "error rate 4 %", FinishedAt: before(14 * time.Minute)}
}

func held(s *answers.StageStatus) {
	s.AutoPromotion = true
	s.Holds = []answers.Hold{{Origin: "Warehouse/red-releases", Freight: freight("3.1.0"), Since: before(time.Hour), By: "hubot"}}
}

// statuses are what /status may have to say, by the name of the golden file.
func statuses() map[string]answers.Status {
	one := func(service string, environments []string, stages ...answers.StageStatus) answers.Status {
		return answers.Status{Projects: []answers.ProjectStatus{{
			Project: "microsvcs", Environments: environments, Services: []answers.ServiceStatus{{Service: service, Stages: stages}},
		}}}
	}
	production, three := []string{"production"}, []string{"development", "staging", "production"}
	matrix := answers.ProjectStatus{Project: "microsvcs", Environments: three, Services: []answers.ServiceStatus{
		{Service: "red", Stages: []answers.StageStatus{runs("development", "sha-4f2c1aa", "Progressing"), runs("staging", "3.2.0", "Healthy"), runs("production", "3.1.0", "Healthy", waits)}},
		{Service: "blue", Stages: []answers.StageStatus{runs("development", "sha-9ab0113", "Healthy", promoting), runs("staging", "3.3.3", "Healthy", held, waits), runs("production", "3.3.2", "Unhealthy", queued(1))}},
		{Service: "green", Stages: []answers.StageStatus{{Environment: "development"}, runs("staging", "3.3.2", "NotApplicable", queued(3)), runs("production", "3.3.2", "Healthy", failed)}},
		{Service: "yellow", Stages: []answers.StageStatus{
			{Environment: "development", Stage: "yellow-development"}, runs("staging", "3.3.2", "Unknown", unverified),
			{Environment: "production", Stage: "yellow-production", Unpromotable: true},
		}},
	}}
	soaks := func(s *answers.StageStatus) {
		s.Soaking = []answers.SoakingFreight{{Freight: freight("3.3.0"), Until: noon.Add(3 * time.Hour)}}
	}
	verified := func(s *answers.StageStatus) {
		s.Verification = &answers.Verification{Phase: "Successful", FinishedAt: before(5 * day)}
		s.Last = &answers.PromotionStatus{Freight: freight("3.1.0"), Phase: "Succeeded", StartedAt: before(5*day + 117*time.Second), FinishedAt: before(5 * day)}
		s.AutoPromotion = true
	}
	verifying := func(s *answers.StageStatus) {
		s.Verification = &answers.Verification{Phase: "Running", StartedAt: before(3 * time.Minute)}
	}
	issues := func(s *answers.StageStatus) { s.Issues = []string{"Deployment red: 0 of 3 replicas are up"} }
	both := answers.Status{Projects: []answers.ProjectStatus{matrix, {
		Project: "billing", Environments: production, Services: []answers.ServiceStatus{{Service: "invoices", Stages: []answers.StageStatus{runs("production", "1.0.0", "Healthy")}}},
	}}}
	both.Projects[0].Services = matrix.Services[:1]
	return map[string]answers.Status{
		"matrix":            {Projects: []answers.ProjectStatus{matrix}},
		"two-projects":      both,
		"service":           one("red", three, matrix.Services[0].Stages...),
		"service-nowhere":   one("red", production, answers.StageStatus{Environment: "production"}, answers.StageStatus{Environment: "staging"}),
		"no-services":       {Projects: []answers.ProjectStatus{{Project: "microsvcs", Environments: three}}},
		"stage":             one("red", production, runs("production", "3.1.0", "Healthy", verified, waits, soaks)),
		"stage-promoting":   one("red", production, runs("production", "3.1.0", "Healthy", promoting, queued(1), verifying)),
		"stage-failed":      one("red", production, runs("production", "3.1.0", "Healthy", failed, unverified)),
		"stage-unhealthy":   one("red", production, runs("production", "3.1.0", "Unhealthy", issues, held)),
		"stage-empty":       one("red", production, answers.StageStatus{Environment: "production", Stage: "red-production"}),
		"stage-passes-on":   one("red", production, answers.StageStatus{Environment: "production", Stage: "red-production", Unpromotable: true}),
		"stage-soaking-one": one("red", three[2:], runs("production", "3.1.0", "NotApplicable", soaks)),
	}
}

func TestStatus(t *testing.T) {
	for name, status := range statuses() {
		t.Run(name, func(t *testing.T) {
			golden.Compare(t, "status-"+name+".txt", full(cards.Status(status, chat("/status"), links, noon)))
		})
	}
}

func TestFreight(t *testing.T) {
	list := answers.FreightList{Project: "microsvcs", Service: "red", Freight: []answers.ListedFreight{
		{Freight: answers.Freight{Version: "3.3.0", Origin: "Warehouse/red-releases"}, DiscoveredAt: before(5 * time.Minute)},
		{
			Freight: freight("3.2.0"), DiscoveredAt: before(2 * time.Hour),
			In:          []answers.FreightPlace{{Environment: "staging", Stage: "red-staging", Since: before(time.Hour)}},
			VerifiedIn:  []answers.FreightPlace{{Environment: "staging", Stage: "red-staging", Since: before(time.Hour)}},
			ApprovedFor: []answers.FreightPlace{{Environment: "production", Stage: "red-production"}},
		},
		{
			Freight: freight("3.1.0"), DiscoveredAt: before(6 * day),
			In: []answers.FreightPlace{{Environment: "production", Stage: "red-production", Since: before(5 * day)}, {Stage: "canary"}},
		},
	}}
	asked := list
	asked.Environment, asked.Stage = "production", "red-production"
	asked.Freight = append([]answers.ListedFreight(nil), list.Freight...)
	for i, going := range []answers.Going{{Why: "3.3.0 is not verified in red-staging."}, {Available: true}, {There: true, Available: true}} {
		asked.Freight[i].Going = &going
	}
	mixed := list
	mixed.Freight = append([]answers.ListedFreight{{Freight: answers.Freight{Version: "sha-4f2c1aa", Origin: "Warehouse/red-dev"}}}, list.Freight...)
	for name, list := range map[string]answers.FreightList{
		"all": list, "for-production": asked, "two-warehouses": mixed,
		"none": {Service: "red"}, "none-for-production": {Service: "red", Environment: "production"},
	} {
		golden.Compare(t, "freight-"+name+".txt", full(cards.Freight(list, chat("/freight red"), noon)))
	}
}

func TestHistory(t *testing.T) {
	history := answers.History{Project: "microsvcs", Service: "red", Environment: "production", Stage: "red-production"}
	none := history
	history.Promotions = []answers.PastPromotion{
		{Freight: freight("3.1.0"), Rollback: true, By: "octocat", Reason: "errors at checkout", Phase: "Running", StartedAt: before(30 * time.Second)},
		{Freight: freight("3.2.0"), By: "octocat", Phase: "Failed", Message: "The build is on fire.", StartedAt: before(2 * time.Hour), FinishedAt: before(2*time.Hour - 117*time.Second)},
		{Freight: freight("3.1.0"), Phase: "Succeeded", StartedAt: before(5 * day), FinishedAt: before(5*day - 42*time.Second)},
		{Freight: freight("3.0.0"), By: "ServiceAccount ci/deployer", Phase: "Aborted", CreatedAt: before(30 * day)},
	}
	golden.Compare(t, "history.txt", full(cards.History(history, chat("/history red production"), links, noon)))
	history.Promotions = history.Promotions[2:]
	golden.Compare(t, "history-without-reasons.txt", full(cards.History(history, chat("/history red production"), links, noon)))
	golden.Compare(t, "history-none.txt", full(cards.History(none, chat("/history red production"), links, noon)))
}

func TestWhoAmI(t *testing.T) {
	who := answers.Identity{Username: "octocat@acme.dev", Groups: []string{"acme:web"}, Email: "octocat@acme.dev", Projects: []answers.Rights{
		{Project: "microsvcs", All: true},
		{Project: "billing", All: true, AllBy: "promoter-prod", Roles: []string{"promoter-prod", "viewer"}},
		{Project: "shop", May: []answers.StageRight{
			{Service: "cart", Environment: "staging"}, {Service: "till", Environment: "staging"}, {Service: "cart", Environment: "production", By: "releaser"},
		}, Asked: 12, NotAsked: 1},
		{Project: "lab", Asked: 6},
		{Project: "huge", NotAsked: 400},
	}}
	golden.Compare(t, "whoami.txt", full(cards.WhoAmI(who, chat("/whoami"))))
	golden.Compare(t, "whoami-elsewhere.txt", full(cards.WhoAmI(answers.Identity{Username: "github:octocat", Email: "octocat@acme.dev"}, chat("/whoami"))))
}

func TestDiff(t *testing.T) {
	version := func(v, revision string) *answers.ArtifactVersion {
		return &answers.ArtifactVersion{Version: v, Revision: revision}
	}
	from, to := freight("3.1.0"), freight("3.2.0")
	red := answers.ArtifactChange{Kind: "image", Artifact: "quay.io/acme/red", From: version("3.1.0", "1111111aaaa"), To: version("3.2.0", "8d2f6b2aaaa")}
	diff := answers.Diff{
		Project: "microsvcs", Service: "red", Environment: "production", Stage: "red-production", From: &from, To: &to,
		Changes: []answers.ArtifactChange{
			red,
			{Kind: "chart", Artifact: "oci://quay.io/acme/charts/red", To: version("1.2.0", "")},
			{Kind: "git", Artifact: "https://github.com/acme/config.git", From: &answers.ArtifactVersion{Version: "1234567", Revision: "1234567aaaa", Branch: "main"}},
		},
	}
	first := answers.Diff{Project: "microsvcs", Service: "red", Environment: "production", Stage: "red-production", To: &to,
		Changes: []answers.ArtifactChange{{Kind: "image", Artifact: "quay.io/acme/red", To: version("3.2.0", "")}}, Lacks: "3.2.0 is not verified in red-staging."}
	between := diff
	between.OtherEnvironment, between.OtherStage, between.Changes, between.Same = "staging", "red-staging", diff.Changes[:1], 2
	same := between
	same.Changes, same.Same = nil, 3
	there := diff
	there.There, there.From, there.Changes, there.Same = true, &to, nil, 1
	moved := diff
	moved.Changes = []answers.ArtifactChange{{Kind: "image", Artifact: "quay.io/acme/red",
		From: &answers.ArtifactVersion{Version: "latest", Digest: "sha256:aaaaaaaaaa"}, To: &answers.ArtifactVersion{Version: "latest", Digest: "sha256:bbbbbbbbbb"}}}
	twins := diff
	twins.Changes = []answers.ArtifactChange{red, {Kind: "image", Artifact: "ghcr.io/acme/red", From: version("1", ""), To: version("2", "")}}
	for name, d := range map[string]answers.Diff{
		"freight": diff, "first": first, "environments": between, "environments-same": same, "there": there, "moved-tag": moved, "twins": twins,
	} {
		golden.Compare(t, "diff-"+name+".txt", full(cards.Diff(d, chat(""), links)))
	}
}

func TestDoctor(t *testing.T) {
	d := answers.Diagnosis{Projects: []string{"microsvcs"}, Stages: 12, Warehouses: 8, Checks: make([]string, 9)}
	golden.Compare(t, "doctor-well.txt", full(cards.Doctor(d, chat("/doctor"))))
	d.Findings = []answers.Finding{
		{Severity: answers.SeverityError, What: "red is unhealthy in production.", Why: "It may not serve.", Fix: "Look at it."},
		{Severity: answers.SeverityWarning, What: "The promotion of red 3.2.0 to production has been at argocd-update for 25 min.", Why: "Nothing else goes.", Fix: "Look at the Application."},
		{Severity: answers.SeverityInfo, What: "red 3.3.0 can't go to production yet.", Why: "It soaks.", Fix: "Wait."},
	}
	golden.Compare(t, "doctor.txt", full(cards.Doctor(d, chat("/doctor"))))
	d.Projects, d.Service = []string{"microsvcs", "billing"}, "red"
	for range 12 {
		d.Findings = append(d.Findings, answers.Finding{Severity: answers.SeverityInfo, Project: "billing", What: "x.", Why: "y.", Fix: "z."})
	}
	golden.Compare(t, "doctor-many.txt", full(cards.Doctor(d, chat("/doctor"))))
}

func TestDoctorSaysWhatItDidNotLookAt(t *testing.T) {
	d := answers.Diagnosis{
		Projects: []string{"microsvcs"}, Stages: 12, Warehouses: 8, Checks: make([]string, 25),
		NotLooked: []answers.NotLooked{
			{Check: "credential-secret", Project: "microsvcs", Why: "Run `bot doctor` in a terminal."},
			{Check: "credential-missing", Project: "microsvcs", Why: "Run `bot doctor` in a terminal."},
			{Check: "slack-app", Why: "Slack is not configured."},
		},
	}
	golden.Compare(t, "doctor-not-looked.txt", full(cards.Doctor(d, chat("/doctor"))))
	d.Findings = []answers.Finding{
		{Severity: answers.SeverityError, What: "a.", Why: "b.", Fix: "c.", Command: "kubectl -n microsvcs label secret red kargo.akuity.io/cred-type=git"},
		{Severity: answers.SeverityInfo, What: "d.", Why: "e.", Fix: "f.", Command: "kubectl apply -f - <<'EOF'\nEOF"},
	}
	golden.Compare(t, "doctor-commands.txt", full(cards.Doctor(d, chat("/doctor"))))
}

func TestLongAnswersAreCutIntoPages(t *testing.T) {
	list := answers.FreightList{Service: "red"}
	for i := range 62 {
		list.Freight = append(list.Freight, answers.ListedFreight{Freight: freight(fmt.Sprintf("3.%d.0", i))})
	}
	for _, test := range []struct {
		page, rows int
		first, end string
	}{
		{0, 62, "*3.0.0*", ""},
		{1, 20, "*3.0.0*", "Page 1 of 4. `/freight red --page 2` shows the next."},
		{3, 20, "*3.40.0*", "Page 3 of 4. `/freight red --page 4` shows the next."},
		{4, 2, "*3.60.0*", "Page 4 of 4."},
		{5, 0, "", "There is no page 5: there are 4. `/freight red --page 4` shows the last."},
	} {
		card := cards.Freight(list, cards.Paging{Page: test.page, Command: "/freight red"}, noon)
		var end string
		if len(card.Body) > 0 {
			end = words(card.Body[len(card.Body)-1])
		}
		if end != test.end {
			t.Errorf("page %d ends %q", test.page, end)
		}
		switch {
		case test.rows == 0 && card.Table != nil:
			t.Errorf("page %d has a table", test.page)
		case test.rows == 0:
		case len(card.Table.Rows) != test.rows || words(card.Table.Rows[0][0]) != test.first:
			t.Errorf("page %d: %d rows, the first %q", test.page, len(card.Table.Rows), words(card.Table.Rows[0][0]))
		}
	}
	list.Freight = list.Freight[:20]
	if card := cards.Freight(list, chat("/freight red"), noon); len(card.Body) != 0 || len(card.Table.Rows) != 20 {
		t.Errorf("one page says %v", card.Body)
	}
	card := cards.Freight(list, cards.Paging{Page: 2, Command: "/freight red"}, noon)
	if got := words(card.Body[0]); got != "There is no page 2: all fits on one. `/freight red` shows it." {
		t.Error(got)
	}
}

func TestNothingIsCutInATerminal(t *testing.T) {
	who := answers.Identity{Username: "octocat", Projects: []answers.Rights{{Project: "p"}}}
	diagnosis := answers.Diagnosis{Projects: []string{"p"}}
	for i := range 50 {
		who.Projects[0].May = append(who.Projects[0].May, answers.StageRight{Service: fmt.Sprintf("service-%02d", i), Environment: "production"})
		diagnosis.Findings = append(diagnosis.Findings, answers.Finding{Severity: answers.SeverityInfo})
	}
	if got := full(cards.WhoAmI(who, terminal)); !strings.Contains(got, "service-49") {
		t.Error(got)
	}
	if got := full(cards.WhoAmI(who, chat("/whoami"))); !strings.Contains(got, "service-19 and 30 more") {
		t.Error(got)
	}
	if got := cards.Doctor(diagnosis, terminal); len(got.Body) != 50 {
		t.Errorf("%d findings", len(got.Body))
	}
}

func TestAge(t *testing.T) {
	for age, want := range map[time.Duration]string{
		-time.Minute: "under 1 min", 0: "under 1 min", 59 * time.Second: "under 1 min", time.Minute: "1 min", 119 * time.Minute: "1 h",
		2 * time.Hour: "2 h", 47 * time.Hour: "47 h", 48 * time.Hour: "2 days", 1000 * time.Hour: "41 days",
	} {
		if got := cards.Age(age); got != want {
			t.Errorf("%s is %q, want %q", age, got, want)
		}
	}
}
