package access

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Annotations by which Kargo maps OIDC claims to a ServiceAccount (api/rbac/v1alpha1/annotations.go
// of v1.11.2). Whoever has any of the claims acts as that ServiceAccount in Kargo's UI.
const (
	annotationClaims      = "rbac.kargo.akuity.io/claims"
	annotationClaimPrefix = "rbac.kargo.akuity.io/claim."
)

// The claims that a person is known to have here.
const (
	claimEmail  = "email"
	claimGroups = "groups"
)

// ServiceAccounts returns an empty list of ServiceAccounts' metadata, which is all that is read of
// them: an informer of it keeps no more.
func ServiceAccounts() *metav1.PartialObjectMetadataList {
	list := &metav1.PartialObjectMetadataList{}
	list.SetGroupVersionKind(schema.GroupVersionKind{Version: "v1", Kind: "ServiceAccountList"})
	return list
}

// role is a Kargo role: a ServiceAccount with claims.
type role struct {
	name   string
	claims map[string][]string
}

// kargoRoles returns the Kargo roles of a project, sorted by name.
func kargoRoles(ctx context.Context, reader client.Reader, namespace string) ([]role, error) {
	accounts := ServiceAccounts()
	if err := reader.List(ctx, accounts, client.InNamespace(namespace), client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list kargo roles of %s: %w", namespace, err)
	}
	var roles []role
	for i := range accounts.Items {
		if claims := claimsOf(accounts.Items[i].Annotations); len(claims) > 0 {
			roles = append(roles, role{name: accounts.Items[i].Name, claims: claims})
		}
	}
	slices.SortFunc(roles, func(a, b role) int { return strings.Compare(a.name, b.name) })
	return roles, nil
}

// claimsOf reads the annotations as Kargo does (pkg/indexer/indexer.go, ServiceAccountsByOIDCClaims):
// a JSON object that can't be read maps nobody.
func claimsOf(annotations map[string]string) map[string][]string {
	claims := map[string][]string{}
	if raw, ok := annotations[annotationClaims]; ok {
		var parsed map[string][]string
		if json.Unmarshal([]byte(raw), &parsed) == nil {
			for name, values := range parsed {
				for _, value := range values {
					add(claims, name, value)
				}
			}
		}
	}
	for key, values := range annotations {
		if name, ok := strings.CutPrefix(key, annotationClaimPrefix); ok {
			for value := range strings.SplitSeq(values, ",") {
				add(claims, name, value)
			}
		}
	}
	return claims
}

func add(claims map[string][]string, name, value string) {
	if value = strings.TrimSpace(value); value != "" {
		claims[name] = append(claims[name], value)
	}
}

// includes reports whether the subject has any claim of the role.
func (r role) includes(s Subject) bool {
	if s.Email != "" && slices.ContainsFunc(r.claims[claimEmail], func(e string) bool { return strings.EqualFold(e, s.Email) }) {
		return true
	}
	return slices.ContainsFunc(r.claims[claimGroups], func(g string) bool { return slices.Contains(s.Groups, g) })
}
