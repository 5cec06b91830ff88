package demo_test

import (
	"flag"
	"log/slog"
	"testing"

	"github.com/go-logr/logr"
	"go.uber.org/goleak"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
)

var update = flag.Bool("update", false, "write the golden files")

// Nothing of a demo may run on when it was stopped.
func TestMain(m *testing.M) {
	ctrl.SetLogger(logr.Discard())
	klog.SetSlogLogger(slog.New(slog.DiscardHandler))
	goleak.VerifyTestMain(m,
		// controller-runtime filters what it watches of metadata, and nobody reads the event that the
		// filter holds when the informer is stopped just then.
		goleak.IgnoreTopFunction("k8s.io/apimachinery/pkg/watch.(*filteredWatch).loop"),
	)
}
