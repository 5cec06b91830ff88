package release

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
)

// hear tells of a tag of red's repository.
func (w *world) hear(t *testing.T, tags *Tags, tag string) {
	t.Helper()
	if err := tags.Tagged(t.Context(), "Acme/MicroSvcs", tag); err != nil {
		t.Errorf("%s: %v", tag, err)
	}
}

func TestTagsThatReleaseNothing(t *testing.T) {
	w := newWorld(t)
	tags := newTags(w.maker())
	for _, tag := range []string{"", "red", "red/", "red/latest", "red/3.2", "blue/3.2.0", "v3.2.0", "red/3.2.0/x", "\x00", "../../red/3.2.0", strings.Repeat("red/3.2.0", 1000)} {
		w.hear(t, tags, tag)
	}
	if err := tags.Tagged(t.Context(), "acme/other", "red/3.2.0"); err != nil {
		t.Error(err)
	}
	if got := w.names(t); got != "" || len(w.forge.asked) != 0 {
		t.Errorf("there are %s, and the forge was asked for %q", got, w.forge.asked)
	}
}

func TestATagMakesOneRelease(t *testing.T) {
	w := newWorld(t)
	w.forge.tags = map[string]*freightdiff.Tagged{"red/v3.2.0": {At: noon}}
	// Two replicas hear of it, one of them twice.
	one, other := newTags(w.maker()), newTags(w.maker())
	w.hear(t, one, "red/v3.2.0")
	first := w.release(t, "red-3.2.0")
	if first.Spec.Version != "3.2.0" || first.Spec.Source == nil || first.Spec.Source.Tag != "red/v3.2.0" || first.Annotations[annotationLookedAt] != "" {
		t.Errorf("it is %+v", first.Spec)
	}
	w.hear(t, other, "red/v3.2.0")
	w.hear(t, one, "red/v3.2.0")
	if got := w.names(t); got != "red-3.2.0" || len(w.forge.asked) != 1 {
		t.Errorf("there are %s, and the forge was asked for %q", got, w.forge.asked)
	}
	if w.release(t, "red-3.2.0").Annotations[annotationLookedAt] == "" {
		t.Error("it is not looked at again")
	}
}

func TestPrereleases(t *testing.T) {
	for policy, want := range map[Prereleases]string{"": "made", AnnouncePrereleases: "made", SilencePrereleases: "silent", IgnorePrereleases: ""} {
		for tag, found := range map[string]freightdiff.Tagged{"red/3.2.0-rc.1": {}, "red/3.2.0": {Prerelease: true}} {
			w := newWorld(t)
			w.options.Prereleases = policy
			w.forge.tags = map[string]*freightdiff.Tagged{tag: &found}
			w.hear(t, newTags(w.maker()), tag)
			got := ""
			if name := w.names(t); name != "" {
				if got = "made"; w.release(t, name).Spec.Silent {
					got = "silent"
				}
			}
			if got != want {
				t.Errorf("%s, %s: %q", policy, tag, got)
			}
		}
	}
}

func TestOldTagsAreHistory(t *testing.T) {
	w := newWorld(t)
	w.options.Retention = 24 * time.Hour
	w.since = noon.Add(-240 * time.Hour)
	for tag, found := range map[string]freightdiff.Tagged{
		"red/1.0.0": {At: noon.Add(-300 * time.Hour)},
		"red/1.0.1": {At: noon.Add(-300 * time.Hour), Published: true, PublishedAt: noon.Add(-300 * time.Hour)},
		// It would be deleted again at once.
		"red/1.0.2": {At: noon.Add(-30 * time.Hour)},
		// Only now it is made public.
		"red/2.0.0": {At: noon.Add(-300 * time.Hour), Published: true, PublishedAt: noon},
	} {
		w.forge.tags = map[string]*freightdiff.Tagged{tag: &found}
		w.hear(t, newTags(w.maker()), tag)
	}
	if got := w.names(t); got != "red-2.0.0" {
		t.Errorf("there are %s", got)
	}
}

// What can't be told now is not lost.
func TestTagsAreLookedAtAgain(t *testing.T) {
	for name, fault := range map[string]func(*world){
		"the forge is down":                  func(w *world) { w.forge.err = errors.New("connection refused") },
		"the forge has no time":              func(w *world) { w.forge.err = &freightdiff.Unavailable{Reason: "limit", After: time.Millisecond} },
		"the forge does not know it yet":     func(w *world) { w.forge.tags = nil },
		"it is not known who is to be told":  func(w *world) { w.since = time.Time{} },
		"the forge is slower than a webhook": func(w *world) { w.forge.err = context.DeadlineExceeded },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			known := map[string]*freightdiff.Tagged{"red/3.2.0": {At: noon}}
			w.forge.tags = known
			since := w.since
			fault(w)
			tags := newTags(w.maker())
			w.hear(t, tags, "red/3.2.0")
			w.hear(t, tags, "red/3.2.0")
			if got := w.names(t); got != "" || len(tags.waiting) != 1 {
				t.Fatalf("there are %q, and %d tags wait", got, len(tags.waiting))
			}
			w.forge.err, w.forge.tags, w.since = nil, known, since
			tags.again(t.Context(), hint{"Acme/MicroSvcs", "red/3.2.0"})
			if got := w.names(t); got != "red-3.2.0" || len(tags.waiting) != 0 {
				t.Errorf("there are %q, and %d tags wait", got, len(tags.waiting))
			}
		})
	}
}

func TestATagThatIsGoneIsGivenUp(t *testing.T) {
	w := newWorld(t)
	tags := newTags(w.maker())
	w.hear(t, tags, "red/3.2.0")
	for range maxMissing {
		tags.again(t.Context(), hint{"Acme/MicroSvcs", "red/3.2.0"})
	}
	if len(tags.waiting) != 0 {
		t.Errorf("waiting: %v", tags.waiting)
	}
}

func TestNotTooManyTagsWait(t *testing.T) {
	w := newWorld(t)
	w.forge.err = errors.New("connection refused")
	tags := newTags(w.maker())
	for i := range maxLater {
		w.hear(t, tags, "red/3.2."+strings.Repeat("1", 1+i%8)+"-x"+strings.Repeat("y", i/8))
	}
	if err := tags.Tagged(t.Context(), "acme/microsvcs", "red/9.9.9"); err == nil || len(tags.waiting) != maxLater {
		t.Errorf("%d wait, and one more: %v", len(tags.waiting), err)
	}
}

// With the queue running, as in the bot.
func TestTheQueueOfTagsEndsWithItsContext(t *testing.T) {
	w := newWorld(t)
	w.forge.tags = map[string]*freightdiff.Tagged{"red/3.2.0": {At: noon}}
	tags := newTags(w.maker())
	tags.waiting[hint{"acme/microsvcs", "red/3.2.0"}] = 0
	tags.queue.Add(hint{"acme/microsvcs", "red/3.2.0"})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- tags.Start(ctx) }()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for w.names(t) == "" {
		<-tick.C
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
