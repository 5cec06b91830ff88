package credentials

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// yaml writes the declaration as somebody would who writes it by hand.
func (i *importer) yaml() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Made by secretsync import of %s. It has no secret in it, and can be kept in Git.\n", oneLine(i.File))
	fmt.Fprintf(&b, "namespace: %s\n\ncredentials:\n", scalar(i.Namespace))
	fmt.Fprintf(&b, "  backends: [%s]   # where references may lead\n  secrets:\n", strings.Join(i.backends(), ", "))
	for n, e := range i.entries {
		if n > 0 {
			b.WriteString("\n")
		}
		e.write(&b)
	}
	return []byte(b.String())
}

// backends returns those that the references name.
func (i *importer) backends() []string {
	var names []string
	for _, e := range i.entries {
		name, _, _ := strings.Cut(strings.TrimPrefix(e.reference, scheme), "://")
		if isBackend(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (e *entry) write(b *strings.Builder) {
	fmt.Fprintf(b, "  - name: %s\n    type: %s\n", e.name, e.typ)
	switch {
	case e.repoURL != "":
		fmt.Fprintf(b, "    repoURL: %s\n", scalar(e.repoURL))
	case e.regex == dockerHub:
		b.WriteString("    # Kargo compares docker.io/acme/red as acme/red, so that this also matches what has no host.\n")
		fallthrough
	default:
		fmt.Fprintf(b, "    repoURLRegex: %s\n", scalar(e.regex))
	}
	fmt.Fprintf(b, "    username: %s\n    password: %s\n", scalar(e.user), scalar(e.reference))
}

// plainScalar is what YAML takes for text without quotes, whatever its version: a URL, a name. What could be a number, a
// date or one of YAML's words is not.
var (
	plainScalar = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_./-]*$`)
	yamlWord    = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null)$`)
)

// scalar writes text so that YAML reads the same.
func scalar(s string) string {
	switch {
	case plainScalar.MatchString(s) && !yamlWord.MatchString(s),
		(strings.HasPrefix(s, "https://") || strings.HasPrefix(s, scheme)) && isPlainURL(s):
		return s
	case !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	default:
		quoted, err := json.Marshal(s)
		if err != nil {
			return "''" // no text is refused
		}
		return string(quoted)
	}
}

// isPlainURL reports whether nothing in a URL means something to YAML: ": " and " #" can't be without a space.
func isPlainURL(s string) bool {
	return !strings.HasSuffix(s, ":") && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || unicode.IsSpace(r) || r == '"' || r == '\'' })
}

// oneLine returns text that can stand in a comment.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
}
