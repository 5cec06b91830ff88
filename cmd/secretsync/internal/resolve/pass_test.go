package resolve_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/resolve"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

func TestEachDocumentIsReadOnce(t *testing.T) {
	each(t, func(t *testing.T, p product) {
		v, url := p.vault(t)
		data := map[string]any{}
		var references []string
		for i := range 100 {
			key := fmt.Sprintf("key-%d", i)
			data[key] = "value of " + key
			references = append(references,
				fmt.Sprintf("ref+%s://kv/github?address=%s#/%s", p.scheme, url, key),
				fmt.Sprintf("ref+%s://kv/github/%s?address=%s", p.scheme, key, url),
				fmt.Sprintf("ref+%s://kv/missing?address=%s#/%s", p.scheme, url, key))
		}
		v.Put("kv/github", data)
		answers := resolve.New(resolve.Options{Backends: all}).Resolve(t.Context(), references, nil)
		if len(answers.Values) != len(references) {
			t.Fatalf("%d answers to %d references", len(answers.Values), len(references))
		}
		for reference, answer := range answers.Values {
			if missing := strings.Contains(reference, "missing"); missing == (answer.Problem == "") {
				t.Errorf("%s: %q", reference, answer.Problem)
			}
		}
		if got := v.Reads("kv/github"); got != 1 {
			t.Errorf("the document was read %d times", got)
		}
		if got := v.Reads("kv/missing"); got != 1 {
			t.Errorf("what is missing was asked for %d times", got)
		}
		if len(answers.Sources) != 1 || answers.Sources[0].Reads != 2 {
			t.Errorf("sources: %+v", answers.Sources)
		}
	})
}

// TestOneVersion rotates a secret with each request: what is of one document is of one version all the same.
func TestOneVersion(t *testing.T) {
	each(t, func(t *testing.T, p product) {
		v, url := p.vault(t)
		var mu sync.Mutex
		version := 0
		v.Trouble(func(http.ResponseWriter, *http.Request) bool {
			mu.Lock()
			defer mu.Unlock()
			version++
			v.Put("kv/github", map[string]any{"user": fmt.Sprint("user ", version), "token": fmt.Sprint("token ", version)})
			return false
		})
		user := "ref+" + p.scheme + "://kv/github?address=" + url + "#/user"
		token := "ref+" + p.scheme + "://kv/github?address=" + url + "#/token"
		got := resolve.New(resolve.Options{Backends: all}).Resolve(t.Context(), []string{user, token}, nil).Values
		_, ofUser, _ := strings.Cut(got[user].Value.Reveal(), " ")
		_, ofToken, _ := strings.Cut(got[token].Value.Reveal(), " ")
		if ofUser == "" || ofUser != ofToken {
			t.Errorf("the user is of version %q and the token of %q", ofUser, ofToken)
		}
	})
}

// TestSourceThatHangs has one that never answers, beside one that does.
func TestSourceThatHangs(t *testing.T) {
	each(t, func(t *testing.T, p product) {
		hung, bad := p.vault(t)
		well, good := p.vault(t)
		release := make(chan struct{})
		hung.Trouble(func(_ http.ResponseWriter, r *http.Request) bool {
			<-release
			return false
		})
		t.Cleanup(sync.OnceFunc(func() { close(release) }))
		hung.Put("kv/github", map[string]any{"token": sentinel})
		well.Put("kv/github", map[string]any{"token": "well"})
		late := "ref+" + p.scheme + "://kv/github?address=" + bad + "#/token"
		later := "ref+" + p.scheme + "://kv/other?address=" + bad + "#/token"
		fine := "ref+" + p.scheme + "://kv/github?address=" + good + "#/token"
		started := time.Now()
		answers := resolve.New(resolve.Options{Backends: all, Timeout: time.Second}).
			Resolve(t.Context(), []string{late, later, fine}, nil)
		if took := time.Since(started); took > 5*time.Second {
			t.Errorf("it took %s", took)
		}
		want := p.label + " " + bad[7:] + " did not answer within 1s; check that it is well and can be reached from here, or raise timeout"
		for _, reference := range []string{late, later} {
			if got := answers.Values[reference]; got.Problem != want || !got.Value.Empty() {
				t.Errorf("%s: %q", reference, got.Problem)
			}
		}
		if got := answers.Values[fine]; got.Value.Reveal() != "well" {
			t.Errorf("the source that is well was held up: %q", got.Problem)
		}
		messages := map[string]string{}
		for _, s := range answers.Sources {
			messages[s.Name] = s.Message
		}
		if diff := cmp.Diff(map[string]string{p.scheme + " " + bad[7:]: want, p.scheme + " " + good[7:]: ""}, messages); diff != "" {
			t.Errorf("sources (-want +got):\n%s", diff)
		}
	})
}

