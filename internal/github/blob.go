package github

import (
	"context"
	"crypto/sha1" //nolint:gosec // Git names files by it
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/davidaparicio/kargo-bot/internal/github/recall"
)

// maxBlob is how large a file may be that is read, in bytes.
const maxBlob = 1 << 20

// TooLargeError says that a file is larger than what is read.
type TooLargeError struct {
	Path string
	// Bytes is how large it is.
	Bytes int64
}

// Error implements error.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the file has %d bytes, and is read up to %d", e.Bytes, maxBlob)
}

// blobBody is a file as GitHub hands it out:
// https://docs.github.com/en/rest/git/blobs#get-a-blob
type blobBody struct {
	Content  string `json:"content"`
	Encoding string `json:"encoding"`
}

// blob returns what is in a file. It is asked for once: its hash says what is in it, and is checked.
func (s *Source) blob(ctx context.Context, repo repository, file treeFile) ([]byte, error) {
	if file.size > maxBlob {
		return nil, &TooLargeError{Path: file.path, Bytes: file.size}
	}
	ask := conditional(s, read{repo: repo, path: "git/blobs/" + file.blob}, func(body *blobBody, _ arrived) (recall.Answer[[]byte], error) {
		content, err := body.decode()
		if err != nil || blobHash(content) != file.blob {
			return recall.Answer[[]byte]{}, errMalformed
		}
		return recall.Answer[[]byte]{Value: content, Size: len(content), Fresh: recall.Forever}, nil
	})
	return find(ctx, s, repo, "blob "+file.blob, ask)
}

func (b *blobBody) decode() ([]byte, error) {
	switch b.Encoding {
	case "base64":
		return base64.StdEncoding.DecodeString(b.Content) // skips line breaks
	case "utf-8":
		return []byte(b.Content), nil
	default:
		return nil, errMalformed
	}
}

// blobHash returns the hash by which Git names a file of that content.
func blobHash(content []byte) string {
	sum := sha1.New() //nolint:gosec // see above
	_, _ = sum.Write([]byte("blob " + strconv.Itoa(len(content)) + "\x00"))
	_, _ = sum.Write(content)
	return hex.EncodeToString(sum.Sum(nil))
}
