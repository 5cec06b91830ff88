package doctor

import (
	"context"
	"fmt"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/davidaparicio/kargo-bot/internal/answers"
)

func rightsCheck() check {
	return check{
		name:  "bot-permissions",
		looks: "what Kubernetes lets the bot's ServiceAccount do in the namespace of each Project",
		finds: "verbs that the bot needs and does not have",
		needs: needRights,
		find:  missingRights,
	}
}

// right is one thing that the bot does in a Project's namespace.
type right struct {
	group, resource string
	verbs           []string
}

// rights are what the chart's Role gives the bot (deploy/helm/kargo-bot/templates/rbac.yaml).
func rights() []right {
	const kargo, bot = "kargo.akuity.io", "kargobot.dev"
	all := []right{
		{kargo, "stages", []string{"get", "list", "watch", "patch", "promote"}},
		{kargo, "freights", []string{"get", "list", "watch"}},
		{kargo, "freights/status", []string{"patch"}},
		{kargo, "promotions", []string{"get", "list", "watch", "create", "patch"}},
		{kargo, "warehouses", []string{"get", "list", "watch", "patch"}},
		{"", "serviceaccounts", []string{"list", "watch"}},
		{"", "events", []string{"list", "watch"}},
	}
	for _, own := range []string{"shipments", "releases", "promotionrecords", "subscriptions", "notices"} {
		all = append(all,
			right{bot, own, []string{"get", "list", "watch", "create", "patch", "delete"}},
			right{bot, own + "/status", []string{"patch"}})
	}
	return all
}

// missingRights finds what the bot may not do.
func missingRights(ctx context.Context, s *state) []finding {
	user := s.BotUser
	switch {
	case s.Reviews == nil || s.Person && user == "":
		s.cannot("It is not known who the bot is: name its ServiceAccount by --bot-serviceaccount NAMESPACE/NAME.")
		return nil
	case !s.Person:
		user = ""
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	var missing []right
	for _, r := range rights() {
		lacks := right{r.group, r.resource, nil}
		for _, verb := range r.verbs {
			allowed, err := s.allowed(ctx, user, verb, r)
			if err != nil {
				s.cannot(s.why(err, "create", "SubjectAccessReview", ""))
				return nil
			}
			if !allowed {
				lacks.verbs = append(lacks.verbs, verb)
			}
		}
		if len(lacks.verbs) > 0 {
			missing = append(missing, lacks)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return []finding{{Finding: s.lacking(ctx, user, missing)}}
}

// allowed asks the API server whether a user may do something in the namespace; whether the bot itself may, for none.
func (s *state) allowed(ctx context.Context, user, verb string, r right) (bool, error) {
	resource, subresource, _ := strings.Cut(r.resource, "/")
	attributes := &authorizationv1.ResourceAttributes{
		Namespace: s.Namespace, Verb: verb, Group: r.group, Resource: resource, Subresource: subresource,
	}
	if user == "" {
		review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: attributes}}
		err := s.Reviews.Create(ctx, review)
		return review.Status.Allowed, err
	}
	namespace, _, _ := serviceAccount(user)
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: user, ResourceAttributes: attributes,
		Groups: []string{"system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated"},
	}}
	err := s.Reviews.Create(ctx, review)
	return review.Status.Allowed, err
}

// serviceAccount takes the name of a ServiceAccount as a user apart.
func serviceAccount(user string) (namespace, name string, ok bool) {
	rest, ok := strings.CutPrefix(user, "system:serviceaccount:")
	namespace, name, found := strings.Cut(rest, ":")
	return namespace, name, ok && found
}

func (s *state) lacking(ctx context.Context, user string, missing []right) answers.Finding {
	var words []string
	for _, r := range missing {
		words = append(words, fmt.Sprintf("%s %s", strings.Join(r.verbs, ", "), r.resource))
	}
	f := answers.Finding{
		Severity: answers.SeverityError, Subject: "Namespace/" + s.Namespace,
		What: fmt.Sprintf("In namespace %s the bot may not: %s.", s.Namespace, strings.Join(words, "; ")),
		Why:  "What needs it fails, or waits for ever.",
		Fix: fmt.Sprintf("Install the chart with %s among its `projects`, or give the bot what is missing. The first also keeps others from making Shipments.",
			s.Namespace),
	}
	if user == "" {
		review := &authenticationv1.SelfSubjectReview{}
		if s.Reviews.Create(ctx, review) == nil {
			user = review.Status.UserInfo.Username
		}
	}
	namespace, name, ok := serviceAccount(user)
	if !ok {
		return f
	}
	f.Command = roleFor(s.Namespace, namespace, name)
	return f
}

// roleFor is a Role with all that the bot needs, and its binding. It has what is there already, too: whoever applies it
// again, when something else is missing, must not take away what it gave before.
func roleFor(namespace, botNamespace, bot string) string {
	byVerbs := map[string][]string{}
	var order []string
	for _, r := range rights() {
		key := r.group + " " + strings.Join(r.verbs, " ")
		if byVerbs[key] == nil {
			order = append(order, key)
		}
		byVerbs[key] = append(byVerbs[key], r.resource)
	}
	var rules []any
	for _, key := range order {
		group, verbs, _ := strings.Cut(key, " ")
		rules = append(rules, map[string]any{
			"apiGroups": []string{group}, "resources": byVerbs[key], "verbs": strings.Split(verbs, " "),
		})
	}
	metadata := map[string]any{"namespace": namespace, "name": botNamespace + "-" + bot + "-rights"}
	return applied(map[string]any{
		"apiVersion": rbacv1.SchemeGroupVersion.String(), "kind": "Role", "metadata": metadata, "rules": rules,
	}, map[string]any{
		"apiVersion": rbacv1.SchemeGroupVersion.String(), "kind": "RoleBinding", "metadata": metadata,
		"roleRef":  map[string]any{"apiGroup": rbacv1.GroupName, "kind": "Role", "name": metadata["name"]},
		"subjects": []any{map[string]any{"kind": rbacv1.ServiceAccountKind, "namespace": botNamespace, "name": bot}},
	})
}
