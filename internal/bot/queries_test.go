package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/doctor"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// rights are of nobody, but for one Stage.
type rights struct{ asked [][]access.Realm }

func (r *rights) Survey(_ context.Context, _ access.Subject, verb string, realms []access.Realm) ([]access.Grants, error) {
	r.asked = append(r.asked, realms)
	out := make([]access.Grants, len(realms))
	for i, realm := range realms {
		out[i].Stages = make([]access.Grant, len(realm.Stages))
		for j, stage := range realm.Stages {
			out[i].Stages[j] = access.Grant{Asked: stage != "blue-staging", Allowed: stage == "red-staging" && verb == "promote"}
		}
	}
	return out, nil
}

// library is a world in which questions are asked: red has 3.1.0 in production, 3.2.0 verified in staging,
// and 3.3.0 nowhere; blue is in staging alone.
type library struct {
	*bot.Bot
	rights *rights
	people *people
	// calls counts what was asked of the API server.
	calls int
}

type indexing struct{ builder *fake.ClientBuilder }

func (i indexing) IndexField(_ context.Context, o client.Object, field string, values client.IndexerFunc) error {
	i.builder.WithIndex(o, field, values)
	return nil
}

func newLibrary(t *testing.T, objects ...client.Object) *library {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1alpha1.AddToScheme, kargoapi.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	builder := fake.NewClientBuilder().WithScheme(scheme).WithObjects(append(objects, libraryObjects()...)...)
	if err := kargo.IndexPromotions(t.Context(), indexing{builder}); err != nil {
		t.Fatal(err)
	}
	l := &library{
		rights: &rights{},
		people: &people{subject: access.Subject{Username: "octocat@acme.dev", Groups: []string{"acme:web"}}},
	}
	catalogue := kargo.NewCatalogue(builder.Build(), []kargo.Pipeline{{
		Project: "microsvcs", Namespace: "microsvcs", Services: []string{"red", "blue"},
		Environments: []kargo.Environment{{Name: "staging", Aliases: []string{"stg"}}, {Name: "production", Aliases: []string{"prod"}}},
	}})
	count := func() error { l.calls++; return errors.New("a question was asked of the API server") }
	server := interceptor.NewClient(fake.NewClientBuilder().WithScheme(scheme).Build(), interceptor.Funcs{
		Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error { return count() },
		Get: func(context.Context, client.WithWatch, client.ObjectKey, client.Object, ...client.GetOption) error {
			return count()
		},
		List: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error { return count() },
	})
	now := func() time.Time { return noon }
	l.Bot = bot.New(bot.Options{
		Queries:   bot.Queries{Library: catalogue, Rights: l.rights, Doctor: doctor.New(catalogue, now)},
		Catalogue: catalogue, People: l.people, Permissions: &permissions{}, Shipments: server, Quorum: server, Now: now,
	})
	return l
}

func libraryObjects() []client.Object {
	freight := func(name, tag string, hours int, change func(*kargoapi.FreightStatus)) *kargoapi.Freight {
		at := metav1.NewTime(noon.Add(-time.Duration(hours) * time.Hour))
		f := &kargoapi.Freight{
			ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: name}, Origin: red, DiscoveredAt: &at,
			Images: []kargoapi.Image{{RepoURL: "quay.io/acme/red", Tag: tag, Digest: "sha256:" + name}},
		}
		change(&f.Status)
		return f
	}
	verified := func(s *kargoapi.FreightStatus) {
		s.VerifiedIn = map[string]kargoapi.VerifiedStage{"red-staging": {}}
	}
	old, next := freight("2873e6b6a1c3", "3.1.0", 48, verified), freight("e72fb09c1d4f", "3.2.0", 2, verified)
	newest := freight("f00dfeed1234", "3.3.0", 1, func(*kargoapi.FreightStatus) {})
	stage := func(name string, sources kargoapi.FreightSources, runs *kargoapi.Freight) *kargoapi.Stage {
		s := newStage()
		s.Name = name
		s.Spec.RequestedFreight[0].Sources = sources
		s.Status.FreightHistory[0].Freight[red.String()] = kargo.Reference(runs)
		return s
	}
	return []client.Object{
		old, next, newest,
		stage("red-staging", kargoapi.FreightSources{Direct: true}, next),
		stage("red-production", kargoapi.FreightSources{Stages: []string{"red-staging"}}, old),
		stage("blue-staging", kargoapi.FreightSources{Direct: true}, old),
		&kargoapi.Warehouse{ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: "red"}},
		&kargoapi.Promotion{
			ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: "red-production.01kqw.2873e6b"},
			Spec:       kargoapi.PromotionSpec{Stage: "red-production", Freight: "2873e6b6a1c3"},
			Status:     kargoapi.PromotionStatus{Phase: kargoapi.PromotionPhaseSucceeded},
		},
	}
}

