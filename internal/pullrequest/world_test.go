package pullrequest_test

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/pullrequest"
)

const (
	repo      = "acme/microsvcs"
	namespace = "microsvcs"
	web       = "https://github.com"
)

var noon = time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)

// commit is the hash of the n-th commit of a history without branches.
func commit(n int) string { return fmt.Sprintf("%040x", n) }

// history is code whose commits are one after the other; each concerns every service.
type history struct {
	// unavailable is why nothing can be asked, if it can't.
	unavailable *freightdiff.Unavailable
	asked       int
	// elsewhere is another repository that the code is in.
	elsewhere string
}

func (h *history) Commit(_ context.Context, _, _, of string, refs []kargoapi.FreightReference) freightdiff.Located {
	h.asked++
	switch {
	case of != repo || len(refs) == 0 || len(refs[0].Images) == 0:
		return freightdiff.Located{}
	case refs[0].Images[0].Annotations == nil:
		return freightdiff.Located{Unknown: "Which commit red was built from is not known."}
	}
	return freightdiff.Located{Commit: refs[0].Images[0].Annotations["revision"]}
}

func position(sha string) int {
	var n int
	if _, err := fmt.Sscanf(sha, "%x", &n); err != nil {
		panic(err)
	}
	return n
}

func (h *history) Range(_ context.Context, _, service, of, from, to string) answers.CodeChange {
	change := answers.CodeChange{Artifacts: []string{service}, Repository: of, From: from, To: to, Relation: "ahead", URL: web + "/" + of + "/compare/x"}
	if h.unavailable != nil {
		change.Unknown, change.Transient = h.unavailable.Reason, true
		return change
	}
	for n := position(to); n > position(from); n-- {
		change.Added.List = append(change.Added.List, answers.Commit{SHA: commit(n), Title: fmt.Sprint("change ", n), Type: "feat", Breaking: n == 31})
		if n == 31 {
			change.Added.Breaking++
		}
	}
	change.Added.Total = len(change.Added.List)
	return change
}

func (h *history) Changes(ctx context.Context, project, service string, changes []answers.ArtifactChange) []answers.CodeChange {
	if len(changes) != 1 || changes[0].From == nil {
		return nil
	}
	return []answers.CodeChange{h.Range(ctx, project, service, cmp.Or(h.elsewhere, repo), changes[0].From.Digest, changes[0].To.Digest)}
}

func (h *history) Contains(_ context.Context, _, sha, in string) (bool, error) {
	if h.unavailable != nil {
		return false, h.unavailable
	}
	return position(sha) <= position(in), nil
}

// forge has pull requests and their comments.
type forge struct {
	pulls    map[int]pullrequest.Pull
	files    map[int][]string
	comments []comment
	// calls counts reads and writes by name.
	calls map[string]int
	// fails is what the next call of a name ends with.
	fails map[string]error
}

type comment struct {
	number int
	marker string
	id     int64
	card   chatops.Card
	edits  int
	// settled is what was hidden in it.
	settled bool
}

func (f *forge) call(name string) error {
	f.calls[name]++
	err := f.fails[name]
	delete(f.fails, name)
	return err
}

func (f *forge) PullRequests(_ context.Context, of string, since time.Time) ([]pullrequest.Pull, error) {
	if err := f.call("PullRequests"); err != nil || of != repo {
		return nil, err
	}
	var all []pullrequest.Pull
	for _, p := range f.pulls {
		if p.State == pullrequest.Open || p.UpdatedAt.After(since) {
			all = append(all, p)
		}
	}
	return all, nil
}

func (f *forge) PullRequest(_ context.Context, _ string, number int) (pullrequest.Pull, error) {
	if err := f.call("PullRequest"); err != nil {
		return pullrequest.Pull{}, err
	}
	p, ok := f.pulls[number]
	if !ok {
		return pullrequest.Pull{}, freightdiff.ErrNotFound
	}
	return p, nil
}

func (f *forge) FilesOf(_ context.Context, _ string, number int, _ string) ([]string, bool, error) {
	files, complete := f.files[number]
	return files, complete, f.call("FilesOf")
}

func (f *forge) Said(_ context.Context, _ string, number int, marker string) (id int64, settled bool, err error) {
	for _, c := range f.comments {
		if c.number == number && c.marker == marker {
			return c.id, c.settled, f.call("Said")
		}
	}
	return 0, false, f.call("Said")
}

func (f *forge) Comment(_ context.Context, _ string, number int, remark pullrequest.Remark, id int64) (int64, error) {
	if err := f.call("Comment"); err != nil {
		return 0, err
	}
	marker, card := remark.Marker, remark.Card
	i := slices.IndexFunc(f.comments, func(c comment) bool { return c.number == number && c.marker == marker && (id == 0 || c.id == id) })
	switch {
	case i < 0 && id != 0:
		return 0, &notify.Undeliverable{Reason: "The comment was deleted."}
	case i < 0:
		f.comments = append(f.comments, comment{number: number, marker: marker, id: int64(len(f.comments) + 1), card: card})
		i = len(f.comments) - 1
	case notify.Message{Card: f.comments[i].card}.Hash() != notify.Message{Card: card}.Hash():
		f.comments[i].card, f.comments[i].edits = card, f.comments[i].edits+1
	}
	f.comments[i].settled = remark.Settled
	return f.comments[i].id, nil
}

