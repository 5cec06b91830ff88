package doctor_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/doctor"
)

// TestWhatIsReadIsLetGoOf: of 2,000 Applications of 50 kB, all together 100 MB, next to nothing is in memory after the last page.
func TestWhatIsReadIsLetGoOf(t *testing.T) {
	const applications, size = 2000, 50 << 10
	var first, last uint64
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	cluster := interceptor.NewClient(clusterOf(t, updating("red-production", "{name: app-1999}")), interceptor.Funcs{
		List: func(ctx context.Context, under client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
			page, isAny := list.(*unstructured.UnstructuredList)
			if !isAny || page.GetKind() != "ApplicationList" {
				return listSecretsByType(ctx, under, list, options...)
			}
			o := (&client.ListOptions{}).ApplyOptions(options)
			begin, _ := strconv.Atoi(o.Continue)
			for i := begin; i < min(begin+int(o.Limit), applications); i++ {
				page.Items = append(page.Items, unstructured.Unstructured{Object: map[string]any{
					"apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
					"metadata": map[string]any{"name": fmt.Sprintf("app-%d", i), "namespace": "argocd", "managedFields": []any{strings.Repeat("m", size/2)}},
					"status":   map[string]any{"history": []any{strings.Repeat("h", size/2)}, "health": map[string]any{"status": "Healthy"}},
				}})
			}
			switch next := begin + int(o.Limit); {
			case begin == 0:
				first = heap()
				page.SetContinue(strconv.Itoa(next))
			case next < applications:
				page.SetContinue(strconv.Itoa(next))
			default:
				last = heap()
			}
			return nil
		},
	})
	d, _ := newWorld().look(t, cluster)
	if f := only(t, d, "argocd-authorization"); !strings.Contains(f.What, "app-1999") {
		t.Errorf("%s", f.What)
	}
	if last > first+16<<20 {
		t.Errorf("%d MB more after the last page than after the first", (last-first)>>20)
	}
}

// TestOneExaminationAtATime: who waits too long is told why, and the next one is served.
func TestOneExaminationAtATime(t *testing.T) {
	reading, goOn := make(chan struct{}), make(chan struct{})
	cluster := interceptor.NewClient(clusterOf(t), interceptor.Funcs{
		Get: func(ctx context.Context, under client.WithWatch, key client.ObjectKey, o client.Object, options ...client.GetOption) error {
			if key.Name == "kargo-controller" {
				reading <- struct{}{}
				<-goOn
			}
			return under.Get(ctx, key, o, options...)
		},
	})
	d := newWorld().doctor(t, doctor.Ports{Reader: cluster})
	ended := make(chan error)
	examine := func() {
		_, err := d.Examine(t.Context(), "")
		ended <- err
	}
	go examine()
	<-reading
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := d.Examine(ctx, "")
	var problem *chatops.Problem
	if !errors.As(err, &problem) || problem.Title != "Another examination is under way." {
		t.Errorf("%v", err)
	}
	go examine()
	goOn <- struct{}{}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	<-reading
	goOn <- struct{}{}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
