package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// secretPrefix begins a secret that is a key in base64.
const secretPrefix = "whsec_"

// errKey says nothing of the secret.
var errKey = errors.New("the secret begins with whsec_, but what follows is not base64")

// keyOf returns the key of a secret: what follows whsec_, decoded, or the text itself.
func keyOf(s secret.Text) (secret.Text, error) {
	encoded, ok := strings.CutPrefix(s.Reveal(), secretPrefix)
	if !ok {
		return s, nil
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(key) == 0 {
		return secret.Text{}, errKey
	}
	return secret.NewText(string(key)), nil
}

// sign returns the value of the header webhook-signature: version 1 is HMAC-SHA256.
func sign(key secret.Text, id string, timestamp int64, body []byte) string {
	mac := hmac.New(sha256.New, []byte(key.Reveal()))
	mac.Write([]byte(id + "." + strconv.FormatInt(timestamp, 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