// said returns the one comment below a pull request.
func (f *forge) said(t *testing.T, number int) comment {
	t.Helper()
	var found []comment
	for _, c := range f.comments {
		if c.number == number {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d comments below #%d", len(found), number)
	}
	return found[0]
}

// world is red and blue in three environments, and their repository.
type world struct {
	*pullrequest.Follower
	forge  *forge
	code   *history
	server client.WithWatch
	clock  time.Time
}

// manifests says of every diff that one resource changes.
type manifests struct{}

func (manifests) Of(context.Context, answers.Diff) *answers.Manifests {
	return &answers.Manifests{Repository: repo, Commit: commit(40), Path: "k8s/overlays/production/red", Unchanged: 1, Changed: []answers.ManifestChange{
		{Kind: "Deployment", Name: "red", Diff: "@@ -1 +1 @@\n-image: red:3.1.0\n+image: red:3.2.0\n", Added: 1, Removed: 1},
	}}
}

func newWorld(t *testing.T, objects ...client.Object) *world {
	t.Helper()
	w := &world{
		forge: &forge{pulls: map[int]pullrequest.Pull{}, files: map[int][]string{}, calls: map[string]int{}, fails: map[string]error{}},
		code:  &history{}, clock: noon,
	}
	scheme := runtime.NewScheme()
	if err := kargoapi.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	builder := fake.NewClientBuilder().WithScheme(scheme).WithStatusSubresource(&kargoapi.Stage{}, &kargoapi.Freight{}).WithObjects(append(objects, colors()...)...)
	if err := kargo.IndexPromotions(t.Context(), indexing{builder}); err != nil {
		t.Fatal(err)
	}
	w.server = builder.Build()
	w.start(t)
	return w
}

type indexing struct{ builder *fake.ClientBuilder }

func (i indexing) IndexField(_ context.Context, o client.Object, field string, values client.IndexerFunc) error {
	i.builder.WithIndex(o, field, values)
	return nil
}

// start begins with a new Follower, as a new process does.
func (w *world) start(t *testing.T) {
	t.Helper()
	w.Follower = pullrequest.NewFollower(pullrequest.Options{
		Forge: w.forge, Code: w.code, Manifests: manifests{},
		Catalogue: kargo.NewCatalogue(w.server, []kargo.Pipeline{{
			Project: namespace, Namespace: namespace, Services: []string{"red", "blue"},
			Environments: []kargo.Environment{{Name: "development"}, {Name: "staging"}, {Name: "production"}},
		}}),
		Home: func(_, service string) (string, []string) { return repo, []string{"projects/" + service} },
		Web:  web, Release: regexp.MustCompile(`^chore: release `), Follow: 30 * 24 * time.Hour,
		Links: cards.Links{Kargo: "https://kargo.acme.dev"}, Now: func() time.Time { return w.clock },
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
}

var (
	builds   = kargoapi.FreightOrigin{Kind: kargoapi.FreightOriginKindWarehouse, Name: "red-dev"}
	releases = kargoapi.FreightOrigin{Kind: kargoapi.FreightOriginKindWarehouse, Name: "red-releases"}
)

// freight is Freight of red, built from the n-th commit.
func freight(origin kargoapi.FreightOrigin, name, tag string, n int) *kargoapi.Freight {
	return &kargoapi.Freight{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Origin: origin, Alias: name + "-alias",
		DiscoveredAt: &metav1.Time{Time: noon.Add(time.Duration(n-100) * time.Hour)},
		Images: []kargoapi.Image{{
			RepoURL: "quay.io/acme/red", Tag: tag, Digest: commit(n), Annotations: map[string]string{"revision": commit(n)},
		}},
	}
}

// stage is a Stage of red that runs Freight, and ran others before.
func stage(environment string, sources kargoapi.FreightSources, ran ...*kargoapi.Freight) *kargoapi.Stage {
	s := &kargoapi.Stage{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "red-" + environment},
		Spec: kargoapi.StageSpec{
			RequestedFreight:  []kargoapi.FreightRequest{{Origin: ran[0].Origin, Sources: sources}},
			PromotionTemplate: &kargoapi.PromotionTemplate{Spec: kargoapi.PromotionTemplateSpec{Steps: []kargoapi.PromotionStep{{Uses: "git-push"}}}},
		},
	}
	for i, f := range ran {
		s.Status.FreightHistory = append(s.Status.FreightHistory, &kargoapi.FreightCollection{
			ID: fmt.Sprint(i), Freight: map[string]kargoapi.FreightReference{f.Origin.String(): kargo.Reference(f)},
		})
	}
	return s
}

// The Freight of red: a build of commit 30, and releases of commits 10, 20 and 28.
var (
	build = freight(builds, "dddd1111", "sha-0000030", 30)
	v310  = freight(releases, "aaaa3100", "3.1.0", 10)
	v320  = freight(releases, "bbbb3200", "3.2.0", 20)
	v330  = freight(releases, "cccc3300", "3.3.0", 28)
)

// colors has 3.1.0 of red in production and 3.2.0 in staging; 3.3.0 and a build are discovered.
func colors() []client.Object {
	verified := v320.DeepCopy()
	verified.Status.CurrentlyIn = map[string]kargoapi.CurrentStage{"red-staging": {Since: &metav1.Time{Time: noon.Add(-2 * time.Hour)}}}
	verified.Status.VerifiedIn = map[string]kargoapi.VerifiedStage{"red-staging": {VerifiedAt: &metav1.Time{Time: noon.Add(-time.Hour)}}}
	live := v310.DeepCopy()
	live.Status.CurrentlyIn = map[string]kargoapi.CurrentStage{"red-production": {Since: &metav1.Time{Time: noon.Add(-5 * 24 * time.Hour)}}}
	return []client.Object{
		build.DeepCopy(), live, verified, v330.DeepCopy(),
		stage("development", kargoapi.FreightSources{Direct: true}, build),
		stage("staging", kargoapi.FreightSources{Direct: true}, v320, v310),
		stage("production", kargoapi.FreightSources{Stages: []string{"red-staging"}}, v310),
	}
}

// open adds an open pull request for the default branch that touches files.
func (w *world) open(number int, title string, head int, files ...string) {
	w.forge.pulls[number] = pullrequest.Pull{
		Number: number, Title: title, URL: fmt.Sprintf("%s/%s/pull/%d", web, repo, number), State: pullrequest.Open, UpdatedAt: w.clock,
		HeadSHA: commit(head), BaseSHA: commit(min(head-1, 30)), BaseRef: "main", DefaultBranch: "main", Author: "octocat",
	}
	w.forge.files[number] = files
}

// merge merges a pull request as the n-th commit.
func (w *world) merge(number, n int) {
	p := w.forge.pulls[number]
	p.State, p.Merged, p.MergedAt, p.UpdatedAt, p.MergeSHA = pullrequest.Closed, true, w.clock, w.clock, commit(n)
	w.forge.pulls[number] = p
}

// pass looks at everything, as is done at the start and every few minutes.
func (w *world) pass(t *testing.T) {
	t.Helper()
	w.look(t, 0)
	for number := range w.forge.pulls {
		w.look(t, number)
	}
}

// look looks at one pull request, and returns after how long it is to be looked at again.
func (w *world) look(t *testing.T, number int) time.Duration {
	t.Helper()
	result, err := w.Reconcile(t.Context(), pullrequest.Key{Repo: repo, Number: number})
	if err != nil {
		t.Fatal(err)
	}
	return result.RequeueAfter
}

// stage changes a Stage of red.
func (w *world) stage(t *testing.T, environment string, change func(*kargoapi.Stage)) {
	t.Helper()
	var s kargoapi.Stage
	if err := w.server.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: "red-" + environment}, &s); err != nil {
		t.Fatal(err)
	}
	change(&s)
	status := s.Status
	if err := w.server.Update(t.Context(), &s); err != nil {
		t.Fatal(err)
	}
	s.Status = status
	if err := w.server.Status().Update(t.Context(), &s); err != nil {
		t.Fatal(err)
	}
}

