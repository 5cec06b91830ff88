package resolve

import (
	"fmt"
	"time"
)

// cause is why something could not be read: all that is ever kept of an error, as stores like to repeat in theirs what
// they were asked for, and some what they would have answered.
type cause int

const (
	unexpected cause = iota
	// These are about a source as a whole: nothing else is asked of it.
	refused
	unresolved
	unreachable
	late
	stopped
	untrusted
	plaintext
	anonymous
	unauthenticated
	unprintable
	throttled
	unavailable
	noFile
	noAccess
	noRegularFile
	largeFile
	undecryptable
	unencrypted
	tampered
	otherKeys
	noVariables
	// These are about one document.
	denied
	missing
	unset
	tooLarge
	misaddressed
)

// String names the cause for metrics and for whoever debugs.
func (c cause) String() string {
	if c < 0 || int(c) >= len(causes) {
		return causes[unexpected]
	}
	return causes[c]
}

var causes = [...]string{
	"unexpected", "refused", "unresolved", "unreachable", "late", "stopped", "untrusted", "plaintext", "anonymous",
	"unauthenticated", "unprintable", "throttled", "unavailable", "no file", "no access", "no regular file",
	"large file", "undecryptable", "unencrypted", "tampered", "other keys", "no variables", "denied", "missing", "unset", "too large", "misaddressed",
}

// fault is an error that is safe to show: it holds nothing but its cause.
type fault struct{ cause cause }

func (f *fault) Error() string { return f.cause.String() }

// whole reports whether there is no use in asking the source for anything else.
func (f *fault) whole() bool { return f.cause > unexpected && f.cause < denied }

// subject is what a fault is told of.
type subject struct {
	backend backend
	// source is how people know the store: "Vault vault.acme.dev:8200".
	source string
	// document is the path of what was asked for.
	document string
	timeout  time.Duration
}

// words say what is wrong and how it is put right.
func (f *fault) words(s subject) string {
	if f.whole() {
		return s.source + " " + f.ofSource(s)
	}
	switch f.cause {
	case denied:
		return fmt.Sprintf("%s does not let this program read %s; %s", s.source, s.document, s.backend.allow)
	case missing:
		return fmt.Sprintf("%s has nothing at %s; put the secret there, or correct the reference", s.source, s.document)
	case unset:
		return fmt.Sprintf("%s is not set; set it, or correct the name", s.name())
	case tooLarge:
		return fmt.Sprintf("%s of %s has more than %d MiB; check that it is the right one", s.document, s.source, maxDocument>>20)
	case misaddressed:
		return fmt.Sprintf("%s has no such kind of path as %s; correct the reference", s.source, s.document)
	default:
		return fmt.Sprintf("%s answered something unexpected when asked for %s; run `secretsync validate` to check the reference, and look into the store's own log", s.source, s.document)
	}
}

func (f *fault) ofSource(s subject) string {
	switch f.cause {
	case refused:
		return "refuses connections; check its address and port, and that it runs"
	case unresolved:
		return "has a name that DNS does not know; correct the address, or the DNS of this cluster"
	case unreachable:
		return "can't be reached, or broke off; check the network and its policies"
	case late:
		return fmt.Sprintf("did not answer within %s; check that it is well and can be reached from here, or raise timeout", s.timeout)
	case stopped:
		return "was not waited for, as the pass was stopped; the next one asks again"
	case untrusted:
		return "has a certificate that is not trusted here, or not for its name; mount its CA, and name it in SSL_CERT_FILE (VAULT_CACERT and BAO_CACERT for these)"
	case plaintext:
		return "does not speak TLS at this address; correct the port, or write the address with http:// if that is meant"
	case anonymous:
		return "is not asked, as nothing here says who this program is; " + s.backend.login
	case unauthenticated:
		return "does not accept who this program says it is; " + s.backend.login
	case unprintable:
		return "can't be sent its token, as that has a character that none has, such as a line break at its end; take it out of the file or variable"
	case throttled:
		return "has been asked too often and refuses to answer for a while; raise interval if that goes on"
	case unavailable:
		return "is not able to answer: it is sealed, starting, or out of order; look after it"
	default:
		return f.ofFile(s)
	}
}

func (f *fault) ofFile(s subject) string {
	switch f.cause {
	case noFile:
		return "does not exist; create or mount it, or correct the path"
	case noAccess:
		return "must not be read by this program; " + s.backend.allow
	case noRegularFile:
		return "is a folder, or something else that is not a file; name the file inside it"
	case largeFile:
		return fmt.Sprintf("has more than %d MiB; check that it is the right one", maxDocument>>20)
	case undecryptable:
		return "can't be decrypted, as none of its keys is here; " + s.backend.login + ", or add this program's key to it with `sops updatekeys`"
	case noVariables:
		return "has something else than NAME=value in it, or quotes that shells disagree about; run `secretsync import --env-file` on it, which says where"
	case otherKeys:
		return "is encrypted with other keys than those of age, for which this program would have to log in wherever the file says; encrypt it for age alone: take the others out of .sops.yaml, and run `sops updatekeys` on it"
	case unencrypted:
		return "is not encrypted by SOPS; encrypt it, or write ref+file:// if it is not meant to be"
	default:
		return "was changed without SOPS, as its checksum does not fit; restore it, and change it with `sops edit`"
	}
}
