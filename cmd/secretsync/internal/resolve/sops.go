package resolve

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/getsops/sops/v3/age"
	"github.com/getsops/sops/v3/cmd/sops/common"
	"github.com/getsops/sops/v3/cmd/sops/formats"
	"github.com/getsops/sops/v3/config"
)

// hasFormat reports whether a file's name says that there are keys in it.
func hasFormat(path string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json", ".env", ".ini"}, filepath.Ext(path))
}

// sopsFormat returns what SOPS calls the format of a file: as the reference says, or else the file's name. One in which
// a key is looked for and whose name says nothing is YAML.
func (r reference) sopsFormat() string {
	written := r.query.Get("format")
	if written == "" && r.keys != nil && !hasFormat(r.path) {
		written = "yaml"
	}
	switch formats.FormatForPathOrString(r.path, written) {
	case formats.Yaml:
		return "yaml"
	case formats.Json:
		return "json"
	case formats.Dotenv:
		return "dotenv"
	case formats.Ini:
		return "ini"
	default:
		return "binary"
	}
}

// readSOPS decrypts a file. vals is given its content, as it was found to be safe, and not its name.
func (p provided) readSOPS(ref reference) (content, error) {
	path := p.resolver.path(ref.path)
	if err := readable(path); err != nil {
		return content{}, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return content{}, err
	}
	format := ref.sopsFormat()
	if err := onlyAge(data, format); err != nil {
		return content{}, err
	}
	text, err := p.provider.GetString(base64.URLEncoding.EncodeToString(data))
	switch {
	case err != nil:
		return content{}, err
	case ref.keys == nil:
		return content{text: text}, nil
	case format == "dotenv":
		return sopsVariables(text), nil
	}
	c, tooLarge := parsed(text, hasFormat(path))
	if tooLarge != nil {
		return content{}, tooLarge
	}
	return c, nil
}

// onlyAge refuses a file that is encrypted with other keys as well. For these, SOPS asks the server that the file names,
// and shows it what this program logs in with elsewhere, such as VAULT_TOKEN: whoever writes the file would get that.
func onlyAge(data []byte, format string) error {
	tree, err := common.StoreForFormat(formats.FormatFromString(format), config.NewStoresConfig()).LoadEncryptedFile(data)
	if err != nil {
		return err
	}
	for _, group := range tree.Metadata.KeyGroups {
		for _, key := range group {
			if key.TypeToIdentifier() != age.KeyTypeIdentifier {
				return &fault{cause: otherKeys}
			}
		}
	}
	return nil
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
	return content{tree: tree}
}
