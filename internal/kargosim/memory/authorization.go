package memory

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/json"
)

// groupMasters is the group that may do everything, without any rule.
const groupMasters = "system:masters"

// authorize refuses a request that the user has no right to make.
func (s *server) authorize(r *request) error {
	resource := r.gvr.Resource
	if r.subresource != "" {
		resource += "/" + r.subresource
	}
	for header := range r.http.Header {
		if strings.HasPrefix(header, "Impersonate-") {
			return apierrors.NewGenericServerResponse(http.StatusForbidden, r.verb, noResource, "",
				"impersonation is not supported here; use a client of that user", 0, true)
		}
	}
	attributes := authorizationv1.ResourceAttributes{
		Namespace: r.namespace, Verb: r.verb, Group: r.gvr.Group, Version: r.gvr.Version,
		Resource: r.gvr.Resource, Subresource: r.subresource, Name: r.name,
	}
	if asked, ok := reviewFor(r.gvr); ok && asked.ofSelf {
		return nil // as every cluster lets everybody, by role system:basic-user
	}
	if allowed, _ := s.rules.allows(r.user, attributes); allowed {
		return nil
	}
	scope := "at the cluster scope"
	if r.namespace != "" {
		scope = fmt.Sprintf("in the namespace %q", r.namespace)
	}
	return apierrors.NewForbidden(r.gvr.GroupResource(), r.name, fmt.Errorf( //nolint:staticcheck // the API server's words
		"User %q cannot %s resource %q in API group %q %s", r.user.Username, r.verb, resource, r.gvr.Group, scope))
}

// authorizer answers by the Roles and bindings in the store, as the RBAC authorizer does.
type authorizer struct {
	store *store

	mu       sync.Mutex
	versions [4]uint64 // of the four resources when grants was made
	grants   []grant
}

// grant is what one binding gives to whom.
type grant struct {
	namespace string // where it holds; everywhere if empty
	subjects  []rbacv1.Subject
	rules     []rbacv1.PolicyRule
	reason    string
}

// allows reports whether the user may do what attributes say, and by which binding.
func (a *authorizer) allows(
	user authenticationv1.UserInfo, attributes authorizationv1.ResourceAttributes,
) (bool, string) {
	if slices.Contains(user.Groups, groupMasters) {
		return true, ""
	}
	for _, g := range a.current() {
		if g.namespace != "" && g.namespace != attributes.Namespace {
			continue
		}
		for _, subject := range g.subjects {
			if !isSubject(user, subject) {
				continue
			}
			for _, rule := range g.rules {
				if permits(rule, attributes) {
					return true, fmt.Sprintf("RBAC: allowed by %s to %s", g.reason, describe(subject))
				}
			}
		}
	}
	return false, ""
}

// current returns the grants, worked out anew only after a Role or a binding changed.
func (a *authorizer) current() []grant {
	versions := [4]uint64{}
	for i, plural := range []string{"roles", "clusterroles", "rolebindings", "clusterrolebindings"} {
		versions[i] = a.store.tableVersion(rbacResource(plural))
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.grants == nil || a.versions != versions {
		a.versions, a.grants = versions, a.load()
	}
	return a.grants
}

func (a *authorizer) load() []grant {
	grants := []grant{}
	clusterBindings, _ := a.store.list(rbacResource("clusterrolebindings"), "")
	for _, found := range clusterBindings {
		var binding rbacv1.ClusterRoleBinding
		if decode(found, &binding) {
			grants = append(grants, grant{
				subjects: binding.Subjects, rules: a.rules(binding.RoleRef, ""),
				reason: fmt.Sprintf("ClusterRoleBinding %q of %s %q", binding.Name, binding.RoleRef.Kind, binding.RoleRef.Name),
			})
		}
	}
	bindings, _ := a.store.list(rbacResource("rolebindings"), "")
	for _, found := range bindings {
		var binding rbacv1.RoleBinding
		if decode(found, &binding) {
			grants = append(grants, grant{
				namespace: binding.Namespace, subjects: binding.Subjects, rules: a.rules(binding.RoleRef, binding.Namespace),
				reason: fmt.Sprintf("RoleBinding %q of %s %q",
					binding.Name+"/"+binding.Namespace, binding.RoleRef.Kind, binding.RoleRef.Name),
			})
		}
	}
	return grants
}

// rules returns the rules of the role that a binding in namespace refers to, none if there is no such role.
func (a *authorizer) rules(ref rbacv1.RoleRef, namespace string) []rbacv1.PolicyRule {
	switch {
	case ref.Kind == "ClusterRole":
		var role rbacv1.ClusterRole
		if decode(a.store.get(rbacResource("clusterroles"), types.NamespacedName{Name: ref.Name}), &role) {
			return role.Rules
		}
	case ref.Kind == "Role" && namespace != "":
		var role rbacv1.Role
		if decode(a.store.get(rbacResource("roles"), types.NamespacedName{Namespace: namespace, Name: ref.Name}), &role) {
			return role.Rules
		}
	}
	return nil
}

func rbacResource(plural string) schema.GroupResource {
	return schema.GroupResource{Group: rbacv1.GroupName, Resource: plural}
}

func decode(found *record, into any) bool {
	return found != nil && json.Unmarshal(found.raw, into) == nil
}

func isSubject(user authenticationv1.UserInfo, subject rbacv1.Subject) bool {
	switch subject.Kind {
	case rbacv1.UserKind:
		return user.Username == subject.Name
	case rbacv1.GroupKind:
		return slices.Contains(user.Groups, subject.Name)
	case rbacv1.ServiceAccountKind:
		return user.Username == serviceAccountPrefix+subject.Namespace+":"+subject.Name
	default:
		return false
	}
}

func describe(subject rbacv1.Subject) string {
	if subject.Kind == rbacv1.ServiceAccountKind {
		return fmt.Sprintf("%s %q", subject.Kind, subject.Name+"/"+subject.Namespace)
	}
	return fmt.Sprintf("%s %q", subject.Kind, subject.Name)
}

// permits reports whether a rule covers the attributes. A rule with names never covers requests that name
// no object.
func permits(rule rbacv1.PolicyRule, attributes authorizationv1.ResourceAttributes) bool {
	return matchesOrAll(rule.Verbs, attributes.Verb) &&
		matchesOrAll(rule.APIGroups, attributes.Group) &&
		permitsResource(rule.Resources, attributes.Resource, attributes.Subresource) &&
		(len(rule.ResourceNames) == 0 || slices.Contains(rule.ResourceNames, attributes.Name))
}

func matchesOrAll(allowed []string, asked string) bool {
	return slices.Contains(allowed, asked) || slices.Contains(allowed, "*")
}

func permitsResource(allowed []string, resource, subresource string) bool {
	if subresource == "" {
		return matchesOrAll(allowed, resource)
	}
	return slices.Contains(allowed, "*") ||
		slices.Contains(allowed, resource+"/"+subresource) ||
		slices.Contains(allowed, "*/"+subresource)
}
