package slack

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// hooksHost is where Slack's response_urls are.
const hooksHost = "hooks.slack.com"

// maxResponseURL bounds a response_url, in bytes. Slack's have about 90.
const maxResponseURL = 1024

// keyPurpose separates the key for response_urls from all other uses of the signing secret.
const keyPurpose = "kargo-bot: response_url, v1"

// Errors of the Sealer. None of them tells anything of the URL.
var (
	errResponseURL = errors.New("not a response_url of Slack")
	errNotSealed   = errors.New("not sealed by this bot for this request")
)

// Sealer encrypts response_urls, so that they can wait in an object's annotation: whoever has one can
// speak as the app for half an hour. The key is derived from the signing secret, which every replica
// has, and a sealed URL opens only for the channel and the person that it was sealed for.
type Sealer struct {
	// ciphers seal with the first and open with any.
	ciphers []cipher.AEAD
	allowed func(*url.URL) bool
}

// NewSealer returns a Sealer. The first signing secret seals, all open; apiURL is the base URL of the
// Web API: besides Slack's own, response_urls on its host are accepted, and on "hooks." + its host,
// as GovSlack has it.
func NewSealer(signingSecrets []secret.Text, apiURL string) (*Sealer, error) {
	if apiURL == "" {
		apiURL = DefaultURL
	}
	base, err := url.Parse(apiURL)
	if err != nil || base.Host == "" {
		return nil, errors.New("slack: the URL of the API must be absolute")
	}
	if len(signingSecrets) == 0 {
		return nil, errors.New("slack: no signing secret")
	}
	s := &Sealer{allowed: func(u *url.URL) bool {
		return u.Scheme == "https" && (u.Host == hooksHost || u.Host == "hooks."+base.Host) ||
			u.Scheme == base.Scheme && u.Host == base.Host
	}}
	for _, signing := range signingSecrets {
		if signing.Empty() {
			return nil, errors.New("slack: a signing secret is empty")
		}
		aead, err := newCipher(signing)
		if err != nil {
			return nil, fmt.Errorf("slack: derive a key from the signing secret: %w", err)
		}
		s.ciphers = append(s.ciphers, aead)
	}
	return s, nil
}

func newCipher(signing secret.Text) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, []byte(signing.Reveal()), nil, keyPurpose, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Seal encrypts the response_url of a request made at that moment in that place. It refuses a URL
// that does not lead to Slack, since the bot will call it.
func (s *Sealer) Seal(responseURL string, origin v1alpha1.SlackOrigin, at time.Time) (string, error) {
	if err := s.check(responseURL); err != nil {
		return "", err
	}
	said := strconv.FormatInt(at.Unix(), 10) + " " + responseURL
	sealed := s.ciphers[0].Seal(nil, nil, []byte(said), purposeOf(origin)) //nolint:gosec // G407: the cipher draws the nonce itself
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Open returns a sealed response_url and when it was received.
func (s *Sealer) Open(sealed string, origin v1alpha1.SlackOrigin) (responseURL string, at time.Time, err error) {
	encrypted, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return "", time.Time{}, errNotSealed
	}
	for _, aead := range s.ciphers {
		opened, err := aead.Open(nil, nil, encrypted, purposeOf(origin))
		if err != nil {
			continue
		}
		stamp, responseURL, _ := strings.Cut(string(opened), " ")
		seconds, err := strconv.ParseInt(stamp, 10, 64)
		if err != nil || s.check(responseURL) != nil {
			return "", time.Time{}, errNotSealed
		}
		return responseURL, time.Unix(seconds, 0), nil
	}
	return "", time.Time{}, errNotSealed
}

func (s *Sealer) check(responseURL string) error {
	if len(responseURL) > maxResponseURL {
		return errResponseURL
	}
	u, err := url.Parse(responseURL)
	if err != nil || u.User != nil || u.Opaque != "" || u.Fragment != "" || !s.allowed(u) {
		return errResponseURL
	}
	return nil
}

// purposeOf binds a sealed URL to where and for whom it may speak: an annotation that is copied to
// another object opens nothing.
func purposeOf(o v1alpha1.SlackOrigin) []byte {
	return []byte(o.Team + "/" + o.Channel + "/" + o.User)
}
