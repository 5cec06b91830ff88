package demo

import (
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/kargosim/world"
)

// The bot's ServiceAccount, as the chart names it.
const (
	botNamespace = "kargo-bot"
	botAccount   = "kargo-bot"
	botUser      = "system:serviceaccount:" + botNamespace + ":" + botAccount
)

// kargoRole is a Kargo role: whoever has one of its claims acts as this ServiceAccount in Kargo.
const kargoRole = "promoter-production"

// rights returns who may do what: the bot's rules, which are the chart's (rbac.yaml), and people's.
func rights() []client.Object {
	var below []string
	for _, s := range services() {
		below = append(below, world.StageName(s.name, world.Development), world.StageName(s.name, world.Staging))
	}
	const deployers = "deploy-below-production"
	objects := botRights()
	return append(objects,
		role(deployers, rule("kargo.akuity.io", "stages", below, "promote")),
		binding(deployers, user(developer+"@example.com")),
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: kargoRole,
			Annotations: map[string]string{"rbac.kargo.akuity.io/claims": `{"email":["` + releaser + `@example.com"]}`},
		}},
		role(kargoRole, rule("kargo.akuity.io", "stages", nil, "promote")),
		binding(kargoRole, account(namespace, kargoRole)),
	)
}

func botRights() []client.Object {
	const reviews = botNamespace + ":" + botAccount + ":access-reviews"
	return []client.Object{
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: botNamespace}},
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: botNamespace, Name: botAccount}},
		&rbacv1.ClusterRole{
			ObjectMeta: metav1.ObjectMeta{Name: reviews},
			Rules:      []rbacv1.PolicyRule{rule("authorization.k8s.io", "subjectaccessreviews", nil, "create")},
		},
		&rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: reviews},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: reviews},
			Subjects:   []rbacv1.Subject{account(botNamespace, botAccount)},
		},
		role(botAccount,
			rule("kargo.akuity.io", "stages", nil, "get", "list", "watch", "promote", "patch"),
			rule("kargo.akuity.io", "freights", nil, "get", "list", "watch"),
			rule("kargo.akuity.io", "freights/status", nil, "patch"),
			rule("kargo.akuity.io", "promotions", nil, "get", "list", "watch", "create", "patch"),
			rule("kargo.akuity.io", "warehouses", nil, "get", "list", "watch", "patch"),
			rule("kargobot.dev", "shipments", nil, "get", "list", "watch", "create", "patch", "delete"),
			rule("kargobot.dev", "releases", nil, "get", "list", "watch", "create", "patch", "delete"),
			rule("kargobot.dev", "promotionrecords", nil, "get", "list", "watch", "create", "patch", "delete"),
			rule("kargobot.dev", "notices", nil, "get", "list", "watch", "create", "patch", "delete"),
			rule("kargobot.dev", "subscriptions", nil, "get", "list", "watch", "create", "patch", "delete"),
			rule("kargobot.dev", "shipments/status", nil, "patch"),
			rule("kargobot.dev", "releases/status", nil, "patch"),
			rule("kargobot.dev", "promotionrecords/status", nil, "patch"),
			rule("kargobot.dev", "notices/status", nil, "patch"),
			rule("kargobot.dev", "subscriptions/status", nil, "patch"),
			rule("", "serviceaccounts", nil, "list", "watch"),
			rule("", "events", nil, "list", "watch"),
		),
		binding(botAccount, account(botNamespace, botAccount)),
	}
}

func role(name string, rules ...rbacv1.PolicyRule) *rbacv1.Role {
	return &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Rules: rules}
}

func rule(group, resource string, names []string, verbs ...string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: []string{resource}, ResourceNames: names, Verbs: verbs}
}

func binding(role string, subject rbacv1.Subject) *rbacv1.RoleBinding {
	return &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: role},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: role},
		Subjects:   []rbacv1.Subject{subject},
	}
}

func user(name string) rbacv1.Subject {
	return rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: name}
}

func account(namespace, name string) rbacv1.Subject {
	return rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: name}
}
