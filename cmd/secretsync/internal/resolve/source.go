package resolve

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// source is one place that documents are read from.
type source struct {
	name    string
	backend backend
	// documents in the order in which they are read.
	documents []*document
	byKey     map[string]*document
	// first is how many of them are read one after the other, before the others.
	first int
}

// document is what is read at once, with the references that want something of it.
type document struct {
	reference

	wanted []reference
	// opening says that it is the first of its store: it is read before others, since most clients of vals must not be
	// asked at the same time until they have logged in.
	opening bool
	store   string
}

// report is what became of a source.
type report struct {
	source  credentials.Source
	answers map[string]Answer
}

func newSource(name string, ref reference) *source {
	return &source{name: name, backend: ref.backend(), byKey: map[string]*document{}}
}

// add puts a reference to its document.
func (s *source) add(ref reference) {
	store := ref.scheme + "?" + ref.query.Encode()
	if ref.scheme == "doppler" {
		store += " " + ref.path
	}
	key := store + " " + ref.path
	if ref.scheme == "awsssm" && ref.tree() {
		key += "/"
	}
	if ref.scheme == "sops" && ref.keys != nil {
		key += "#"
	}
	d := s.byKey[key]
	if d == nil {
		d = &document{reference: ref, store: store}
		s.byKey[key] = d
		s.documents = append(s.documents, d)
	}
	d.wanted = append(d.wanted, ref)
	if len(ref.keys) > 0 {
		// Whoever wants a key needs the document parsed.
		d.keys = ref.keys
	}
}

// order moves what opens a store to the front.
func (s *source) order() {
	opened := map[string]bool{}
	for _, d := range s.documents {
		d.opening = !opened[d.store]
		opened[d.store] = true
	}
	slices.SortStableFunc(s.documents, func(a, b *document) int { return cmp.Compare(rank(a), rank(b)) })
	s.first = len(opened)
	if s.backend.serial {
		s.first = len(s.documents)
	}
}

func rank(d *document) int {
	if d.opening {
		return 0
	}
	return 1
}

// called is what people call the source.
func (s *source) called() string {
	return strings.TrimSpace(s.backend.label + " " + strings.TrimPrefix(strings.TrimPrefix(s.name, s.backend.name), " "))
}

// skipped is the report of a source that is not asked.
func (s *source) skipped(message string) report {
	answers := map[string]Answer{}
	for _, d := range s.documents {
		for _, ref := range d.wanted {
			answers[ref.raw] = Answer{Problem: message}
		}
	}
	return report{source: credentials.Source{Name: s.name, Backend: s.backend.name, Message: message}, answers: answers}
}

// found is what reading a document came to.
type found struct {
	document *document
	content  content
	fault    *fault
}

// ask reads the documents of a source until all are there, its time is up, or it turns out to be out of order.
func (r *Resolver) ask(ctx context.Context, s *source) report {
	started := r.options.Now()
	ctx, cancel := context.WithTimeout(ctx, r.options.Timeout)
	defer cancel()
	s.order()
	// There is room for all, so that who answers late is not held.
	answered := make(chan found, len(s.documents))
	var reads atomic.Int64
	go r.readAll(ctx, s, answered, &reads)

	result := report{source: credentials.Source{Name: s.name, Backend: s.backend.name}, answers: map[string]Answer{}}
	for range s.documents {
		got, trouble := await(ctx, answered)
		if trouble != nil {
			r.giveUp(s, trouble, &result)
			break
		}
		s.answer(got, r.options, result.answers)
	}
	result.source.Reads = int(reads.Load())
	result.source.Seconds = r.options.Now().Sub(started).Seconds()
	return result
}

// await returns what a document came to, or why there is no use in waiting for more.
func await(ctx context.Context, answered <-chan found) (found, *fault) {
	var got found
	select {
	case got = <-answered:
	case <-ctx.Done():
		select {
		case got = <-answered: // it was there in time
		default:
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return found{}, &fault{cause: late}
			}
			return found{}, &fault{cause: stopped}
		}
	}
	if got.fault != nil && got.fault.whole() {
		return found{}, got.fault
	}
	return got, nil
}

// giveUp answers what is left with what is wrong with the source.
func (r *Resolver) giveUp(s *source, trouble *fault, result *report) {
	message := trouble.words(subject{backend: s.backend, source: s.called(), timeout: r.options.Timeout})
	result.source.Message = message
	for reference, answer := range s.skipped(message).answers {
		if _, ok := result.answers[reference]; !ok {
			result.answers[reference] = answer
		}
	}
}

// answer gives those who want something of a document what they want.
func (s *source) answer(got found, options Options, answers map[string]Answer) {
	on := subject{backend: s.backend, source: s.called(), document: quoted(got.document.path), timeout: options.Timeout}
	for _, ref := range got.document.wanted {
		if got.fault != nil {
			answers[ref.raw] = Answer{Problem: got.fault.words(on)}
			continue
		}
		value, problem := got.content.pick(ref.keys)
		if problem == "" {
			value, problem = ref.recoded(value)
		}
		if problem != "" {
			answers[ref.raw] = Answer{Problem: on.name() + " " + problem}
			continue
		}
		answers[ref.raw] = Answer{Value: value}
	}
}

// name of the document for people.
func (s subject) name() string {
	switch {
	case s.backend.name == "env":
		return s.source + " " + s.document
	case strings.HasSuffix(s.source, s.document):
		return s.source
	}
	return s.document + " of " + s.source
}
