package harness

import (
	"context"
	"fmt"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// kargoNamespace is where Kargo's chart is installed: its own programs are known by it.
const kargoNamespace = "kargo"

// makeKargoUsers makes the users that Kargo's own programs are.
func (c *Cluster) makeKargoUsers(ctx context.Context) error {
	objects := []client.Object{&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: kargoNamespace}}}
	for _, name := range []string{"kargo-webhooks-server", "kargo-controller"} {
		objects = append(objects,
			&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: kargoNamespace, Name: name}},
			&rbacv1.ClusterRoleBinding{
				ObjectMeta: metav1.ObjectMeta{Name: name},
				RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
				Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: kargoNamespace, Name: name}},
			})
	}
	for _, object := range objects {
		if err := c.Client.Create(ctx, object); err != nil {
			return fmt.Errorf("make %T %s: %w", object, object.GetName(), err)
		}
	}
	return nil
}

// kargoUser reaches the API server as one of Kargo's own programs.
func (c *Cluster) kargoUser(ctx context.Context, name string) (*rest.Config, error) {
	answer, err := c.Core.CoreV1().ServiceAccounts(kargoNamespace).CreateToken(ctx, name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		return nil, fmt.Errorf("token for %s: %w", name, err)
	}
	config := rest.AnonymousClientConfig(c.Config)
	config.BearerToken = answer.Status.Token
	config.QPS, config.Burst = -1, 0
	config.UserAgent = name
	return config, nil
}
