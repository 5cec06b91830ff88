package doctor

import (
	"slices"
	"strings"
	"unicode"

	"sigs.k8s.io/yaml"
)

// untypable stands in a command for what can't be typed. A command that has it, or any other character that a terminal
// or a shell takes for something else than what is seen, is not shown: see typable.
const untypable = "\x00"

// typable reports whether a command does, where it is pasted, what it seems to do. Its lines are ours; a foreign value
// must not begin one, and every kind of line break but "\n" becomes one in some terminals.
func typable(command string) bool { return !strings.ContainsFunc(command, isDeceptive) }

func isDeceptive(r rune) bool { return r != '\n' && isControl(r) }

// isControl reports whether a character breaks lines, moves about, or is not seen.
func isControl(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar
}

// shell quotes a word for a shell, whatever is in it. A word that can't be typed makes a command that is not shown.
func shell(word string) string {
	if strings.ContainsFunc(word, isControl) {
		return untypable
	}
	plain := word != "" && !strings.ContainsFunc(word, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+", r)
	})
	if plain {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// hereEnd ends the here-documents of commands.
const hereEnd = "EOF"

// applied is a command that applies objects; empty if a value in them is such that it can't be typed.
func applied(objects ...map[string]any) string {
	documents := make([]string, 0, len(objects))
	for _, one := range objects {
		text, err := yaml.Marshal(one)
		if err != nil || hasControl(one) {
			return ""
		}
		documents = append(documents, string(text))
	}
	text := strings.Join(documents, "---\n")
	// What begins a line is the name of a field, or is indented. Should that change, nothing is shown.
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == hereEnd {
			return ""
		}
	}
	return "kubectl apply -f - <<'" + hereEnd + "'\n" + text + hereEnd
}

// hasControl reports whether a text in a tree of maps and lists has a character that can't be typed.
func hasControl(value any) bool {
	switch v := value.(type) {
	case string:
		return strings.ContainsFunc(v, isControl)
	case map[string]any:
		for key, one := range v {
			if hasControl(key) || hasControl(one) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, hasControl)
	}
	return false
}
