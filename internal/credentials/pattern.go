package credentials

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// pattern returns what the deployment guide has under AnnotationPattern: the repository, or the beginning that a regex
// stands for, as "quay.io/*". The guide's own check looks for "docker.io/*".
func (c *Credential) pattern() string {
	if c.RepoURLRegex == "" {
		return strings.TrimSpace(c.RepoURL)
	}
	if c.Type == TypeImage && coversDockerHub(c.RepoURLRegex) {
		return "docker.io/*"
	}
	begin, whole := literal(c.RepoURLRegex)
	switch {
	case begin == "":
		return c.RepoURLRegex
	case whole && !strings.HasSuffix(begin, "/"):
		return begin
	default:
		return begin + "*"
	}
}

// literal returns the text that everything which a regex matches begins with, and whether it is all that the regex
// says, but for anchors.
func literal(pattern string) (begin string, whole bool) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false
	}
	subs := []*syntax.Regexp{tree.Simplify()}
	if subs[0].Op == syntax.OpConcat {
		subs = subs[0].Sub
	}
	if len(subs) > 0 && subs[0].Op == syntax.OpBeginText {
		subs = subs[1:]
	}
	if len(subs) > 1 && subs[len(subs)-1].Op == syntax.OpEndText {
		subs = subs[:len(subs)-1]
	}
	if len(subs) == 0 || subs[0].Op != syntax.OpLiteral || subs[0].Flags&syntax.FoldCase != 0 {
		return "", false
	}
	return string(subs[0].Rune), len(subs) == 1
}

// anchored reports whether a regex matches at the beginning alone.
func anchored(pattern string) bool {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	return err == nil && isAnchored(tree.Simplify())
}

func isAnchored(r *syntax.Regexp) bool {
	switch r.Op {
	case syntax.OpBeginText, syntax.OpBeginLine:
		return true
	case syntax.OpConcat, syntax.OpCapture, syntax.OpPlus:
		return len(r.Sub) > 0 && isAnchored(r.Sub[0])
	case syntax.OpAlternate:
		for _, sub := range r.Sub {
			if !isAnchored(sub) {
				return false
			}
		}
		return true
	default:
		return false
	}
}

// dockerHub matches what is on Docker Hub as Kargo compares it: without docker.io, so that what is before the first slash
// is no host.
const dockerHub = `^(docker\.io/|[^./:]+(/|$))`

// coversDockerHub reports whether a regex stands for Docker Hub, and for it alone.
func coversDockerHub(pattern string) bool {
	regex, err := regexp.Compile(pattern)
	return err == nil && regex.MatchString("docker.io/acme/red") && !regex.MatchString("quay.io/acme/red")
}
