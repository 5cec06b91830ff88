package page_test

import (
	"net/http"
	"path"
	"regexp"
	"strings"
	"testing"
)

// reference finds what the page's files load: href, src, import and url(…).
var reference = regexp.MustCompile(`(?:(?:href|src)=|from |url\()['"]([^'"#]+)['"]`)

// The page is complete, works without a network, and lets nothing that anybody writes become HTML.
func TestFiles(t *testing.T) {
	s := newServer(t, newWorld())
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		answer := ask(t, s, "GET", name, "", nil)
		if answer.Code != http.StatusOK {
			t.Errorf("%s: %d", name, answer.Code)
			return
		}
		text := answer.Body.String()
		for _, found := range reference.FindAllStringSubmatch(text, -1) {
			if strings.Contains(found[1], ":") {
				t.Errorf("%s loads %s", name, found[1])
				continue
			}
			visit(path.Join(path.Dir(name), found[1]))
		}
		if strings.HasSuffix(name, ".js") {
			for _, danger := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("} {
				if strings.Contains(text, danger) {
					t.Errorf("%s uses %s", name, danger)
				}
			}
		}
	}
	visit("/")
	if len(seen) < 10 {
		t.Errorf("only %d files were found: %v", len(seen), seen)
	}
}
