package ledger_test

import (
	"context"
	"errors"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify/ledger"
)

type (
	records = ledger.Ledger[v1alpha1.PromotionRecord, *v1alpha1.PromotionRecord]
	page    = ledger.Page[v1alpha1.PromotionRecord, *v1alpha1.PromotionRecord]
)

// newServer returns an API server with one record of a Promotion.
func newServer(t *testing.T) (client.WithWatch, *v1alpha1.PromotionRecord) {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	p := &v1alpha1.PromotionRecord{}
	p.Namespace, p.Name, p.UID = "microsvcs", "one", "uid"
	server := fake.NewClientBuilder().WithScheme(scheme).WithObjects(p).WithStatusSubresource(p).Build()
	return server, p
}

func open(t *testing.T, l *records, p *v1alpha1.PromotionRecord) *page {
	t.Helper()
	opened, err := l.Open(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// said is a message that was sent.
func said(sink string) v1alpha1.Report {
	return v1alpha1.Report{Sink: sink, Target: "x", Part: v1alpha1.PartCard, ID: "1", At: metav1.NewTime(time.Unix(1764072000, 0))}
}

// wantSaid expects the sinks that something is recorded of.
func wantSaid(t *testing.T, server client.Client, p *v1alpha1.PromotionRecord, sinks ...string) {
	t.Helper()
	var got v1alpha1.PromotionRecord
	if err := server.Get(t.Context(), client.ObjectKeyFromObject(p), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Status.Reports) != len(sinks) {
		t.Fatalf("recorded: %+v", got.Status.Reports)
	}
	for i, sink := range sinks {
		if got.Status.Reports[i].Sink != sink {
			t.Errorf("recorded: %+v", got.Status.Reports)
		}
	}
}

func TestALeaderOfAMomentAgoErasesNothing(t *testing.T) {
	server, p := newServer(t)
	before, now := ledger.New[v1alpha1.PromotionRecord](server, server), ledger.New[v1alpha1.PromotionRecord](server, server)
	old, next := open(t, before, p), open(t, now, p)
	if err := next.Save(t.Context(), said("slack")); err != nil {
		t.Fatal(err)
	}
	if err := old.Save(t.Context(), said("webhook")); !errors.Is(err, ledger.ErrOvertaken) {
		t.Errorf("error %v", err)
	}
	wantSaid(t, server, p, "slack")
}

// What others write into the status is no reason not to write.
func TestOthersWriteTheRest(t *testing.T) {
	server, p := newServer(t)
	opened := open(t, ledger.New[v1alpha1.PromotionRecord](server, server), p)
	for _, sink := range []string{"slack", "webhook"} {
		var live v1alpha1.PromotionRecord
		if err := server.Get(t.Context(), client.ObjectKeyFromObject(p), &live); err != nil {
			t.Fatal(err)
		}
		live.Status.Message = sink
		if err := server.Status().Update(t.Context(), &live); err != nil {
			t.Fatal(err)
		}
		if err := opened.Save(t.Context(), said(sink)); err != nil {
			t.Fatal(err)
		}
	}
	wantSaid(t, server, p, "slack", "webhook")
}

var errLost = errors.New("the answer was lost")

// A write whose answer was lost is not done twice, and what has happened is remembered until it is written.
func TestAWriteWhoseAnswerWasLost(t *testing.T) {
	for name, reaches := range map[string]bool{"the request was lost": false, "the answer was lost": true} {
		server, p := newServer(t)
		lost := true
		flaky := interceptor.NewClient(server, interceptor.Funcs{SubResourcePatch: func(
			ctx context.Context, c client.Client, sub string, o client.Object, patch client.Patch, opts ...client.SubResourcePatchOption,
		) error {
			if lost && !reaches {
				return errLost
			}
			err := c.SubResource(sub).Patch(ctx, o, patch, opts...)
			if lost {
				return errLost
			}
			return err
		}})
		opened := open(t, ledger.New[v1alpha1.PromotionRecord](flaky, server), p)
		if err := opened.Save(t.Context(), said("slack")); !errors.Is(err, errLost) {
			t.Fatalf("%s: %v", name, err)
		}
		lost = false
		if err := opened.Flush(t.Context()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		wantSaid(t, server, p, "slack")
	}
}

// A page that is open is not forgotten, and one that is not is.
func TestWhatIsOpenIsNotForgotten(t *testing.T) {
	server, p := newServer(t)
	l := ledger.New[v1alpha1.PromotionRecord](server, server)
	one, other := open(t, l, p), open(t, l, p)
	one.Close()
	l.Forget(client.ObjectKeyFromObject(p))
	if l.Len() != 1 {
		t.Error("it is forgotten while somebody has it open")
	}
	other.Close()
	l.Forget(client.ObjectKeyFromObject(p))
	if l.Len() != 0 {
		t.Error("it is remembered for good")
	}
}

// A look whose answer takes long brings nothing back that was there before.
func TestASlowLookErasesNothing(t *testing.T) {
	server, p := newServer(t)
	var l *records
	first := true
	slow := interceptor.NewClient(server, interceptor.Funcs{Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
		isFirst := first
		first = false
		err := c.Get(ctx, key, o, opts...)
		if isFirst {
			// The answer is on its way while somebody else opens the page, writes and is done.
			other := open(t, l, p)
			if err := other.Save(ctx, said("webhook")); err != nil {
				t.Fatal(err)
			}
			other.Close()
			l.Forget(key)
		}
		return err
	}})
	l = ledger.New[v1alpha1.PromotionRecord](server, slow)
	opened := open(t, l, p)
	if err := opened.Save(t.Context(), said("slack")); !errors.Is(err, ledger.ErrOvertaken) {
		t.Errorf("error %v", err)
	}
	opened.Close()
	if err := open(t, l, p).Save(t.Context(), said("slack")); err != nil {
		t.Fatal(err)
	}
	wantSaid(t, server, p, "webhook", "slack")
}
