package app_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/app"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/memory"
	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

const (
	project  = "microsvcs"
	deploys  = "C7"
	octocat  = "U42"
	identity = "system:serviceaccount:kargo-bot:kargo-bot"
)

// world is a bot in a cluster in memory, with Slack beside it. Kargo is the test itself.
type world struct {
	cluster client.WithWatch
	slack   *slackfake.Slack
	driver  *slackfake.Driver
	app     *app.App
	stop    func() error
}

// newWorld starts a bot. One Stage, red-production, runs 3.1.0; 3.2.0 is available to it.
func newWorld(t *testing.T) *world {
	t.Helper()
	scheme, err := app.NewScheme()
	must(t, err)
	cluster, err := memory.New(memory.Options{Resources: append(
		memory.ResourcesOf(scheme, kargoapi.GroupVersion, "Project"),
		memory.ResourcesOf(scheme, v1alpha1.GroupVersion)...)})
	must(t, err)
	w := &world{}
	w.cluster, err = cluster.Client(cluster.AdminConfig(), scheme)
	must(t, err)
	for _, o := range objects() {
		status := o.DeepCopyObject().(client.Object)
		must(t, w.cluster.Create(t.Context(), o))
		if _, ok := o.(*kargoapi.Stage); ok {
			status.SetResourceVersion(o.GetResourceVersion())
			must(t, w.cluster.Status().Update(t.Context(), status))
		}
	}
	w.slack, err = slackfake.New(slackfake.Config{
		Users:    []slackfake.User{{ID: octocat, Name: "octocat", Email: "octocat@acme.dev"}},
		Channels: []slackfake.Channel{{ID: deploys, Name: "deploys", BotIn: true}},
	})
	must(t, err)
	server := httptest.NewServer(w.slack)
	t.Cleanup(server.Close)
	t.Cleanup(w.slack.Close)
	w.slack.SetURL(server.URL)

	w.app, err = app.New(app.Options{
		Cluster: app.Cluster{Config: cluster.Config(identity)},
		Pipelines: []kargo.Pipeline{{
			Project: project, Namespace: project, Services: []string{"red"},
			Environments: []kargo.Environment{{Name: "production", Aliases: []string{"prod"}}},
		}},
		KargoURL: "https://kargo.acme.dev",
		Slack: &app.SlackOptions{
			URL: w.slack.APIURL(), BotToken: secret.NewText(slackfake.DefaultBotToken),
			SigningSecrets: []secret.Text{secret.NewText(slackfake.DefaultSigningSecret)},
			Teams:          []string{"T01"}, Templates: access.Templates{Username: "{email}"},
		},
		KargoRoles: true, Listen: "127.0.0.1:0", Admin: "127.0.0.1:0",
		GracePeriod: 10 * time.Second, Now: time.Now, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	must(t, err)
	w.run(t)
	bot := "http://" + w.app.PublicAddress()
	w.driver = w.slack.Driver(slackfake.Endpoints{Commands: bot + app.PathSlackCommands, Interactivity: bot + app.PathSlackInteractions})
	return w
}

// run runs the bot until the test ends, and waits until it is ready.
func (w *world) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.app.Run(ctx) }()
	w.stop = func() error {
		cancel()
		select {
		case err := <-done:
			done <- err
			return err
		case <-time.After(20 * time.Second):
			t.Error("the bot did not stop")
			return nil
		}
	}
	t.Cleanup(func() { must(t, w.stop()) })
	await(t, "the bot is ready", func() bool { return w.admin(t, "/readyz") == http.StatusOK })
}

func (w *world) admin(t *testing.T, path string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+w.app.AdminAddress()+path, nil)
	must(t, err)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	must(t, res.Body.Close())
	return res.StatusCode
}

func objects() []client.Object {
	origin := kargoapi.FreightOrigin{Kind: kargoapi.FreightOriginKindWarehouse, Name: "red-releases"}
	freight := func(name, version string, age time.Duration) *kargoapi.Freight {
		f := &kargoapi.Freight{
			Origin: origin, Alias: "rafting-" + name[:4], Images: []kargoapi.Image{{RepoURL: "example.com/red", Tag: version}},
			DiscoveredAt: &metav1.Time{Time: time.Now().Add(-age)},
		}
		f.Namespace, f.Name = project, name
		return f
	}
	old, next := freight("aaaa0001", "3.1.0", 2*time.Hour), freight("bbbb0002", "3.2.0", time.Hour)
	stage := &kargoapi.Stage{
		Spec: kargoapi.StageSpec{
			RequestedFreight: []kargoapi.FreightRequest{{Origin: origin, Sources: kargoapi.FreightSources{Direct: true}}},
			PromotionTemplate: &kargoapi.PromotionTemplate{Spec: kargoapi.PromotionTemplateSpec{
				Steps: []kargoapi.PromotionStep{{Uses: "git-clone"}, {Uses: "git-push"}},
			}},
		},
		Status: kargoapi.StageStatus{FreightHistory: []*kargoapi.FreightCollection{{
			ID: "1", Freight: map[string]kargoapi.FreightReference{origin.String(): kargo.Reference(old)},
		}}},
	}
	stage.Namespace, stage.Name = project, "red-production"
	rule := func(group, resource string, verbs ...string) rbacv1.PolicyRule {
		return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: []string{resource}, Verbs: verbs}
	}
	role := &rbacv1.ClusterRole{Rules: []rbacv1.PolicyRule{
		rule("kargo.akuity.io", "stages", "get", "list", "watch", "promote"),
		rule("kargo.akuity.io", "freights", "get", "list", "watch"),
		rule("kargo.akuity.io", "warehouses", "get", "list", "watch"),
		rule("kargo.akuity.io", "promotions", "get", "list", "watch", "create"),
		rule("kargobot.dev", "*", "get", "list", "watch", "create", "patch", "delete"),
		rule("", "serviceaccounts", "list", "watch"),
		rule("", "events", "list", "watch"),
		rule("authorization.k8s.io", "subjectaccessreviews", "create"),
	}}
	role.Name = "kargo-bot"
	promoter := &rbacv1.ClusterRole{Rules: []rbacv1.PolicyRule{rule("kargo.akuity.io", "stages", "promote")}}
	promoter.Name = "promoter"
	bind := func(name string, subject rbacv1.Subject) *rbacv1.ClusterRoleBinding {
		b := &rbacv1.ClusterRoleBinding{RoleRef: rbacv1.RoleRef{Kind: "ClusterRole", Name: name, APIGroup: rbacv1.GroupName}, Subjects: []rbacv1.Subject{subject}}
		b.Name = name
		return b
	}
	namespace := &corev1.Namespace{}
	namespace.Name = project
	return []client.Object{
		namespace, old, next, stage, role, promoter,
		bind("kargo-bot", rbacv1.Subject{Kind: "ServiceAccount", Namespace: "kargo-bot", Name: "kargo-bot"}),
		bind("promoter", rbacv1.Subject{Kind: "User", Name: "octocat@acme.dev", APIGroup: rbacv1.GroupName}),
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// await waits until a condition holds that nothing announces.
func await(t *testing.T, what string, condition func() bool) {
	t.Helper()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	limit := time.After(20 * time.Second)
	for !condition() {
		select {
		case <-ticker.C:
		case <-limit:
			t.Fatalf("gave up waiting until %s", what)
		}
	}
}
