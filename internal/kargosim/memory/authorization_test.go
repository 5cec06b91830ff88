package memory_test

import (
	"strings"
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	botv1 "github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// mayPromote asks whether the user may promote to a Stage, as Kargo's admission does.
func mayPromote(t *testing.T, c client.Client, stage, user string, groups ...string) bool {
	t.Helper()
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: user, Groups: groups,
		ResourceAttributes: &authorizationv1.ResourceAttributes{
			Group: "kargo.akuity.io", Resource: "stages", Verb: "promote", Namespace: project, Name: stage,
		},
	}}
	if err := c.Create(t.Context(), review); err != nil {
		t.Fatal(err)
	}
	return review.Status.Allowed
}

func TestReviewsFollowTheRulesInTheCluster(t *testing.T) {
	cluster, admin := newCluster(t)
	promote := rbacv1.PolicyRule{
		APIGroups: []string{"kargo.akuity.io"}, Resources: []string{"stages"}, Verbs: []string{"promote"},
	}
	named := promote
	named.ResourceNames = []string{"red-production"}
	everything := rbacv1.PolicyRule{APIGroups: []string{"*"}, Resources: []string{"*"}, Verbs: []string{"*"}}
	status := rbacv1.PolicyRule{APIGroups: []string{"*"}, Resources: []string{"stages/status"}, Verbs: []string{"*"}}
	user := func(name string) rbacv1.Subject { return rbacv1.Subject{Kind: rbacv1.UserKind, Name: name} }
	bind(t, admin, "promoter", user("octocat"), promote)
	bind(t, admin, "promoter-of-red", rbacv1.Subject{Kind: rbacv1.GroupKind, Name: "acme:web"}, named)
	bind(t, admin, "promoter-role", rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Name: "prod", Namespace: project}, promote)
	bind(t, admin, "owner", user("hubot"), everything)
	bind(t, admin, "onlooker", user("onlooker"), status)
	create(t, admin,
		&rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "kargo-admin"}, Rules: []rbacv1.PolicyRule{promote}},
		&rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: "kargo-admins"},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "kargo-admin"},
			Subjects:   []rbacv1.Subject{user("everywhere")},
		},
		&rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Namespace: project, Name: "by-cluster-role"},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "kargo-admin"},
			Subjects:   []rbacv1.Subject{user("here")},
		},
		&rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Namespace: project, Name: "dangling"},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "gone"},
			Subjects:   []rbacv1.Subject{user("dangling")},
		})
	for _, test := range []struct {
		name, stage, user string
		groups            []string
		want              bool
	}{
		{"by name", "blue-production", "octocat", nil, true},
		{"by group and resource name", "red-production", "x", []string{"acme:web"}, true},
		{"by group, another resource name", "blue-production", "x", []string{"acme:web"}, false},
		{"by service account", "red-production", "system:serviceaccount:microsvcs:prod", nil, true},
		{"a service account elsewhere", "red-production", "system:serviceaccount:other:prod", nil, false},
		{"by wildcards", "red-production", "hubot", nil, true},
		{"a subresource is not the resource", "red-production", "onlooker", nil, false},
		{"by a cluster-wide binding", "red-production", "everywhere", nil, true},
		{"by a binding of a cluster role", "red-production", "here", nil, true},
		{"by a binding to no role", "red-production", "dangling", nil, false},
		{"a master", "red-production", "root", []string{"system:masters"}, true},
		{"a stranger", "red-production", "stranger", []string{"acme:design"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := mayPromote(t, admin, test.stage, test.user, test.groups...); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
	t.Run("and change with them", func(t *testing.T) {
		if err := admin.Delete(t.Context(), &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Namespace: project, Name: "promoter"}}); err != nil {
			t.Fatal(err)
		}
		if mayPromote(t, admin, "red-production", "octocat") {
			t.Error("a deleted binding still counts")
		}
	})
	t.Run("but not for everybody to ask", func(t *testing.T) {
		stranger := userClient(t, cluster, "stranger")
		err := stranger.Create(t.Context(), &authorizationv1.SubjectAccessReview{})
		if !apierrors.IsForbidden(err) {
			t.Errorf("got %v", err)
		}
	})
}

func TestEveryRequestIsAuthorized(t *testing.T) {
	cluster, admin := newCluster(t)
	create(t, admin, shipment("one"))
	rule := func(verbs ...string) rbacv1.PolicyRule {
		return rbacv1.PolicyRule{APIGroups: []string{"kargobot.dev"}, Resources: []string{"shipments"}, Verbs: verbs}
	}
	bind(t, admin, "bot", rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Name: "bot", Namespace: "kargo-bot"},
		rule("get", "create"))
	bot := userClient(t, cluster, "system:serviceaccount:kargo-bot:bot")
	create(t, bot, shipment("two"))
	one := shipment("one")
	get(t, bot, one)
	one.Status.Phase = botv1.PhaseFailed
	for what, err := range map[string]error{
		"updating":   bot.Update(t.Context(), one.DeepCopy()),
		"the status": bot.Status().Update(t.Context(), one.DeepCopy()),
		"deleting":   bot.Delete(t.Context(), one.DeepCopy()),
		"listing":    bot.List(t.Context(), &botv1.ShipmentList{}, client.InNamespace(project)),
	} {
		if !apierrors.IsForbidden(err) {
			t.Errorf("%s without the right: %v", what, err)
		}
	}
	err := bot.Delete(t.Context(), one)
	const want = `User "system:serviceaccount:kargo-bot:bot" cannot delete resource "shipments" in API group "kargobot.dev" in the namespace "microsvcs"`
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the refusal %q does not say %q", err, want)
	}
	if _, err := bot.Watch(t.Context(), &botv1.ShipmentList{}); !apierrors.IsForbidden(err) {
		t.Errorf("watching without the right: %v", err)
	}
}
