package resolve

import (
	"encoding/base64"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// recoded does what the parameters of a reference say of base64: `decode=base64` of Vault and OpenBao, and
// `encode=base64` of whole files. It is not left to vals, which does so with or without a fragment only.
func (r reference) recoded(text secret.Text) (secret.Text, string) {
	switch {
	case r.backend().last && r.query.Get("decode") == "base64":
		plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text.Reveal()))
		if err != nil {
			return secret.Text{}, "has a value that is not base64, though decode=base64 says so; correct one of them"
		}
		return value(string(plain), "")
	case r.file() && r.keys == nil && r.query.Get("encode") == "base64":
		return secret.NewText(base64.StdEncoding.EncodeToString([]byte(text.Reveal()))), ""
	}
	return text, ""
}

func (r reference) file() bool { return r.scheme == "file" || r.scheme == "sops" }
