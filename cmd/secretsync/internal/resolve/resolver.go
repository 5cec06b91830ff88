package resolve

import (
	"context"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/getsops/sops/v3/logging"
	"golang.org/x/sync/errgroup"
)

// Options of a Resolver.
type Options struct {
	// Backends that references may name, as in the declaration. None are allowed beside.
	Backends []string
	// Timeout is how long a source may take for all of its documents; 20 seconds if zero.
	Timeout time.Duration
	// Dir is where relative paths start: the declaration's folder.
	Dir string
	// Sources is how many are asked at the same time, 16 if zero, and Documents of how many each; 8 if zero.
	Sources, Documents int
	// LookupEnv is where `env` looks; the environment of the process if nil. The clients of stores always look there.
	LookupEnv func(name string) (string, bool)
	// Now is the clock by which sources are timed; the system's if nil.
	Now func() time.Time
}

// Resolver reads what references lead to. It keeps nothing from one Resolve to the next.
//
// vals can't be told to stop. A source that does not answer in time is given up: what it may still answer is dropped,
// but the goroutines that ask go on until the client's own timeout. So a Resolver is for a process that ends soon.
//
// Some of the clients behind vals write to the standard output and error of the process, and can be told so by
// variables of the environment: whoever runs a Resolver where secrets matter sends those nowhere.
type Resolver struct {
	options Options
}

// New returns a Resolver.
func New(options Options) *Resolver {
	if options.Timeout <= 0 {
		options.Timeout = 20 * time.Second
	}
	if options.Sources <= 0 {
		options.Sources = 16
	}
	if options.Documents <= 0 {
		options.Documents = 8
	}
	if options.LookupEnv == nil {
		options.LookupEnv = os.LookupEnv
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	return &Resolver{options: options}
}

// Resolve reads what the references lead to, each document once. Sources that skip has, by name, are not asked: what it
// says of them is what their references are told. It returns within the timeout of a source, or soon after, unless
// there are more sources that hang than are asked at the same time.
func (r *Resolver) Resolve(ctx context.Context, references []string, skip map[string]string) Answers {
	quieten()
	answers := Answers{Values: make(map[string]Answer, len(references))}
	sources := r.gather(references, answers.Values)
	reports := make([]report, len(sources))
	var group errgroup.Group
	group.SetLimit(r.options.Sources)
	for i, s := range sources {
		if message, ok := skip[s.name]; ok {
			reports[i] = s.skipped(message)
			continue
		}
		group.Go(func() error {
			reports[i] = r.ask(ctx, s)
			return nil
		})
	}
	_ = group.Wait() // none of them fails: what fails is told of in its report
	for _, report := range reports {
		answers.Sources = append(answers.Sources, report.source)
		maps.Copy(answers.Values, report.answers)
	}
	return answers
}

// quieten takes the word from SOPS, which logs to standard error which keys it has tried.
func quieten() {
	for _, logger := range logging.Loggers {
		logger.SetOutput(silence{})
	}
}

type silence struct{}

func (silence) Write(p []byte) (int, error) { return len(p), nil }

// gather sorts references into sources and their documents. Those that can't be asked for are answered.
func (r *Resolver) gather(references []string, answers map[string]Answer) []*source {
	sources := map[string]*source{}
	for _, raw := range references {
		if _, ok := answers[raw]; ok {
			continue
		}
		answers[raw] = Answer{}
		ref, problem := r.admit(raw)
		if problem != "" {
			answers[raw] = Answer{Problem: problem}
			continue
		}
		name := ref.source
		if sources[name] == nil {
			sources[name] = newSource(name, ref)
		}
		sources[name].add(ref)
	}
	sorted := make([]*source, 0, len(sources))
	for _, s := range sources {
		sorted = append(sorted, s)
	}
	slices.SortFunc(sorted, func(a, b *source) int { return strings.Compare(a.name, b.name) })
	return sorted
}

// admit takes a reference apart, or says why it is refused.
func (r *Resolver) admit(raw string) (reference, string) {
	ref, problem := parse(raw)
	if problem != "" {
		return reference{}, problem
	}
	name := ref.backend().name
	if !slices.Contains(r.options.Backends, name) {
		return reference{}, "references to " + name + " are not allowed here; add it to backends in the declaration if they should be"
	}
	if reason := ref.unsafe(); reason != "" {
		return reference{}, reason
	}
	return ref.located()
}

// unsafe says why a reference that could be read should not be.
func (r reference) unsafe() string {
	for _, name := range []string{"fallback_value", "optional"} {
		if r.query.Has(name) {
			return "the reference has " + name + ", so that a store that can't be read would pass for one that can; take it out"
		}
	}
	for _, name := range []string{"token", "secret_id", "password"} {
		if r.query.Has(name) {
			return "the reference has a secret in " + name + "; take it out, have it changed, and give it to the program in its environment"
		}
	}
	if r.query.Get("key_type") == "base64" {
		return "the reference has a document in it; put that into a file, and name the file"
	}
	return ""
}
