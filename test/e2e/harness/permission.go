package harness

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// promoteOn are the rules by which somebody may promote to Stages; to all, if none is named.
func promoteOn(stages []string) []rbacv1.PolicyRule {
	return []rbacv1.PolicyRule{{
		APIGroups: []string{"kargo.akuity.io"}, Resources: []string{"stages"}, Verbs: []string{"promote"}, ResourceNames: stages,
	}}
}

// Permit lets a user of Kubernetes promote to Stages; to all of the project, if none is named.
func (p *Project) Permit(t testing.TB, user string, stages ...string) {
	t.Helper()
	p.grant(t, "permit-"+unfit.ReplaceAllString(user, "-"), promoteOn(stages),
		rbacv1.Subject{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: user})
}

// PermitGroup lets a group of Kubernetes promote to all Stages of the project.
func (p *Project) PermitGroup(t testing.TB, group string) {
	t.Helper()
	p.grant(t, "permit-group-"+unfit.ReplaceAllString(group, "-"), promoteOn(nil),
		rbacv1.Subject{Kind: rbacv1.GroupKind, APIGroup: rbacv1.GroupName, Name: group})
}

// KargoRole makes a Kargo role that may promote to Stages: a ServiceAccount that people have by the
// claims of their OIDC token, given as JSON.
func (p *Project) KargoRole(t testing.TB, name, claims string, stages ...string) {
	t.Helper()
	p.cluster.create(t, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{
		Namespace: p.Name, Name: name, Annotations: map[string]string{"rbac.kargo.akuity.io/claims": claims},
	}})
	p.grant(t, name, promoteOn(stages), rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: p.Name, Name: name})
}

func (p *Project) grant(t testing.TB, name string, rules []rbacv1.PolicyRule, subject rbacv1.Subject) {
	t.Helper()
	meta := metav1.ObjectMeta{Namespace: p.Name, Name: name}
	p.cluster.create(t, &rbacv1.Role{ObjectMeta: meta, Rules: rules})
	p.cluster.create(t, &rbacv1.RoleBinding{
		ObjectMeta: meta, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: name}, Subjects: []rbacv1.Subject{subject},
	})
}
