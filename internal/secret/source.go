package secret

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// MaxSize is the size in bytes beyond which something is not a secret but a mistake. An RSA key of
// 16,384 bits takes 13 KB.
const MaxSize = 64 << 10

// Source says where a secret is read from: exactly one of a file and an environment variable.
type Source struct {
	// File with the secret, such as one of a mounted Kubernetes Secret. One newline at its end is
	// not part of the secret. A relative path starts at the folder of the configuration file.
	File string `yaml:"file"`
	// Environment variable with the secret.
	Env string `yaml:"env"`
}

// DescribeYAML says how a Source is written. A secret itself never stands in a configuration file.
func (Source) DescribeYAML() string {
	return "a reference to a secret, {file: PATH} or {env: NAME}"
}

// String names the file or variable.
func (s Source) String() string {
	switch {
	case s.File != "":
		return "file " + s.File
	case s.Env != "":
		return "environment variable " + s.Env
	default:
		return "no source"
	}
}

// Fault is a Source that can't be used, or not safely: an error, or what Resolve warns of.
type Fault struct {
	Source Source
	// Message says what is wrong. It never contains any of the secret.
	Message string
	// Fix says what to do about it.
	Fix string
	// Err is the cause, if there is one.
	Err error
}

// Error names the source, what is wrong and the fix.
func (f *Fault) Error() string {
	return fmt.Sprintf("%s %s; %s", f.Source, f.Message, f.Fix)
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Reader reads what Sources refer to.
type Reader struct {
	// Open opens a file.
	Open func(name string) (fs.File, error)
	// LookupEnv returns the value of an environment variable, and whether it is set.
	LookupEnv func(name string) (string, bool)
}

// System reads files and environment variables of this process.
func System() Reader {
	return Reader{
		Open:      func(name string) (fs.File, error) { return os.Open(name) },
		LookupEnv: os.LookupEnv,
	}
}

// Resolve reads the secret. The error is a *Fault. A warning, nil if there is none, is about a
// secret that was read but that others can read too.
func (s Source) Resolve(r Reader) (text Text, warning *Fault, err error) {
	switch {
	case s.File != "" && s.Env != "":
		return Text{}, nil, &Fault{Source: s, Message: "is given together with environment variable " + s.Env,
			Fix: "keep one of file and env"}
	case s.File != "":
		return s.fromFile(r)
	case s.Env != "":
		text, err = s.fromEnv(r)
		return text, nil, err
	default:
		return Text{}, nil, &Fault{Source: s, Message: "is given", Fix: "set file or env"}
	}
}

func (s Source) fromEnv(r Reader) (Text, error) {
	value, ok := r.LookupEnv(s.Env)
	if !ok {
		return Text{}, &Fault{Source: s, Message: "is not set", Fix: "set it, or correct the name"}
	}
	return s.text([]byte(value))
}

func (s Source) fromFile(r Reader) (Text, *Fault, error) {
	file, err := r.Open(s.File)
	if err != nil {
		return Text{}, nil, s.unreadable(err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return Text{}, nil, s.unreadable(err)
	}
	if info.IsDir() {
		return Text{}, nil, &Fault{Source: s, Message: "is a folder", Fix: "name the file inside it"}
	}
	content, err := io.ReadAll(io.LimitReader(file, MaxSize+1))
	if err != nil {
		return Text{}, nil, s.unreadable(err)
	}
	text, err := s.text(content)
	if err != nil {
		return Text{}, nil, err
	}
	return text, s.exposure(info), nil
}

// text checks what was read, and takes one newline from its end: editors add it, tokens have none.
func (s Source) text(content []byte) (Text, error) {
	if len(content) > MaxSize {
		return Text{}, &Fault{Source: s, Message: fmt.Sprintf("holds more than %d KiB", MaxSize>>10),
			Fix: "check that it is the right one"}
	}
	if rest, ok := bytes.CutSuffix(content, []byte("\n")); ok {
		content = bytes.TrimSuffix(rest, []byte("\r"))
	}
	if len(bytes.TrimSpace(content)) == 0 {
		return Text{}, &Fault{Source: s, Message: "is empty", Fix: "put the secret into it"}
	}
	return NewText(string(content)), nil
}

// exposure warns of a file that everybody on the machine can read.
func (s Source) exposure(info fs.FileInfo) *Fault {
	const othersRead = 0o004
	mode := info.Mode()
	if !mode.IsRegular() || mode.Perm()&othersRead == 0 {
		return nil
	}
	return &Fault{Source: s, Message: fmt.Sprintf("can be read by everybody (mode %04o)", mode.Perm()),
		Fix: "chmod o= it, or mount the Kubernetes Secret with defaultMode 0440"}
}

// unreadable explains an error of the file system.
func (s Source) unreadable(err error) *Fault {
	fault := &Fault{Source: s, Err: err}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		fault.Message, fault.Fix = "does not exist", "create or mount it, or correct the path"
	case errors.Is(err, fs.ErrPermission):
		fault.Message, fault.Fix = "must not be read by this user", "let the user that runs the bot read it"
	default:
		fault.Message, fault.Fix = "can't be read: "+reason(err), "check the path"
	}
	return fault
}

// reason is the cause without the path, which the message names already.
func reason(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	return strings.ToValidUTF8(err.Error(), "?")
}
