package github

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"hash"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// signature is the SHA-256 HMAC of a body.
type signature [sha256.Size]byte

// parseSignature reads the value of X-Hub-Signature-256: "sha256=" and 64 hexadecimal digits.
func parseSignature(header string) (s signature, ok bool) {
	digits, ok := strings.CutPrefix(header, "sha256=")
	if !ok || len(digits) != hex.EncodedLen(len(s)) {
		return s, false
	}
	_, err := hex.Decode(s[:], []byte(digits))
	return s, err == nil
}

// verifier computes the HMACs of one body, one for each secret. While a secret is being rotated
// there are two, and every body is hashed twice.
type verifier struct {
	hashes []hash.Hash
	sum    [sha256.Size]byte
}

func newVerifier(secrets []secret.Text) *verifier {
	v := &verifier{hashes: make([]hash.Hash, len(secrets))}
	for i, text := range secrets {
		v.hashes[i] = hmac.New(sha256.New, []byte(text.Reveal()))
	}
	return v
}

// reset makes the verifier ready for the next body. The key's own blocks are not hashed again.
func (v *verifier) reset() {
	for _, h := range v.hashes {
		h.Reset()
	}
}

// add takes the next part of the body.
func (v *verifier) add(part []byte) {
	for _, h := range v.hashes {
		_, _ = h.Write(part) // never fails, says hash.Hash
	}
}

// accepts reports whether the signature was made with one of the secrets, in constant time.
func (v *verifier) accepts(s signature) bool {
	accepted := 0
	for _, h := range v.hashes {
		accepted |= subtle.ConstantTimeCompare(h.Sum(v.sum[:0]), s[:])
	}
	return accepted == 1
}

// checkSecrets refuses what would let in anybody: no secret, or an empty one.
func checkSecrets(secrets []secret.Text) error {
	if len(secrets) == 0 {
		return errors.New("no webhook secret: without one, anybody could give commands")
	}
	for _, text := range secrets {
		if text.Empty() {
			return errors.New("a webhook secret is empty: with it, anybody could give commands")
		}
	}
	return nil
}
