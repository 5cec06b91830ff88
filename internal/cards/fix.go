package cards

import "strings"

// Fix says in one line how to mend a failure of a Promotion that is well known by what Kargo says of it.
// It is empty for any other.
func Fix(project, stage, message string) string {
	return strings.TrimPrefix(hint(project, stage, message).String(), "Fix: ")
}
