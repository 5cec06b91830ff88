package history

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"strings"
)

// BlobSHA returns Git's hash of a file's content.
func BlobSHA(content string) string { return hash("blob", []byte(content)) }

// hash returns Git's hash of an object.
func hash(kind string, content []byte) string {
	sum := sha1.Sum(append(fmt.Appendf(nil, "%s %d\x00", kind, len(content)), content...))
	return hex.EncodeToString(sum[:])
}

// IsSHA says whether text is a whole hash.
func IsSHA(text string) bool { return len(text) == 40 && isHex(text) }

func isHex(text string) bool { return strings.Trim(text, "0123456789abcdef") == "" }

// commitSHA returns Git's hash of a commit.
func commitSHA(c *Commit) string {
	var text bytes.Buffer
	fmt.Fprintf(&text, "tree %s\n", c.Tree.SHA)
	for _, parent := range c.Parents {
		fmt.Fprintf(&text, "parent %s\n", parent.SHA)
	}
	fmt.Fprintf(&text, "author %s <%s> %d +0000\n", c.Author.Name, c.Author.Email, c.Author.At.Unix())
	fmt.Fprintf(&text, "committer %s <%s> %d +0000\n\n%s", c.Committer.Name, c.Committer.Email, c.Committer.At.Unix(), c.Message)
	return hash("commit", text.Bytes())
}

// treeSHA returns Git's hash of a folder with these entries.
func treeSHA(entries []Entry) string {
	var text bytes.Buffer
	for _, e := range entries {
		raw, _ := hex.DecodeString(e.SHA) // written by this package, or checked by it
		fmt.Fprintf(&text, "%s %s\x00", strings.TrimPrefix(e.Mode, "0"), e.Name)
		text.Write(raw)
	}
	return hash("tree", text.Bytes())
}
