package harness

import (
	"fmt"
	"path/filepath"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// TerminalRole is the ClusterRole of the chart for people with a terminal.
const TerminalRole = release + "-terminal"

// Person is somebody with Kubernetes credentials of their own. A ServiceAccount is all that every API
// server can give a token to.
type Person struct {
	// Username is who they are to Kubernetes.
	Username string
	// Kubeconfig is the path of theirs, and Client is a client with it.
	Kubeconfig string
	Client     client.Client
}

// NewPerson makes a person who may do nothing yet.
func (c *Cluster) NewPerson(t testing.TB, name string) *Person {
	t.Helper()
	namespace := c.nameFor(t, "people")
	c.create(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}})
	c.create(t, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}})
	answer, err := c.Core.CoreV1().ServiceAccounts(namespace).CreateToken(t.Context(), name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatalf("token for %s: %v", name, err)
	}
	config := rest.AnonymousClientConfig(c.Config)
	config.BearerToken = answer.Status.Token
	p := &Person{
		Username:   fmt.Sprintf("system:serviceaccount:%s:%s", namespace, name),
		Kubeconfig: filepath.Join(t.TempDir(), "kubeconfig"),
	}
	if err := clientcmd.WriteToFile(kubeconfig(config), p.Kubeconfig); err != nil {
		t.Fatalf("write the kubeconfig of %s: %v", name, err)
	}
	if p.Client, err = client.New(config, client.Options{Scheme: c.Client.Scheme()}); err != nil {
		t.Fatalf("client of %s: %v", name, err)
	}
	return p
}

// BindTerminal binds the chart's ClusterRole for terminals to a user of Kubernetes in the project.
func (p *Project) BindTerminal(t testing.TB, user string) {
	t.Helper()
	p.cluster.create(t, &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: p.Name, Name: "terminal-" + unfit.ReplaceAllString(user, "-")},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: TerminalRole},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: user}},
	})
}

// Grant gives a user of Kubernetes rights in the project.
func (p *Project) Grant(t testing.TB, user string, rules ...rbacv1.PolicyRule) {
	t.Helper()
	p.grant(t, "grant-"+unfit.ReplaceAllString(user, "-"), rules,
		rbacv1.Subject{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: user})
}
