package route

import (
	"path"
	"strings"
)

// IsPattern reports whether a text is a pattern of services: "red", "web-*", "billing/api", "billing/*". What
// stands for other letters is that of path.Match.
func IsPattern(text string) bool {
	_, err := path.Match(text, "")
	return err == nil && text != "" && strings.Count(text, "/") <= 1 && !strings.HasPrefix(text, "/") && !strings.HasSuffix(text, "/")
}

// IsName reports whether a pattern is the name of one service, with or without its project.
func IsName(pattern string) bool { return !strings.ContainsAny(pattern, `*?[\`) }

// isAll reports whether a pattern is about all services of a project: "*", or "billing/*".
func isAll(pattern, project string) bool {
	of, name, qualified := strings.Cut(pattern, "/")
	if !qualified {
		return pattern == "*"
	}
	ok, err := path.Match(of, project)
	return err == nil && ok && name == "*"
}

// Match reports whether a pattern is about a service. A pattern without a slash is about the services of all
// projects; what is no pattern is about none.
func Match(pattern, project, service string) bool {
	name := service
	if strings.Contains(pattern, "/") {
		name = project + "/" + service
	}
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}
