package resolve

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/getsops/sops/v3"
	vault "github.com/hashicorp/vault/api"
	openbao "github.com/openbao/openbao/api/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// classify finds what kind of error it is, and forgets the error: first by its type, then, as most of vals' providers
// keep only the text, by phrases of the clients. Whatever the text says, what comes out is one of our causes.
func classify(err error) *fault {
	if own, ok := errors.AsType[*fault](err); ok {
		return own
	}
	for _, look := range []func(error) cause{ofNetwork, ofStore, ofText} {
		if c := look(err); c != unexpected {
			return &fault{cause: c}
		}
	}
	return &fault{cause: unexpected}
}

func ofNetwork(err error) cause {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return unresolved
	}
	if isTLS(err) {
		return untrusted
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return late
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return late
	case errors.Is(err, syscall.ECONNREFUSED):
		return refused
	case errors.Is(err, http.ErrSchemeMismatch):
		return plaintext
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH),
		errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return unreachable
	}
	return unexpected
}

func isTLS(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}
	_, ok := errors.AsType[x509.HostnameError](err)
	return ok
}

// ofStore knows the types of clients whose errors vals hands on.
func ofStore(err error) cause {
	if e, ok := errors.AsType[*vault.ResponseError](err); ok {
		return ofHashiCorp(e.StatusCode, e.Errors)
	}
	if e, ok := errors.AsType[*openbao.ResponseError](err); ok {
		return ofHashiCorp(e.StatusCode, e.Errors)
	}
	if e, ok := errors.AsType[*azcore.ResponseError](err); ok {
		return ofStatus(e.StatusCode)
	}
	if _, ok := errors.AsType[*azidentity.AuthenticationFailedError](err); ok {
		return unauthenticated
	}
	if errors.Is(err, sops.MetadataNotFound) {
		return unencrypted
	}
	if s, ok := status.FromError(err); ok {
		return ofGRPC(s.Code())
	}
	return unexpected
}

// ofHashiCorp tells a token that is not valid, which ends it for every document, from a policy that is about one: both
// are 403.
func ofHashiCorp(code int, messages []string) cause {
	if code == http.StatusForbidden {
		for _, message := range messages {
			if strings.Contains(message, "invalid token") || strings.Contains(message, "token not found") ||
				strings.Contains(message, "bad token") || strings.Contains(message, "missing client token") {
				return unauthenticated
			}
		}
		return denied
	}
	if code == http.StatusBadRequest {
		for _, message := range messages {
			if strings.Contains(message, "missing client token") {
				return anonymous
			}
		}
	}
	return ofStatus(code)
}

// ofStatus goes by what HTTP means by a status.
func ofStatus(code int) cause {
	switch {
	case code == http.StatusUnauthorized:
		return unauthenticated
	case code == http.StatusForbidden:
		return denied
	case code == http.StatusNotFound, code == http.StatusGone:
		return missing
	case code == http.StatusTooManyRequests:
		return throttled
	case code >= http.StatusInternalServerError && code <= 599:
		return unavailable
	}
	return unexpected
}

func ofGRPC(code codes.Code) cause {
	switch code {
	case codes.PermissionDenied:
		return denied
	case codes.NotFound:
		return missing
	case codes.Unauthenticated:
		return unauthenticated
	case codes.ResourceExhausted:
		return throttled
	case codes.Unavailable, codes.Internal:
		return unavailable
	case codes.DeadlineExceeded:
		return late
	case codes.InvalidArgument:
		return misaddressed
	default:
		return unexpected
	}
}

// ofText goes by phrases that clients write, and by the status in them.
func ofText(err error) cause {
	text := err.Error()
	if login.MatchString(text) {
		// Vault's and OpenBao's answer to it. A role that is not known is 400, a mount that is not there 404.
		if c := ofStatus(statusOf(text)); c == throttled || c == unavailable {
			return c
		}
		return unauthenticated
	}
	for _, p := range phrases {
		if strings.Contains(text, p.phrase) {
			return p.cause
		}
	}
	return ofStatus(statusOf(text))
}

func statusOf(text string) int {
	if found := statusIn.FindStringSubmatch(text); found != nil {
		code, err := strconv.Atoi(found[1])
		if err == nil {
			return code
		}
	}
	return 0
}

// login is how vals wraps an answer to the login.
var login = regexp.MustCompile(`Cannot create (Vault|OpenBao) Client: Error making API request`)

// statusIn is how clients write the status of an answer: Vault "Code: 403.", AWS "StatusCode: 400", Doppler "Status
// Code: 401.", 1Password Connect "status 401:".
var statusIn = regexp.MustCompile(`(?i)(?:status ?code|code|status|http):? (\d{3})\b`)
