package githubfake

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Rules for the JSON web token of an app, and GitHub's words for breaking them:
// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
const (
	jwtLife = 10 * time.Minute
	// jwtSkew is how far GitHub lets the clocks differ.
	jwtSkew = time.Minute

	jwtUndecodable = "A JSON web token could not be decoded"
	jwtExpired     = "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
	jwtTooLong     = "'Expiration time' claim ('exp') is too far in the future"
	jwtFuture      = "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
	jwtNoIssuer    = "Missing 'issuer' claim ('iss') in assertion"
	jwtStranger    = "Integration not found"
)

// claims are those that GitHub reads. Issuer may be a number or a string.
type claims struct {
	Issuer   any          `json:"iss"`
	IssuedAt *json.Number `json:"iat"`
	Expires  *json.Number `json:"exp"`
}

// checkJWT refuses a token that does not prove that the caller is the app.
func (g *GitHub) checkJWT(text string) *answer {
	unauthorized := func(message string) *answer {
		refused := refuse(http.StatusUnauthorized, rootDocs, message)
		return &refused
	}
	signed, content, ok := g.app.decodeJWT(text)
	if !ok {
		return unauthorized(jwtUndecodable)
	}
	if content.Issuer == nil {
		return unauthorized(jwtNoIssuer)
	}
	if !g.app.issued(content.Issuer) {
		refused := refuse(http.StatusNotFound, rootDocs, jwtStranger)
		return &refused
	}
	if !signed {
		return unauthorized(jwtUndecodable)
	}
	now := g.now()
	issued, ok := moment(content.IssuedAt)
	if !ok || issued.After(now.Add(jwtSkew)) {
		return unauthorized(jwtFuture)
	}
	expires, ok := moment(content.Expires)
	switch {
	case !ok || !expires.After(now):
		return unauthorized(jwtExpired)
	case expires.After(now.Add(jwtLife)):
		return unauthorized(jwtTooLong)
	}
	return nil
}

// decodeJWT reads the claims and says whether one of the app's keys signed them. The
// keys never change, so no lock is needed.
func (a *app) decodeJWT(text string) (signed bool, content claims, ok bool) {
	payload, signature, _ := cutLast(text, ".")
	head, body, _ := strings.Cut(payload, ".")
	var header struct {
		Algorithm string `json:"alg"`
	}
	if !decodePart(head, &header) || header.Algorithm != "RS256" || !decodePart(body, &content) {
		return false, claims{}, false
	}
	given, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		return false, claims{}, false
	}
	digest := sha256.Sum256([]byte(payload))
	for _, key := range a.keys {
		if rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], given) == nil {
			return true, content, true
		}
	}
	return false, content, true
}

// issued says whether an issuer is the app: its id or its client id.
func (a *app) issued(issuer any) bool {
	id := strconv.FormatInt(a.id, 10)
	switch v := issuer.(type) {
	case string:
		return v == id || v == a.clientID
	case float64:
		return v == float64(a.id)
	}
	return false
}

func decodePart(text string, into any) bool {
	data, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && json.Unmarshal(data, into) == nil
}

// moment reads a claim in whole seconds: GitHub refuses fractions.
func moment(claim *json.Number) (time.Time, bool) {
	if claim == nil {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(claim.String(), 10, 64)
	return time.Unix(seconds, 0), err == nil
}

func cutLast(text, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(text, separator); i >= 0 {
		return text[:i], text[i+len(separator):], true
	}
	return text, "", false
}
