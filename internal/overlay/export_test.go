package overlay

import (
	"bytes"
	"context"
)

// Rendered returns what an overlay renders to as it is, an object a line.
func Rendered(ctx context.Context, tree Tree, dir string) (string, error) {
	w := &walk{tree: tree, files: map[string][]byte{}, raw: map[string][]byte{}, largest: map[string]int{}}
	if err := w.all(ctx, dir); err != nil {
		return "", err
	}
	objects, err := render(ctx, w.files, dir)
	if err != nil {
		return "", err
	}
	var all bytes.Buffer
	for _, o := range objects {
		all.Write(o.json)
		all.WriteByte('\n')
	}
	return all.String(), nil
}