// runs makes a Stage of red run other Freight.
func (w *world) runs(t *testing.T, environment string, f *kargoapi.Freight) {
	t.Helper()
	var s kargoapi.Stage
	if err := w.server.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: "red-" + environment}, &s); err != nil {
		t.Fatal(err)
	}
	s.Status.FreightHistory = append([]*kargoapi.FreightCollection{{
		ID: f.Name, Freight: map[string]kargoapi.FreightReference{f.Origin.String(): kargo.Reference(f)},
	}}, s.Status.FreightHistory...)
	if err := w.server.Status().Update(t.Context(), &s); err != nil {
		t.Fatal(err)
	}
}

// words writes a card down.
func words(c chatops.Card) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[%s] %s\n", c.State, c.Title)
	if c.Table != nil {
		for _, row := range append([][]chatops.Text{headings(c.Table)}, c.Table.Rows...) {
			cells := make([]string, len(row))
			for i, cell := range row {
				cells[i] = cell.String()
			}
			b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
		}
	}
	for _, line := range c.Body {
		b.WriteString(line.String() + "\n")
	}
	for _, s := range c.Sections {
		b.WriteString("▾ " + s.Title + "\n")
		for _, line := range s.Lines {
			b.WriteString("  " + line.String() + "\n")
		}
		b.WriteString(s.Quote)
	}
	for _, a := range c.Actions {
		b.WriteString("(" + a.Label + ": " + a.Command + ")\n")
	}
	return b.String()
}

func headings(t *chatops.Table) []chatops.Text {
	out := make([]chatops.Text, len(t.Columns))
	for i, name := range t.Columns {
		out[i] = chatops.Line(chatops.Plain(name))
	}
	return out
}
