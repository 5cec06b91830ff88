package resolve

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// path is where a file is: from the declaration's folder on, unless it says from the root.
func (r *Resolver) path(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(r.options.Dir, path)
}

// readable says why a file can't be read, or should not be.
func readable(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &fault{cause: noFile}
	case errors.Is(err, fs.ErrPermission):
		return &fault{cause: noAccess}
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return &fault{cause: noRegularFile}
	case info.Size() > maxDocument:
		return &fault{cause: largeFile}
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return &fault{cause: noAccess}
	}
	if err != nil {
		return err
	}
	return file.Close()
}

// environment is the store of `ref+env://NAME`.
type environment struct {
	lookup func(name string) (string, bool)
}

func (e environment) read(_ context.Context, ref reference) (content, error) {
	text, ok := e.lookup(ref.path)
	if !ok {
		return content{}, &fault{cause: unset}
	}
	if ref.keys == nil {
		return content{text: text}, nil
	}
	c, tooLarge := parsed(text, false)
	if tooLarge != nil {
		return content{}, tooLarge
	}
	return c, nil
}

// envFile is the store of `ref+envfile://PATH#/NAME`.
type envFile struct{ resolver *Resolver }

func (e envFile) read(_ context.Context, ref reference) (content, error) {
	path := e.resolver.path(ref.path)
	if err := readable(path); err != nil {
		return content{}, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return content{}, err
	}
	return variables(path, string(data))
}

// variables parses lines of NAME=value. What is wrong with them, `secretsync import` says, line by line.
func variables(path, text string) (content, error) {
	env, err := credentials.ParseEnv(path, []byte(text))
	if err != nil {
		return content{}, &fault{cause: noVariables}
	}
	tree := map[string]any{}
	for _, name := range env.Names() {
		value, _ := env.Lookup(name)
		tree[name] = value.Reveal()
	}
	// The names are not told: what looks like one may be a line of a key that somebody has not put in quotes.
	return content{tree: tree}, nil
}
