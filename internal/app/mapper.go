package app

import (
	"fmt"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// mapperTimeout bounds a question for the kinds that the API server has, for which client-go takes no context.
const mapperTimeout = 30 * time.Second

// newMapper returns a mapper that knows the resources of the usual kinds by heart, and asks the API
// server for others: for a single command, that is most of the requests saved.
func newMapper(config *rest.Config) (meta.RESTMapper, error) {
	known := meta.NewDefaultRESTMapper(nil)
	for _, kind := range []string{"Stage", "Freight", "Promotion", "Warehouse"} {
		known.Add(kargoapi.GroupVersion.WithKind(kind), meta.RESTScopeNamespace)
	}
	known.Add(v1alpha1.GroupVersion.WithKind("Shipment"), meta.RESTScopeNamespace)
	known.Add(authenticationv1.SchemeGroupVersion.WithKind("SelfSubjectReview"), meta.RESTScopeRoot)
	known.Add(authorizationv1.SchemeGroupVersion.WithKind("SelfSubjectAccessReview"), meta.RESTScopeRoot)
	config = rest.CopyConfig(config)
	config.Timeout = mapperTimeout
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("connect to Kubernetes: %w", err)
	}
	others, err := apiutil.NewDynamicRESTMapper(config, client)
	if err != nil {
		return nil, fmt.Errorf("connect to Kubernetes: %w", err)
	}
	return meta.FirstHitRESTMapper{MultiRESTMapper: meta.MultiRESTMapper{known, others}}, nil
}
