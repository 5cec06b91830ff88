package terminal_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/terminal"
)

var shipments = schema.GroupResource{Group: "kargobot.dev", Resource: "shipments"}

// apiServer serves one Shipment, as a script has it.
type apiServer struct {
	client.WithWatch

	mu sync.Mutex
	// gets are answered one after the other, the last again and again. An error or a *v1alpha1.Shipment.
	gets []any
	// watches are the events of one watch after the other; the last is not closed.
	watches [][]watch.Event
	watched []client.ListOptions
}

func (s *apiServer) Get(_ context.Context, _ client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := s.gets[0]
	if len(s.gets) > 1 {
		s.gets = s.gets[1:]
	}
	if err, ok := answer.(error); ok {
		return err
	}
	answer.(*v1alpha1.Shipment).DeepCopyInto(into.(*v1alpha1.Shipment))
	return nil
}

func (s *apiServer) Watch(_ context.Context, _ client.ObjectList, opts ...client.ListOption) (watch.Interface, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var o client.ListOptions
	o.ApplyOptions(opts)
	s.watched = append(s.watched, o)
	if len(s.watches) == 0 {
		return nil, errors.New("connection refused")
	}
	events := s.watches[0]
	s.watches = s.watches[1:]
	stream := watch.NewFakeWithChanSize(len(events), false)
	for _, event := range events {
		stream.Action(event.Type, event.Object)
	}
	if len(s.watches) > 0 {
		stream.Stop()
	}
	return stream, nil
}

func modified(s *v1alpha1.Shipment) watch.Event { return watch.Event{Type: watch.Modified, Object: s} }

// follow follows a Shipment that nobody has looked at yet. The test fails if that takes long.
func follow(t *testing.T, server *apiServer, change func(*terminal.Follower)) (*v1alpha1.Shipment, string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), 30*time.Second, errLong)
	defer cancel()
	var notes bytes.Buffer
	f := terminal.Follower{Client: server, Progress: &notes, Retry: time.Millisecond}
	if change != nil {
		change(&f)
	}
	s, err := f.Follow(ctx, asked())
	if errors.Is(err, errLong) {
		t.Errorf("it did not end; so far it said:\n%s", notes.String())
	}
	return s, notes.String(), err
}

var errLong = errors.New("it takes long")

const (
	pending, promoting, succeeded = v1alpha1.PhasePending, v1alpha1.PhasePromoting, v1alpha1.PhaseSucceeded
	waiting, verifying            = v1alpha1.PhaseWaiting, v1alpha1.PhaseVerifying
)

func TestFollowSaysEachChangeOnce(t *testing.T) {
	step := func(n int) *v1alpha1.Shipment {
		s := standing(promoting, promoting, promoting, waiting)
		red := &s.Status.Items[0].Stages[0]
		red.CurrentStep, red.Steps = n, []v1alpha1.StepStatus{{Name: "git-clone"}, {Name: "git\x1b[2J-push"}}
		s.Status.Items[1].Stages[1].Message = "3.3.3 is not verified in Stage blue-staging yet."
		return s
	}
	server := &apiServer{
		gets: []any{asked()},
		watches: [][]watch.Event{{
			modified(standing(pending, pending, pending, pending)), modified(step(1)), modified(step(1)), modified(step(2)),
			modified(standing(promoting, verifying, succeeded, promoting)), modified(standing(succeeded, succeeded, succeeded, succeeded)),
		}},
	}
	s, notes, err := follow(t, server, nil)
	if err != nil || s.Status.Phase != succeeded {
		t.Fatalf("it ended with %v, %s", err, s.Status.Phase)
	}
	const want = `red-production: Pending, in the Stage's queue
red-production: Promoting, step 1 of 2 (git-clone)
blue-staging: Promoting
blue-production: Waiting: 3.3.3 is not verified in Stage blue-staging yet.
red-production: Promoting, step 2 of 2 (git-push)
red-production: Verifying
blue-staging: Succeeded
blue-production: Promoting
red-production: Succeeded
blue-production: Succeeded
`
	if notes != want {
		t.Errorf("it said:\n%s\nwant:\n%s", notes, want)
	}
	watched := server.watched[0]
	if watched.Namespace != "microsvcs" || watched.FieldSelector.String() != "metadata.name=promote-red-production-7f3c9a1b2c3d" || watched.Raw.ResourceVersion != "1" {
		t.Errorf("it watched %+v", watched)
	}
}

