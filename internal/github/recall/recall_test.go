package recall_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/davidaparicio/kargo-bot/internal/github/recall"
)

// No test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newMemory(t testing.TB, most int) *recall.Memory {
	t.Helper()
	m := recall.New(recall.Options{MaxBytes: most, Timeout: time.Minute, Now: time.Now})
	t.Cleanup(m.Close)
	return m
}

func question(text string) recall.Question { return recall.Question{Topic: "acme/app", Text: text} }

// source answers every question with the number of times that it was asked anything.
type source struct {
	asked int
	fresh time.Duration
	size  int
}

func (s *source) find(t testing.TB, m *recall.Memory, text string) int {
	t.Helper()
	value, err := recall.Find(t.Context(), m, question(text), func(context.Context, *recall.Answer[int]) (recall.Answer[int], error) {
		s.asked++
		return recall.Answer[int]{Value: s.asked, Size: s.size, Fresh: s.fresh}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestWhatIsKnownIsNotAskedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, s := newMemory(t, 1<<20), &source{fresh: time.Minute}
		for range 2 {
			if a, b := s.find(t, m, "a"), s.find(t, m, "b"); a != 1 || b != 2 {
				t.Errorf("%d and %d: asked again at once, or took one question for another", a, b)
			}
		}
		<-time.After(59 * time.Second)
		if got := s.find(t, m, "a"); got != 1 {
			t.Errorf("asked again while it was fresh: %d", got)
		}
		<-time.After(time.Second)
		if got := s.find(t, m, "a"); got != 3 {
			t.Errorf("not asked again after a minute: %d", got)
		}
	})
}

func TestInvalidateSparesOtherTopicsAndWhatCannotChange(t *testing.T) {
	m, s := newMemory(t, 1<<20), &source{fresh: time.Hour}
	s.find(t, m, "changes")
	s.fresh = recall.Forever
	s.find(t, m, "stays")
	m.Invalidate("acme/other")
	if s.find(t, m, "changes") != 1 {
		t.Error("another topic's invalidation counted")
	}
	m.Invalidate("acme/app")
	s.fresh = time.Hour
	if s.find(t, m, "changes") != 3 || s.find(t, m, "stays") != 2 {
		t.Error("what may have changed was not asked for, or what can't have changed was")
	}
	// More topics than are remembered one by one: then all count as invalidated.
	for i := range 10_001 {
		m.Invalidate(fmt.Sprint("acme/", i))
	}
	for range 2 {
		if s.find(t, m, "changes") != 4 {
			t.Error("not asked just once more")
		}
	}
	m.Forget(question("stays"))
	if s.find(t, m, "stays") != 5 {
		t.Error("what was to be forgotten was not")
	}
}

// An answer that was on its way when its topic was invalidated is not believed afterwards.
func TestInvalidateReachesWhatIsUnderWay(t *testing.T) {
	m, s := newMemory(t, 1<<20), &source{fresh: time.Hour}
	asking, answering, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		value, err := recall.Find(t.Context(), m, question("a"), func(context.Context, *recall.Answer[int]) (recall.Answer[int], error) {
			close(asking)
			<-answering
			return recall.Answer[int]{Value: -1, Fresh: time.Hour}, nil
		})
		if value != -1 || err != nil {
			t.Errorf("who asked before got %d, %v", value, err)
		}
	}()
	<-asking
	m.Invalidate("acme/app")
	if got := s.find(t, m, "a"); got != 1 {
		t.Errorf("who asked after it got %d", got)
	}
	close(answering)
	<-done
	if got := s.find(t, m, "a"); got != 1 {
		t.Errorf("the overtaken answer is remembered: %d", got)
	}
}

