package github

import (
	"crypto/sha256"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/cache"
)

const (
	// maxRemarks bounds the comments whose text is remembered, at about 200 bytes each: more than there are
	// pull requests that are followed.
	maxRemarks = 10_000
	// remarkFresh is for how long it is believed that a comment says what it did.
	remarkFresh = 24 * time.Hour
)

// remarks remembers what comments of the App's own say, so that none is edited to what it says already. It is
// safe for concurrent use.
type remarks struct {
	known *cache.LRUExpireCache // ID -> hash of the text
}

func newRemarks() *remarks { return &remarks{known: cache.NewLRUExpireCache(maxRemarks)} }

// says reports whether it is known that a comment has that text.
func (r *remarks) says(id int64, body string) bool {
	known, ok := r.known.Get(id)
	return ok && known == hashOf(body)
}

// note remembers what a comment says.
func (r *remarks) note(id int64, body string) { r.known.Add(id, hashOf(body), remarkFresh) }

// forget is for a comment of which it is not known what it says.
func (r *remarks) forget(id int64) { r.known.Remove(id) }

// hashOf returns the hash of a text, in whichever way its lines are ended.
func hashOf(body string) [sha256.Size]byte {
	return sha256.Sum256([]byte(strings.TrimSpace(strings.ReplaceAll(body, "\r\n", "\n"))))
}