// questions are all that can be asked, each with a piece of what the card must say.
var questions = map[string]string{
	"/status":                    "3.1.0 → 3.2.0 waits",
	"/status red":                "production",
	"/status production":         "What runs in production",
	"/status red production":     "3.2.0 is newer, and can go there.",
	"/freight red":               "3.3.0",
	"/freight red prod":          "✗ 3.3.0 is not verified in red-staging.",
	"/history red production":    "Kargo (auto-promotion)",
	"/history red staging":       "Nothing was promoted yet",
	"/diff red production":       "red in production: 3.1.0 → 3.2.0",
	"/diff red production 3.3.0": "It can't go there yet: 3.3.0 is not verified in red-staging.",
	"/diff red production 3.1.0": "It runs in production now.",
	"/diff red staging prod":     "red: staging and production",
	"/doctor":                    "no blue in production",
	"/doctor red":                "nothing is wrong",
	"/whoami":                    "you may promote to 1 Stage",
	"/diff red staging":          "3.2.0 → 3.3.0",
}

func question(line string) bot.Request {
	return bot.Request{Actor: chatops.Actor{Source: chatops.SourceSlack, ID: "T01/U42", Name: "octocat"}, Line: line}
}

// said is all words of a card.
func said(c chatops.Card) string {
	lines := []string{c.Title, c.Status}
	for _, texts := range [][]chatops.Text{c.Facts, c.Body} {
		for _, text := range texts {
			lines = append(lines, text.String())
		}
	}
	if c.Table != nil {
		lines = append(lines, strings.Join(c.Table.Columns, " "))
		for _, row := range c.Table.Rows {
			for _, cell := range row {
				lines = append(lines, cell.String())
			}
		}
	}
	return strings.Join(lines, "\n")
}

func TestQuestionsAreAnsweredFromCachesAlone(t *testing.T) {
	for line, want := range questions {
		l := newLibrary(t)
		answer, handled, err := l.Query(t.Context(), question(line))
		if err != nil || !handled {
			t.Errorf("%s: %v, %v", line, handled, err)
			continue
		}
		if says := said(answer.Card); !strings.Contains(says, want) {
			t.Errorf("%s says\n%s\nwithout %q", line, says, want)
		}
		if answer.Data == nil || answer.Shipment != nil || answer.Problem != nil {
			t.Errorf("%s: %+v", line, answer)
		}
		if l.calls > 0 {
			t.Errorf("%s asked the API server %d times", line, l.calls)
		}
	}
}

func TestWhoIsNobodyIsToldNothing(t *testing.T) {
	for line := range questions {
		l := newLibrary(t)
		nobody := &chatops.Problem{Code: chatops.CodeUnknownPerson, Title: "I take requests only from people of this organization."}
		l.people.err = nobody
		// Not even whether a name exists.
		for _, line := range []string{line, strings.Replace(line, "red", "nosuch", 1)} {
			answer, handled, err := l.Query(t.Context(), question(line))
			if !handled || !errors.Is(err, nobody) || answer.Card.Title != "" || answer.Data != nil {
				t.Errorf("%s: %+v, %v, %v", line, answer, handled, err)
			}
		}
	}
}