func TestFollowGoesOnAfterWhatPasses(t *testing.T) {
	expired := apierrors.NewResourceExpired("too old").Status()
	other := standing(succeeded, succeeded, succeeded, succeeded)
	other.Name = "another"
	server := &apiServer{
		gets: []any{errors.New("connection reset"), asked(), apierrors.NewInternalError(errors.New("etcd")), standing(pending, pending, pending, pending), asked(), asked()},
		watches: [][]watch.Event{
			{{Type: watch.Error, Object: &expired}},
			{modified(standing(promoting, promoting, pending, pending))},
			{{Type: watch.Bookmark, Object: asked()}, modified(other)},
			{modified(failed())},
		},
	}
	s, notes, err := follow(t, server, nil)
	if err != nil || s.Status.Phase != v1alpha1.PhaseFailed {
		t.Fatalf("it ended with %v, %s", err, s.Status.Phase)
	}
	if want := "blue-staging: Failed: the build is on fire\nblue-production: NotReached\n"; !strings.HasSuffix(notes, want) {
		t.Errorf("it said:\n%s", notes)
	}
}

func TestFollowNoticesTheEndByAReadToo(t *testing.T) {
	server := &apiServer{gets: []any{failed()}}
	if s, _, err := follow(t, server, nil); err != nil || s.Status.Phase != v1alpha1.PhaseFailed || len(server.watched) > 0 {
		t.Errorf("it ended with %v, %s after %d watches", err, s.Status.Phase, len(server.watched))
	}
}

func TestFollowEndsWithWhatDoesNotPass(t *testing.T) {
	again := asked()
	again.UID = "2"
	forbidden := apierrors.NewForbidden(shipments, "x", errors.New("no"))
	for name, test := range map[string]struct {
		server *apiServer
		is     func(error) bool
	}{
		"deleted before":      {&apiServer{gets: []any{apierrors.NewNotFound(shipments, "x")}}, isGone},
		"deleted meanwhile":   {&apiServer{gets: []any{asked()}, watches: [][]watch.Event{{{Type: watch.Deleted, Object: asked()}}}}, isGone},
		"another of the name": {&apiServer{gets: []any{again}}, isGone},
		"forbidden":           {&apiServer{gets: []any{forbidden}}, apierrors.IsForbidden},
		"logged out":          {&apiServer{gets: []any{apierrors.NewUnauthorized("expired")}}, apierrors.IsUnauthorized},
		"forbidden to watch":  {&apiServer{gets: []any{asked()}, watches: [][]watch.Event{{{Type: watch.Error, Object: statusOf(forbidden)}}}}, apierrors.IsForbidden},
	} {
		if s, _, err := follow(t, test.server, nil); !test.is(err) || s.Name != asked().Name {
			t.Errorf("%s: it ended with %v", name, err)
		}
	}
}

func isGone(err error) bool { return errors.Is(err, terminal.ErrGone) }

func statusOf(err *apierrors.StatusError) *metav1.Status {
	status := err.Status()
	return &status
}

// signal cancels when something is written that has the words.
type signal struct {
	words  string
	cancel context.CancelCauseFunc
	text   strings.Builder
}

func (s *signal) Write(p []byte) (int, error) {
	s.text.Write(p)
	if strings.Contains(s.text.String(), s.words) {
		s.cancel(errEnough)
	}
	return len(p), nil
}

var errEnough = errors.New("enough")

func TestFollowSaysThatNobodyTakesItUp(t *testing.T) {
	for name, test := range map[string]struct {
		latest *v1alpha1.Shipment
		says   bool
	}{
		"nobody":   {asked(), true},
		"somebody": {standing(pending, pending, pending, pending), false},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		notes := &signal{words: "Is `bot serve` running, and does it serve project microsvcs?", cancel: cancel}
		server := &apiServer{gets: []any{test.latest}, watches: [][]watch.Event{nil}}
		if !test.says {
			time.AfterFunc(50*time.Millisecond, func() { cancel(errEnough) })
		}
		s, err := terminal.Follower{Client: server, Progress: notes, Idle: time.Millisecond}.Follow(ctx, asked())
		if !errors.Is(err, errEnough) || s.Name != asked().Name {
			t.Errorf("%s: it ended with %v", name, err)
		}
		if got := strings.Contains(notes.text.String(), notes.words); got != test.says {
			t.Errorf("%s: it said:\n%s", name, notes.text.String())
		}
		cancel(nil)
	}
}
