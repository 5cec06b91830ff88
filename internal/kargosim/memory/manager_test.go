package memory_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	botv1 "github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/memory"
)

// startManager runs a manager on the cluster until the test ends.
func startManager(t *testing.T, cluster *memory.Cluster, options ctrl.Options, setup func(ctrl.Manager)) ctrl.Manager {
	t.Helper()
	skipNameValidation := true
	options.Scheme = newScheme(t)
	options.Metrics = server.Options{BindAddress: "0"}
	options.Controller = config.Controller{SkipNameValidation: &skipNameValidation}
	manager, err := ctrl.NewManager(cluster.AdminConfig(), options)
	if err != nil {
		t.Fatal(err)
	}
	setup(manager)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- manager.Start(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the manager ended with %v", err)
		}
	})
	if !manager.GetCache().WaitForCacheSync(t.Context()) {
		t.Fatal("the cache did not fill")
	}
	return manager
}

func TestManagerRunsUnchanged(t *testing.T) {
	defer goleak.VerifyNone(t)
	cluster, admin := newCluster(t)
	create(t, admin, shipment("early"))
	t.Run("with a controller", func(t *testing.T) {
		startManager(t, cluster, ctrl.Options{}, func(manager ctrl.Manager) {
			reconciler := reconcile.Func(func(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
				var asked botv1.Shipment
				if err := manager.GetClient().Get(ctx, request.NamespacedName, &asked); err != nil {
					return reconcile.Result{}, client.IgnoreNotFound(err)
				}
				if asked.Status.Phase != "" {
					return reconcile.Result{}, nil
				}
				asked.Status.Phase = botv1.PhasePending
				return reconcile.Result{}, manager.GetClient().Status().Update(ctx, &asked)
			})
			if err := ctrl.NewControllerManagedBy(manager).For(&botv1.Shipment{}).Complete(reconciler); err != nil {
				t.Fatal(err)
			}
		})
		for i := range 200 {
			create(t, admin, shipment(fmt.Sprintf("late-%d", i)))
		}
		eventually(t, "every Shipment is pending", func() bool {
			var list botv1.ShipmentList
			if err := admin.List(t.Context(), &list); err != nil {
				t.Fatal(err)
			}
			for _, s := range list.Items {
				if s.Status.Phase != botv1.PhasePending {
					return false
				}
			}
			return len(list.Items) == 201
		})
	})
}

func TestCacheHonoursItsOptions(t *testing.T) {
	cluster, admin := newCluster(t)
	big := shipment("big")
	big.Labels = map[string]string{"keep": "yes"}
	big.Spec.Reason = "long story"
	create(t, admin, big, shipment("ignored"))
	create(t, admin, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: project, Name: "promoter"}})
	options := ctrl.Options{Cache: cache.Options{ByObject: map[client.Object]cache.ByObject{
		&botv1.Shipment{}: {
			Label: mustSelector(t, "keep=yes"),
			Transform: func(object any) (any, error) {
				kept, ok := object.(*botv1.Shipment)
				if !ok {
					return nil, errors.New("not a Shipment")
				}
				kept.Spec.Reason = ""
				return kept, nil
			},
		},
	}}}
	manager := startManager(t, cluster, options, func(manager ctrl.Manager) {
		err := manager.GetFieldIndexer().IndexField(t.Context(), &botv1.Shipment{}, "summary",
			func(object client.Object) []string { return []string{object.(*botv1.Shipment).Spec.Summary} })
		if err != nil {
			t.Fatal(err)
		}
	})
	var cached botv1.ShipmentList
	if err := manager.GetClient().List(t.Context(), &cached, client.MatchingFields{"summary": "red to production"}); err != nil {
		t.Fatal(err)
	}
	if len(cached.Items) != 1 || cached.Items[0].Name != "big" || cached.Items[0].Spec.Reason != "" {
		t.Errorf("from the cache: %+v", cached.Items)
	}
	direct := shipment("big")
	if err := manager.GetAPIReader().Get(t.Context(), client.ObjectKeyFromObject(direct), direct); err != nil {
		t.Fatal(err)
	}
	if direct.Spec.Reason != "long story" {
		t.Errorf("from the cluster: %+v", direct)
	}
	accounts := &metav1.PartialObjectMetadataList{}
	accounts.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ServiceAccountList"))
	if err := manager.GetClient().List(t.Context(), accounts); err != nil || len(accounts.Items) != 1 {
		t.Errorf("metadata from the cache: %+v (%v)", accounts.Items, err)
	}
}
