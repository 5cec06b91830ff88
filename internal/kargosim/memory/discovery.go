package memory

import (
	"cmp"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"
)

// discovery answers what an API server says about itself.
func (s *server) discovery(path string) (any, bool) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case path == "/version":
		// The version whose behaviour is imitated: that of the Kubernetes modules in use.
		return version.Info{Major: "1", Minor: "37", GitVersion: "v1.37.2+memory"}, true
	case parts[0] == "api" && len(parts) == 1:
		return metav1.APIVersions{TypeMeta: metav1.TypeMeta{Kind: "APIVersions"}, Versions: []string{"v1"}}, true
	case parts[0] == "apis" && len(parts) == 1:
		return s.groups(), true
	case parts[0] == "apis" && len(parts) == 2:
		for _, group := range s.groups().Groups {
			if group.Name == parts[1] {
				group.TypeMeta = metav1.TypeMeta{Kind: "APIGroup", APIVersion: "v1"}
				return group, true
			}
		}
		return nil, false
	case parts[0] == "api" && len(parts) == 2:
		return s.kinds(schema.GroupVersion{Version: parts[1]})
	case parts[0] == "apis" && len(parts) == 3:
		return s.kinds(schema.GroupVersion{Group: parts[1], Version: parts[2]})
	default:
		return nil, false
	}
}

func (s *server) groups() metav1.APIGroupList {
	seen := make(map[schema.GroupVersion]bool)
	for _, r := range s.resources {
		seen[r.GroupVersion()] = r.Group != ""
	}
	for _, r := range reviews() {
		seen[r.resource.GroupVersion()] = true
	}
	list := metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}}
	for gv, named := range seen {
		if named {
			v := metav1.GroupVersionForDiscovery{GroupVersion: gv.String(), Version: gv.Version}
			list.Groups = append(list.Groups, metav1.APIGroup{
				Name: gv.Group, Versions: []metav1.GroupVersionForDiscovery{v}, PreferredVersion: v,
			})
		}
	}
	slices.SortFunc(list.Groups, func(a, b metav1.APIGroup) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

func (s *server) kinds(gv schema.GroupVersion) (any, bool) {
	list := metav1.APIResourceList{
		TypeMeta:     metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"},
		GroupVersion: gv.String(),
	}
	verbs := metav1.Verbs{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}
	for _, r := range s.resources {
		if r.GroupVersion() != gv {
			continue
		}
		entry := metav1.APIResource{
			Name: r.Plural, SingularName: strings.ToLower(r.Kind), Namespaced: r.Namespaced, Kind: r.Kind, Verbs: verbs,
		}
		list.APIResources = append(list.APIResources, entry)
		if r.Status {
			entry.Name, entry.SingularName, entry.Verbs = r.Plural+"/status", "", metav1.Verbs{"get", "patch", "update"}
			list.APIResources = append(list.APIResources, entry)
		}
	}
	for _, r := range reviews() {
		if r.resource.GroupVersion() == gv {
			list.APIResources = append(list.APIResources, metav1.APIResource{
				Name: r.resource.Plural, Namespaced: r.resource.Namespaced, Kind: r.resource.Kind, Verbs: metav1.Verbs{"create"},
			})
		}
	}
	slices.SortFunc(list.APIResources, func(a, b metav1.APIResource) int { return cmp.Compare(a.Name, b.Name) })
	return list, len(list.APIResources) > 0
}