func TestValidatorIsHandedOn(t *testing.T) {
	m := newMemory(t, 1<<20)
	var seen []string
	for range 3 {
		_, err := recall.Find(t.Context(), m, question("a"), func(_ context.Context, last *recall.Answer[string]) (recall.Answer[string], error) {
			if last != nil {
				seen = append(seen, last.Validator+last.Value)
				return *last, nil
			}
			return recall.Answer[string]{Value: "value", Validator: "v1:"}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(seen, " "); got != "v1:value v1:value" {
		t.Errorf("handed on %q", got)
	}
}

func TestThatThereIsNoSuchThingIsRememberedAndFailuresAreNot(t *testing.T) {
	m := newMemory(t, 1<<20)
	missing, failed := errors.New("missing"), errors.New("failed")
	asked := 0
	for range 2 {
		_, err := recall.Find(t.Context(), m, question("a"), func(context.Context, *recall.Answer[int]) (recall.Answer[int], error) {
			asked++
			return recall.Answer[int]{}, failed
		})
		if !errors.Is(err, failed) {
			t.Fatal(err)
		}
	}
	for range 2 {
		_, err := recall.Find(t.Context(), m, question("a"), func(context.Context, *recall.Answer[int]) (recall.Answer[int], error) {
			asked++
			return recall.Answer[int]{Err: missing, Fresh: time.Minute}, nil
		})
		if !errors.Is(err, missing) {
			t.Fatal(err)
		}
	}
	if asked != 3 {
		t.Errorf("asked %d times", asked)
	}
}

func TestBytesAreBoundedAndTheLeastUsedGoes(t *testing.T) {
	m, s := newMemory(t, 10_000), &source{fresh: recall.Forever, size: 1000}
	s.find(t, m, "kept")
	for i := range 100 {
		s.find(t, m, fmt.Sprint(i))
		if got := s.find(t, m, "kept"); got != 1 {
			t.Fatalf("what was used all the time went after %d others", i)
		}
		if m.Held() > 10_000 {
			t.Fatalf("holds %d bytes", m.Held())
		}
	}
	asked := s.asked
	if s.find(t, m, "99"); s.asked != asked {
		t.Error("the newest went")
	}
	if s.find(t, m, "0"); s.asked == asked {
		t.Error("the oldest stayed")
	}
	held := m.Held()
	s.size = 20_000
	s.find(t, m, "too large")
	if m.Held() != held {
		t.Errorf("holds %d bytes after one that is too large, and %d before", m.Held(), held)
	}
	for range 10 {
		m.Forget(question("kept"))
	}
	if m.Held() >= held {
		t.Error("what is forgotten is held")
	}
}

// Of many who ask at once one asks; the first giving up ends it for nobody else.
func TestWhoGivesUpEndsItForNobodyElse(t *testing.T) {
	m := newMemory(t, 1<<20)
	asking, answering := make(chan struct{}), make(chan struct{})
	asked := 0
	ask := func(ctx context.Context, _ *recall.Answer[int]) (recall.Answer[int], error) {
		asked++
		close(asking)
		<-answering
		return recall.Answer[int]{Value: 7, Fresh: time.Hour}, ctx.Err()
	}
	ctx, giveUp := context.WithCancel(t.Context())
	first := make(chan error)
	go func() {
		_, err := recall.Find(ctx, m, question("a"), ask)
		first <- err
	}()
	<-asking
	var others sync.WaitGroup
	for range 10 {
		others.Go(func() {
			if value, err := recall.Find(t.Context(), m, question("a"), ask); value != 7 || err != nil {
				t.Errorf("%d, %v", value, err)
			}
		})
	}
	giveUp()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(answering)
	others.Wait()
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	m := recall.New(recall.Options{MaxBytes: 1 << 20, Timeout: time.Hour, Now: time.Now})
	asking, ended := make(chan struct{}), make(chan error)
	wait := func(ctx context.Context, _ *recall.Answer[int]) (recall.Answer[int], error) {
		close(asking)
		<-ctx.Done()
		return recall.Answer[int]{}, ctx.Err()
	}
	go func() {
		_, err := recall.Find(t.Context(), m, question("a"), wait)
		ended <- err
	}()
	<-asking
	m.Close()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := recall.Find(t.Context(), m, question("a"), wait); !errors.Is(err, recall.ErrClosed) {
		t.Error(err)
	}
}

func TestAQuestionIsNotAskedForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(t, 1<<20)
		_, err := recall.Find(t.Context(), m, question("a"), func(ctx context.Context, _ *recall.Answer[int]) (recall.Answer[int], error) {
			<-ctx.Done()
			return recall.Answer[int]{}, ctx.Err()
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

func TestManyAtOnce(t *testing.T) {
	m := newMemory(t, 20_000)
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := range 500 {
				text := fmt.Sprint(i % 37)
				value, err := recall.Find(t.Context(), m, question(text), func(context.Context, *recall.Answer[string]) (recall.Answer[string], error) {
					return recall.Answer[string]{Value: text, Size: 500, Fresh: recall.Forever}, nil
				})
				if value != text || err != nil {
					t.Errorf("%q, %v", value, err)
				}
				if i%50 == worker {
					m.Invalidate("acme/app")
					m.Forget(question(text))
				}
			}
		})
	}
	all.Wait()
	if m.Held() > 20_000 {
		t.Errorf("holds %d bytes", m.Held())
	}
}
