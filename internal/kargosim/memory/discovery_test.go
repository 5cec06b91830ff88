package memory_test

import (
	"slices"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
)

func TestOtherClients(t *testing.T) {
	cluster, admin := newCluster(t)
	create(t, admin, shipment("one"))
	config := cluster.AdminConfig()

	found, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	if version, err := found.ServerVersion(); err != nil || version.Major != "1" {
		t.Errorf("version %v, %v", version, err)
	}
	resources, err := found.ServerResourcesForGroupVersion("kargobot.dev/v1alpha1")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, r := range resources.APIResources {
		names[r.Name] = true
	}
	if !names["shipments"] || !names["shipments/status"] {
		t.Errorf("discovered %v", names)
	}
	if _, err := found.ServerPreferredResources(); err != nil {
		t.Error(err)
	}

	bare, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	gvr := schema.GroupVersionResource{Group: "kargobot.dev", Version: "v1alpha1", Resource: "shipments"}
	list, err := bare.Resource(gvr).Namespace(project).List(t.Context(), metav1.ListOptions{})
	if err != nil || len(list.Items) != 1 || list.Items[0].GetName() != "one" {
		t.Errorf("listed %v, %v", list, err)
	}

	typed, err := kubernetes.NewForConfig(cluster.Config("octocat", "acme:web"))
	if err != nil {
		t.Fatal(err)
	}
	me, err := typed.AuthenticationV1().SelfSubjectReviews().Create(
		t.Context(), &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := me.Status.UserInfo; got.Username != "octocat" || !slices.Contains(got.Groups, "acme:web") {
		t.Errorf("the cluster takes octocat for %+v", got)
	}
}
