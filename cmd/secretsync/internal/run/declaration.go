package run

import "bytes"

// declaration follows a file's content. A file that is looked at is better than one that is watched: Kubernetes swaps
// symlinks two levels above it, editors replace it, and not all file systems tell.
type declaration struct {
	read  func() ([]byte, error)
	parse func(data []byte) (Plan, error)

	inForce []byte
	// candidate was there at the last look. It is taken when it still is at the next: nobody writes that slowly, and
	// half a declaration may well be a valid one of fewer Secrets, of which the others would be pruned.
	candidate []byte
	// problem is what was wrong at the last look, so that it is told once.
	problem string
}

// first reads and takes what is there. The error is for people.
func (d *declaration) first() (Plan, error) {
	data, err := d.read()
	if err != nil {
		return Plan{}, err
	}
	plan, err := d.parse(data)
	if err != nil {
		return Plan{}, err
	}
	d.inForce = data
	return plan, nil
}

// look returns the plan of a new declaration, if there is one, and a problem that there was not at the last look.
func (d *declaration) look() (plan *Plan, problem string) {
	data, err := d.read()
	if err != nil {
		d.candidate = nil
		return nil, d.wrong(err)
	}
	if bytes.Equal(data, d.inForce) {
		d.candidate, d.problem = nil, ""
		return nil, ""
	}
	if d.candidate == nil || !bytes.Equal(data, d.candidate) {
		d.candidate = data
		return nil, ""
	}
	next, err := d.parse(data)
	if err != nil {
		return nil, d.wrong(err)
	}
	d.inForce, d.candidate, d.problem = data, nil, ""
	return &next, ""
}

// valid reports whether what is in force is what is in the file.
func (d *declaration) valid() bool { return d.problem == "" }

func (d *declaration) wrong(err error) string {
	if d.problem == err.Error() {
		return ""
	}
	d.problem = err.Error()
	return d.problem
}
