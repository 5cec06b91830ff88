package strictyaml

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"go.yaml.in/yaml/v3"
)

// MaxSize is the size in bytes beyond which a file is not read: Kubernetes stores no larger
// ConfigMap.
const MaxSize = 1 << 20

// maxValues bounds the values in a document. Aliases count each time they are used, so that a few
// lines can't unfold into billions.
const maxValues = 100_000

// ReadFile reads a file of at most MaxSize bytes. The error is a Problem.
func ReadFile(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, MaxSize+1))
	if err != nil {
		return nil, unreadable(name, err)
	}
	if len(data) > MaxSize {
		p := tooLarge()
		p.File = name
		return nil, p
	}
	return data, nil
}

func unreadable(name string, err error) Problem {
	var cause *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Problem{File: name, Message: "no such file", Fix: "create it, or correct the path"}
	case errors.Is(err, fs.ErrPermission):
		return Problem{File: name, Message: "the file must not be read by this user", Fix: "change its permissions"}
	case errors.As(err, &cause):
		err = cause.Err
	}
	return Problem{File: name, Message: "the file can't be read: " + err.Error(), Fix: "check the path"}
}

func tooLarge() Problem {
	return Problem{Message: fmt.Sprintf("the file is larger than %d KiB", MaxSize>>10), Fix: "check that it is the right one"}
}

// parse returns the value of the one document in data.
func parse(data []byte) (root *yaml.Node, problem *Problem) {
	if len(data) > MaxSize {
		p := tooLarge()
		return nil, &p
	}
	// The parser says itself that it panics where it finds a mistake of its own.
	defer func() {
		if recover() != nil {
			root, problem = nil, &Problem{Message: "the YAML can't be parsed", Fix: "write it in a simpler way"}
		}
	}()
	lines := &lineReader{rest: data}
	decoder := yaml.NewDecoder(lines)
	var document, second yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, emptyFile()
	case err != nil:
		return nil, syntax(lines, err)
	}
	if len(document.Content) != 1 || isNull(document.Content[0]) {
		return nil, emptyFile()
	}
	switch err := decoder.Decode(&second); {
	case errors.Is(err, io.EOF):
		return document.Content[0], nil
	case err != nil:
		return nil, syntax(lines, err)
	default:
		return nil, &Problem{Line: second.Line, Column: second.Column,
			Message: "a second document begins here", Fix: "keep one document a file, without ---"}
	}
}

func emptyFile() *Problem {
	return &Problem{Message: "the file is empty", Fix: "check that it is the right one"}
}
