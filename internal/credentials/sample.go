package credentials

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// mostSamples bounds the samples of a regex, and mostRepeats how often one has what is to be there so often.
const (
	mostSamples = 64
	mostRepeats = 16
)

// What stands in a sample for a dot that is not escaped, and for one of several characters.
const (
	anyRune = '\ue000'
	oneRune = '\ue001'
)

// samples returns the shortest texts that a regex accepts, one for each of its alternatives.
func samples(pattern string) []string {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(samplesOf(tree))))
}

func samplesOf(r *syntax.Regexp) []string {
	switch r.Op {
	case syntax.OpLiteral:
		if r.Flags&syntax.FoldCase != 0 {
			return []string{strings.ToLower(string(r.Rune))}
		}
		return []string{string(r.Rune)}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return []string{string(anyRune)}
	case syntax.OpCharClass:
		return []string{string(oneRune)}
	case syntax.OpCapture:
		return samplesOf(r.Sub[0])
	case syntax.OpQuest:
		return bounded(append([]string{""}, samplesOf(r.Sub[0])...))
	case syntax.OpPlus:
		return repeated(r.Sub[0], 1)
	case syntax.OpRepeat:
		return repeated(r.Sub[0], min(r.Min, mostRepeats))
	case syntax.OpConcat:
		all := []string{""}
		for _, sub := range r.Sub {
			all = joined(all, samplesOf(sub))
		}
		return all
	case syntax.OpAlternate:
		var all []string
		for _, sub := range r.Sub {
			all = bounded(append(all, samplesOf(sub)...))
		}
		return all
	default:
		return []string{""}
	}
}

// repeated is something that number of times. A dot that is repeated is meant to stand for anything.
func repeated(r *syntax.Regexp, times int) []string {
	all, one := []string{""}, samplesOf(r)
	for range times {
		all = joined(all, one)
	}
	for i := range all {
		all[i] = strings.ReplaceAll(all[i], string(anyRune), string(oneRune))
	}
	return all
}

func joined(begins, ends []string) []string {
	var all []string
	for _, begin := range begins {
		for _, end := range ends {
			all = append(all, begin+end)
		}
		all = bounded(all)
	}
	return all
}

func bounded(all []string) []string { return all[:min(len(all), mostSamples)] }

// address is the parts of a URL, or of what is written without a scheme: "https://", "github.com" and "/acme/".
type address struct{ scheme, host, rest string }

func cutAddress(text string) address {
	var a address
	if scheme, behind, ok := strings.Cut(text, "://"); ok {
		a.scheme, text = scheme+"://", behind
	}
	end := strings.IndexAny(text, "/:")
	if end < 0 {
		end = len(text)
	}
	a.host, a.rest = text[:end], text[end:]
	return a
}

// readable is a sample as it could be in a URL.
func readable(text string) string {
	return strings.NewReplacer(string(anyRune), ".", string(oneRune), "a").Replace(text)
}

// stranger is a host that nobody means.
const stranger = "evil.example"

// reachesBeyond returns what a regex matches beyond what it was probably meant for, in words; "" if nothing.
func reachesBeyond(pattern string) string {
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		return ""
	}
	// What is meant to come next may be anything, or nothing.
	matches := func(text string) bool {
		return compiled.MatchString(text) || compiled.MatchString(text+"/acme/red") || compiled.MatchString(text+"acme/red")
	}
	for _, sample := range samples(pattern) {
		raw, a := cutAddress(sample), cutAddress(readable(sample))
		switch {
		case matches(a.scheme + stranger + a.rest):
			return "it matches hosts that it does not name, so that the credential is sent to every host, such as " + stranger
		case matches(a.scheme + a.host + "." + stranger + a.rest):
			return "it also matches a host that merely begins like that: " + a.host + "." + stranger
		case matches(a.scheme + stranger + "/" + a.host + a.rest):
			return "it also matches what is on another host, with that in its path: " + a.scheme + stranger + "/" + a.host + a.rest
		case strings.ContainsRune(raw.host, anyRune):
			return "a dot stands for any character, so that it also matches the host " + readable(strings.ReplaceAll(raw.host, string(anyRune), "-"))
		}
	}
	return ""
}

// withinBounds says what to write in place of a regex that reaches beyond what it was probably meant for.
func withinBounds(pattern string) string {
	const most = 4
	all := samples(pattern)
	endsInHost := func(sample string) bool { a := cutAddress(sample); return a.host != "" && a.rest == "" }
	if closed := pattern + "/"; !slices.ContainsFunc(all, func(sample string) bool { return !endsInHost(sample) }) && reachesBeyond(closed) == "" {
		return "end the host with a slash: " + closed
	}
	var meant []string
	for _, sample := range all {
		a := cutAddress(strings.ReplaceAll(sample, string(anyRune), "."))
		if a.rest == "" {
			a.rest = "/"
		}
		meant = append(meant, regexp.QuoteMeta(a.scheme+a.host+a.rest))
		if a.host == "" || strings.ContainsRune(sample, oneRune) {
			meant = nil
			break
		}
	}
	switch {
	case len(meant) == 0 || len(meant) > most:
		return `name each host, with \. for a dot and a slash behind it`
	case len(meant) == 1:
		return "write ^" + meant[0]
	default:
		return "write ^(" + strings.Join(meant, "|") + ")"
	}
}