// TestLateAnswersAreDropped has a pass that is stopped between two documents of a source: what was there is kept.
func TestLateAnswersAreDropped(t *testing.T) {
	p := products[0]
	v, url := p.vault(t)
	release, answered := make(chan struct{}), make(chan struct{})
	v.Put("kv/quick", map[string]any{"token": "in time"})
	v.Put("kv/slow", map[string]any{"token": sentinel})
	ctx, stop := context.WithCancel(t.Context())
	v.Trouble(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "data/slow") {
			stop()
			<-release
			defer close(answered)
		}
		return false
	})
	quick, slow := "ref+vault://kv/quick?address="+url+"#/token", "ref+vault://kv/slow?address="+url+"#/token"
	answers := resolve.New(resolve.Options{Backends: all}).Resolve(ctx, []string{quick, slow}, nil)
	close(release)
	<-answered
	if got := answers.Values[quick]; got.Value.Reveal() != "in time" {
		t.Errorf("what was there in time is lost: %q", got.Problem)
	}
	if got := answers.Values[slow]; !got.Value.Empty() || !strings.Contains(got.Problem, "was not waited for") {
		t.Errorf("what is late is answered: %+v", got)
	}
}

// TestSourceThatIsDown is asked for a hundred documents, and left alone after the first.
func TestSourceThatIsDown(t *testing.T) {
	each(t, func(t *testing.T, p product) {
		v, url := p.vault(t)
		v.Seal()
		var references []string
		for i := range 100 {
			references = append(references, fmt.Sprintf("ref+%s://kv/%d?address=%s#/token", p.scheme, i, url))
		}
		answers := resolve.New(resolve.Options{Backends: all}).Resolve(t.Context(), references, nil)
		want := p.label + " " + url[7:] + " is not able to answer: it is sealed, starting, or out of order; look after it"
		for _, reference := range references {
			if got := answers.Values[reference].Problem; got != want {
				t.Fatalf("%s: %q", reference, got)
			}
		}
		if got := answers.Sources[0]; got.Reads != 1 || got.Message != want {
			t.Errorf("the source is reported as %+v", got)
		}
	})
}

// TestDocumentThatIsMissing does not keep the others from being read.
func TestDocumentThatIsMissing(t *testing.T) {
	each(t, func(t *testing.T, p product) {
		v, url := p.vault(t)
		var references []string
		for i := range 20 {
			if i%2 == 1 {
				v.Put(fmt.Sprintf("kv/%d", i), map[string]any{"token": fmt.Sprint(i)})
			}
			references = append(references, fmt.Sprintf("ref+%s://kv/%d?address=%s#/token", p.scheme, i, url))
		}
		answers := resolve.New(resolve.Options{Backends: all}).Resolve(t.Context(), references, nil)
		for i, reference := range references {
			if got := answers.Values[reference]; (got.Problem == "") != (i%2 == 1) {
				t.Errorf("%s: %q", reference, got.Problem)
			}
		}
		if got := answers.Sources[0]; got.Reads != 20 || got.Message != "" {
			t.Errorf("the source is reported as %+v", got)
		}
	})
}

func TestSourcesThatAreSkipped(t *testing.T) {
	v, url := products[0].vault(t)
	v.Put("kv/github", map[string]any{"token": "t"})
	reference, name := "ref+vault://kv/github?address="+url+"#/token", "vault "+url[7:]
	dir := folder(t, map[string]string{"token": "of a file"})
	answers := resolve.New(resolve.Options{Backends: all, Dir: dir}).
		Resolve(t.Context(), []string{reference, "ref+file://token"}, map[string]string{name: "it was down"})
	if got := answers.Values[reference]; got.Problem != "it was down" || !got.Value.Empty() {
		t.Errorf("what is skipped says %q", got.Problem)
	}
	if got := answers.Values["ref+file://token"].Value.Reveal(); got != "of a file" {
		t.Errorf("what is not skipped is %q", got)
	}
	for i := range answers.Sources {
		answers.Sources[i].Seconds = 0
	}
	want := []credentials.Source{{Name: "file token", Backend: "file", Reads: 1}, {Name: name, Backend: "vault", Message: "it was down"}}
	if diff := cmp.Diff(want, answers.Sources); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
	if got := v.Reads(""); got != 0 {
		t.Errorf("it was asked %d times all the same", got)
	}
}

func TestPassThatIsStopped(t *testing.T) {
	v, url := products[0].vault(t)
	release := make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	v.Trouble(func(http.ResponseWriter, *http.Request) bool {
		stop()
		<-release
		return false
	})
	t.Cleanup(func() { close(release) })
	reference := "ref+vault://kv/github?address=" + url + "#/token"
	answers := resolve.New(resolve.Options{Backends: all}).Resolve(ctx, []string{reference}, nil)
	want := "Vault " + url[7:] + " was not waited for, as the pass was stopped; the next one asks again"
	if got := answers.Values[reference].Problem; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSourcesAreTimed(t *testing.T) {
	clock := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	now := func() time.Time {
		clock = clock.Add(1500 * time.Millisecond)
		return clock
	}
	dir := folder(t, map[string]string{"token": "t"})
	answers := resolve.New(resolve.Options{Backends: all, Dir: dir, Now: now}).Resolve(t.Context(), []string{"ref+file://token"}, nil)
	want := []credentials.Source{{Name: "file token", Backend: "file", Reads: 1, Seconds: 1.5}}
	if diff := cmp.Diff(want, answers.Sources); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
}
