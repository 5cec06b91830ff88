package directory

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// problem says what is wrong with a file or a folder, and what to do.
func problem(file string, err error) error {
	p := strictyaml.Problem{File: file, Message: "can't be read or written", Fix: "check the path"}
	switch {
	case errors.Is(err, fs.ErrPermission):
		p.Message, p.Fix = "must not be read or written by this user", "change its permissions, or choose another folder"
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, fs.ErrExist):
		p.Message, p.Fix = "is no folder, or one of the folders that it is in is none", "choose another folder"
	case errors.Is(err, syscall.EISDIR):
		p.Message, p.Fix = "is a folder, and a file is to be there", "remove it, or choose another folder"
	case errors.Is(err, syscall.ENOSPC):
		p.Message, p.Fix = "does not fit on the disk", "make room on it"
	case errors.Is(err, syscall.EROFS):
		p.Message, p.Fix = "is on a file system that can't be written to", "choose another folder"
	}
	return p
}
