package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// What hosts answer means the same wherever they are asked.

func works(at target) Finding {
	return Finding{Verdict: Works, Message: at.host + " accepts it for " + at.name() + "."}
}

// judge returns what an answer other than a success means.
func judge(at target, response *http.Response) Finding {
	status := response.StatusCode
	switch {
	case throttled(response):
		return unreachable(at, "does not want to be asked so often", "It is tried again later.")
	case status == http.StatusUnauthorized:
		return Finding{Verdict: Refused, Message: fmt.Sprintf(
			"%s refuses it (HTTP 401): it is wrong, has expired or was revoked. Make a new one and put it into the store.", at.host)}
	case status == http.StatusForbidden:
		return Finding{Verdict: Refused, Message: fmt.Sprintf(
			"%s does not let it read %s (HTTP 403). Give it the right to read there, or put another one into the store.", at.host, at.name())}
	case status == http.StatusNotFound:
		return unreachable(at, "shows no "+at.name()+" (HTTP 404)",
			"Either that does not exist, or the credential has no right to read it.")
	case status >= 300 && status < 400:
		return unreachable(at, fmt.Sprintf("sends on to another address (HTTP %d)", status),
			"A credential is not sent there. Declare that address if it is the right one.")
	case status >= 500:
		return unreachable(at, fmt.Sprintf("is out of order (HTTP %d)", status), "It is tried again later.")
	default:
		return unreachable(at, fmt.Sprintf("answers something unexpected (HTTP %d)", status), "Check the URL of the repository.")
	}
}

// throttled reports whether an answer is about how often is asked, for which GitHub takes 403, too.
func throttled(response *http.Response) bool {
	return response.StatusCode == http.StatusTooManyRequests ||
		response.StatusCode == http.StatusForbidden &&
			(response.Header.Get("X-Ratelimit-Remaining") == "0" || response.Header.Get("Retry-After") != "")
}

func unreachable(at target, what, then string) Finding {
	return Finding{Verdict: Unreachable, Message: fmt.Sprintf("Whether it works is not known: %s %s. %s", at.host, what, then)}
}

// failed returns what it means that there was no answer.
func failed(at target, err error) Finding {
	const network = "Check the name, the network policies and the proxy."
	timeout, isTimeout := errors.AsType[net.Error](err)
	_, isDNS := errors.AsType[*net.DNSError](err)
	_, isConnection := errors.AsType[*net.OpError](err)
	_, isRequest := errors.AsType[*url.Error](err)
	_, isCertificate := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case isDNS:
		return unreachable(at, "is not found (DNS)", network)
	case isCertificate:
		return unreachable(at, "has a certificate that is not trusted", "Add its authority to the image, or correct the host.")
	case errors.Is(err, context.DeadlineExceeded), isTimeout && timeout.Timeout():
		return unreachable(at, fmt.Sprintf("does not answer within %s", deadline), network)
	case !isConnection && errors.Is(err, errPlain):
		return unreachable(at, "wants an unencrypted connection", "A credential is not sent over one unless its declared URL begins with http://.")
	case isConnection, isRequest:
		return unreachable(at, "can't be reached", network)
	default:
		return unreachable(at, "answers in a way that is not understood", "Check the URL of the repository.")
	}
}
