package resolve

import (
	"path/filepath"
	"slices"
	"strings"
)

// sopsFormat returns the format that SOPS knows a file's name to have, if any.
func sopsFormat(path string) string {
	ext := strings.TrimPrefix(filepath.Ext(path), ".")
	if slices.Contains([]string{"yaml", "yml", "json", "env", "ini"}, ext) {
		return ext
	}
	return ""
}

// sopsVariables parses what SOPS writes of a decrypted file of variables. To SOPS, all behind the equals sign is the
// value, on one line; quotes around it are not part of it all the same, as whoever wrote them did so for a shell.
func sopsVariables(text string) content {
	tree := map[string]any{}
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
		if !ok || strings.HasPrefix(name, "#") {
			continue
		}
		for _, quote := range []string{`"`, `'`} {
			inner, opened := strings.CutPrefix(value, quote)
			if inner, closed := strings.CutSuffix(inner, quote); opened && closed {
				value = inner
				break
			}
		}
		tree[strings.TrimPrefix(name, "export ")] = strings.ReplaceAll(value, `\n`, "\n")
	}
	return content{tree: tree, named: true}
}
