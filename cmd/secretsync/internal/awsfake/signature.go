package awsfake

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// authorization is the header of Signature Version 4.
var authorization = regexp.MustCompile(
	`^AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$`)

// verify says what is wrong with the signature of a request, as AWS does.
func (a *AWS) verify(r *http.Request, body []byte, service string) (code, message string) {
	parts := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if parts == nil {
		return "MissingAuthenticationTokenException", "Missing Authentication Token"
	}
	keyID, day, region, signedFor, names, signature := parts[1], parts[2], parts[3], parts[4], strings.Split(parts[5], ";"), parts[6]
	date := r.Header.Get("X-Amz-Date")
	switch {
	case keyID != a.AccessKeyID:
		return "UnrecognizedClientException", "The security token included in the request is invalid."
	case region != a.Region || signedFor != service || !strings.HasPrefix(date, day):
		return "InvalidSignatureException", "Credential should be scoped to a valid region, service and date."
	}
	for _, name := range []string{"host", "x-amz-date", "x-amz-target"} {
		if !slices.Contains(names, name) {
			return "InvalidSignatureException", "'" + name + "' must be a 'SignedHeader' in the AWS Authorization."
		}
	}
	scope := strings.Join([]string{day, region, service, "aws4_request"}, "/")
	toSign := strings.Join([]string{"AWS4-HMAC-SHA256", date, scope, sum([]byte(canonical(r, names, body)))}, "\n")
	key := []byte("AWS4" + a.SecretAccessKey)
	for _, part := range []string{day, region, service, "aws4_request"} {
		key = sign(key, part)
	}
	if subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sign(key, toSign))), []byte(signature)) != 1 {
		return "InvalidSignatureException", "The request signature we calculated does not match the signature you provided."
	}
	return "", ""
}

// canonical is a request in the form that is signed. Those of this protocol have neither a path nor a query.
func canonical(r *http.Request, names []string, body []byte) string {
	var headers strings.Builder
	for _, name := range names {
		value := strings.Join(r.Header.Values(name), ",")
		switch name {
		case "host":
			value = r.Host
		case "content-length":
			// Go keeps it out of the headers.
			value = strconv.FormatInt(r.ContentLength, 10)
		}
		headers.WriteString(name + ":" + strings.Join(strings.Fields(value), " ") + "\n")
	}
	return strings.Join([]string{r.Method, "/", "", headers.String(), strings.Join(names, ";"), sum(body)}, "\n")
}

func sum(data []byte) string {
	hash := sha256.Sum256(data)
	return hex.EncodeToString(hash[:])
}

func sign(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(text)) // never fails
	return mac.Sum(nil)
}