func TestQueryLeavesOtherCommandsAlone(t *testing.T) {
	for _, line := range []string{"/promote red production", "/help", "/abort red production"} {
		if answer, handled, err := newLibrary(t).Query(t.Context(), question(line)); handled || err != nil || answer.Card.Title != "" {
			t.Errorf("%s: %+v, %v, %v", line, answer, handled, err)
		}
	}
}

func TestQuestionsAboutWhatIsNot(t *testing.T) {
	for line, want := range map[string]string{
		"/status rde":                `No service and no environment "rde". Did you mean red?`,
		"/status prduction":          `No service and no environment "prduction". Did you mean production?`,
		"/status red moon":           `No environment "moon".`,
		"/status blue production":    "There is no blue in production.",
		"/freight rde":               `No service "rde". Did you mean red?`,
		"/freight blue production":   "There is no blue in production.",
		"/history red moon":          `No environment "moon".`,
		"/diff red production 9.9.9": `No Freight "9.9.9" for red in production.`,
		"/diff blue staging prod":    "There is no blue in production.",
		"/doctor rde":                `No service "rde". Did you mean red?`,
	} {
		_, handled, err := newLibrary(t).Query(t.Context(), question(line))
		var problem *chatops.Problem
		if !handled || !errors.As(err, &problem) {
			t.Errorf("%s: %v, %v", line, handled, err)
			continue
		}
		if !strings.HasPrefix(problem.Title, want) {
			t.Errorf("%s says %q, want %q", line, problem.Title, want)
		}
	}
}

func TestWhoAmISaysWhatMayBeDone(t *testing.T) {
	l := newLibrary(t)
	answer, _, err := l.Query(t.Context(), question("/whoami"))
	if err != nil {
		t.Fatal(err)
	}
	who := answer.Data.(answers.Identity)
	got := fmt.Sprintf("%s %s %v %+v", who.Source, who.Username, who.Groups, who.Projects)
	want := "slack octocat@acme.dev [acme:web] [{Project:microsvcs Roles:[] All:false AllBy: " +
		"May:[{Service:red Environment:staging Stage:red-staging By:}] Asked:2 NotAsked:1}]"
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestPagesInChatAndNoneInATerminal(t *testing.T) {
	var objects []client.Object
	for i := range 30 {
		at := metav1.NewTime(noon.Add(-time.Duration(100+i) * time.Hour))
		objects = append(objects, &kargoapi.Freight{
			ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: fmt.Sprintf("%012d", i)}, Origin: red, DiscoveredAt: &at,
			Images: []kargoapi.Image{{RepoURL: "quay.io/acme/red", Tag: fmt.Sprintf("2.%d.0", i)}},
		})
	}
	l := newLibrary(t, objects...)
	for _, test := range []struct {
		source chatops.Source
		line   string
		rows   int
		says   string
	}{
		{chatops.SourceSlack, "/freight red", 20, "Page 1 of 2. /freight red --page 2 shows the next."},
		{chatops.SourceGitHub, "/freight red prod --page 2", 13, "Page 2 of 2."},
		{chatops.SourceGitHub, "/freight red prod --page 3", 0, "There is no page 3: there are 2. /freight red prod --page 2 shows the last."},
		{chatops.SourceTerminal, "/freight red", 33, ""},
	} {
		r := question(test.line)
		r.Actor.Source = test.source
		answer, _, err := l.Query(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		rows := 0
		if answer.Card.Table != nil {
			rows = len(answer.Card.Table.Rows)
		}
		if rows != test.rows || !strings.Contains(said(answer.Card), test.says) {
			t.Errorf("%s in %s: %d rows\n%s", test.line, test.source, rows, said(answer.Card))
		}
		if list := answer.Data.(answers.FreightList); len(list.Freight) != 33 {
			t.Errorf("%s: the data has %d Freight of 33", test.line, len(list.Freight))
		}
	}
}
