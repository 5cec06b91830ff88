package credentials

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"regexp"
	"strconv"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// The functions here make of a value what Kargo takes, or say why it can't be right. They never say what it is.

// trimmed takes the line ends off that editors and shells leave behind a token.
func trimmed(s string) string { return strings.TrimRight(s, "\r\n") }

func wrong(message, fix string) *Fault { return &Fault{Message: message, Fix: fix} }

// shapeAnything takes any value that fits.
func shapeAnything(s string) (string, *Fault) {
	switch {
	case s == "":
		return "", wrong("is empty", "put the value there")
	case len(s) > secret.MaxSize:
		return "", wrong("is larger than 64 KiB", "check that it is the right one")
	}
	return s, nil
}

// shapeToken takes what is sent in one line of a request: a password, token or ID.
func shapeToken(s string) (string, *Fault) {
	s = trimmed(s)
	if _, fault := shapeAnything(s); fault != nil {
		return "", fault
	}
	switch {
	case strings.TrimSpace(s) == "":
		return "", wrong("is blank", "put the value there")
	case strings.Contains(s, "\n"):
		return "", wrong("has more than one line", "name the key within the document, such as #/token, or store the token alone")
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == '\x7f' }):
		return "", wrong("contains a control character", "store it anew")
	}
	return s, nil
}

func shapeUsername(s string) (string, *Fault) {
	s, fault := shapeToken(s)
	if fault == nil && strings.Contains(s, ":") {
		return "", wrong("contains a colon, where a username ends when it is sent", "store username and password apart")
	}
	return s, fault
}

// shapeNumber takes an ID of GitHub, which Kargo reads as a number.
func shapeNumber(s string) (string, *Fault) {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseInt(s, 10, 64); err != nil || n <= 0 {
		return "", wrong("is not a number", "take it from the App's settings at GitHub, where IDs are numbers")
	}
	return s, nil
}

// awsRegion and awsKeyID are the shapes that AWS documents; of the ID it says "16 to 128 characters".
var (
	awsRegion = regexp.MustCompile(`^[a-z]{2,3}(-[a-z]+)+-[0-9]$`)
	awsKeyID  = regexp.MustCompile(`^[A-Z0-9]{16,128}$`)
)

func shapeRegion(s string) (string, *Fault) {
	s = strings.TrimSpace(s)
	if !awsRegion.MatchString(s) {
		return "", wrong("is not a region of AWS", "write one such as eu-west-3")
	}
	return s, nil
}

func shapeAccessKey(s string) (string, *Fault) {
	s = strings.TrimSpace(s)
	switch {
	case !awsKeyID.MatchString(s):
		return "", wrong("is not the ID of an access key", "write one such as AKIAIOSFODNN7EXAMPLE")
	case strings.HasPrefix(s, "ASIA"):
		return "", wrong("is of a temporary key, which needs a session token that Kargo has no place for",
			"make a key of an IAM user, or let Kargo have a role (IRSA or Pod Identity)")
	}
	return s, nil
}

// shapeAppKey takes a GitHub App's key: RSA in PEM, or base64 of that.
func shapeAppKey(s string) (string, *Fault) {
	const fix = "store the whole file that GitHub gave, from -----BEGIN to the end"
	text, fault := keyText(s)
	if fault != nil {
		return "", fault
	}
	if decoded, err := base64.StdEncoding.DecodeString(text); err == nil {
		text = string(decoded)
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return "", wrong("is not a private key in PEM", fix)
	}
	if _, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return text, nil
	}
	if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		if _, ok := key.(*rsa.PrivateKey); ok {
			return text, nil
		}
	}
	return "", wrong("is in PEM, but no RSA private key", fix)
}

// keyText is what keys have in common: one newline at the end, which OpenSSH insists on, and real ones inside.
func keyText(s string) (string, *Fault) {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	if _, fault := shapeAnything(s); fault != nil {
		return "", fault
	}
	if strings.Contains(s, `-----\n`) {
		return "", wrong(`has its line ends written as \n`, "store it with real line ends")
	}
	return s + "\n", nil
}

func shapeSSHKey(s string) (string, *Fault) {
	text, fault := keyText(s)
	if fault != nil {
		return "", fault
	}
	block, _ := pem.Decode([]byte(text))
	switch {
	case block == nil || !strings.HasSuffix(block.Type, "PRIVATE KEY"):
		return "", wrong("is not a private key in PEM or OpenSSH's format", "store the whole file, from -----BEGIN to the end")
	case isEncrypted(block):
		return "", wrong("is protected by a passphrase, which Kargo has no place for", "make a key without one: ssh-keygen -N ''")
	}
	return text, nil
}

// isEncrypted reports whether it takes a passphrase to use a key. In OpenSSH's own format, the name of the cipher
// comes first (PROTOCOL.key in OpenSSH's source).
func isEncrypted(block *pem.Block) bool {
	const magic = "openssh-key-v1\x00"
	rest, ok := bytes.CutPrefix(block.Bytes, []byte(magic))
	if ok {
		return !bytes.HasPrefix(rest, []byte("\x00\x00\x00\x04none"))
	}
	return strings.HasPrefix(block.Type, "ENCRYPTED") || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED")
}

// shapeServiceAccount takes the JSON of a service account's key, or base64 of it, and gives base64.
func shapeServiceAccount(s string) (string, *Fault) {
	s = strings.TrimSpace(s)
	if _, fault := shapeAnything(s); fault != nil {
		return "", fault
	}
	if decoded, err := base64.StdEncoding.DecodeString(s); err == nil {
		s = strings.TrimSpace(string(decoded))
	}
	const fix = "store the whole JSON file that Google gave"
	var key struct {
		Type       string `json:"type"`
		Email      string `json:"client_email"`
		PrivateKey string `json:"private_key"`
	}
	if err := json.Unmarshal([]byte(s), &key); err != nil {
		return "", wrong("is not JSON", fix)
	}
	if key.Type != "service_account" || key.Email == "" || key.PrivateKey == "" {
		return "", wrong("is JSON, but no key of a service account", fix)
	}
	return base64.StdEncoding.EncodeToString([]byte(s)), nil
}
