package credentials

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// ImportOptions say what a file with variables does not.
type ImportOptions struct {
	// File is the name of the file with variables, as references are to have it.
	File string
	// Namespace of the Secrets.
	Namespace string
	// GitRepo is the repository that the Git credential is for. All of GitHub if empty.
	GitRepo string
	// Repositories that Kargo is known to use, for the File.
	Repositories []Repository
	// Reference says where the value of a variable is to be. If nil, it stays in the file.
	Reference func(variable string) string
}

// Import is what a file with variables comes to as a declaration.
type Import struct {
	// YAML is the content of a file that Parse takes.
	YAML []byte
	// File is what Parse makes of it, with the Repositories.
	File *File
	// Warnings are about variables that nothing was made of.
	Warnings strictyaml.Problems
}

// account is a pair of variables of the deployment guide's .env, and the credential that its apply-secrets.sh makes of
// it.
type account struct {
	name     string
	typ      Type
	username string
	// tokens are the names that the other variable goes by. The guide has had several.
	tokens []string
	regex  string
}

// accounts are those of the guide, in its order.
var accounts = []account{
	{"github-creds", TypeGit, "GITHUB_USERNAME", []string{"GITHUB_PAT", "GITHUB_TOKEN"}, `^https://github\.com/`},
	{"quay-creds", TypeImage, "QUAY_USERNAME", []string{"QUAY_PASSWORD", "QUAY_TOKEN", "QUAY_PAT"}, `^quay\.io/`},
	{"dockerhub-creds", TypeImage, "DOCKERHUB_USERNAME", []string{"DOCKERHUB_PAT", "DOCKERHUB_PASSWORD", "DOCKERHUB_TOKEN"}, dockerHub},
}

// ImportEnv makes a declaration of the content of a file with variables. The error is strictyaml.Problems.
func ImportEnv(data []byte, o ImportOptions) (*Import, error) {
	env, err := ParseEnv(o.File, data)
	if err != nil {
		return nil, err
	}
	i := &importer{env: env, ImportOptions: o, used: map[string]bool{}}
	if i.Reference == nil {
		i.Reference = func(variable string) string { return scheme + "envfile://" + o.File + "#/" + variable }
	}
	for _, a := range accounts {
		i.account(a)
	}
	i.rest()
	if len(i.entries) == 0 && len(i.problems) == 0 {
		i.problem("", "there is none of GITHUB_PAT, QUAY_PASSWORD and DOCKERHUB_PAT in it", "fill it as the guide's kargo/.env.example is")
	}
	if err := i.problems.Err(); err != nil {
		return nil, err
	}
	yaml := i.yaml()
	file, err := Parse("the declaration", yaml)
	if err != nil {
		return nil, i.refused(err)
	}
	return &Import{YAML: yaml, File: NewFile(file.Namespace, &file.Declaration, o.Repositories, file.Warnings), Warnings: i.warnings}, nil
}

// refused explains why the declaration would be wrong: a reference, a username or the namespace is.
func (i *importer) refused(err error) error {
	var problems strictyaml.Problems
	if !errors.As(err, &problems) {
		return err
	}
	for n := range problems {
		problems[n].File, problems[n].Line, problems[n].Column = i.File, 0, 0
	}
	return problems
}

// importer goes through the accounts.
type importer struct {
	ImportOptions

	env      *Env
	used     map[string]bool
	entries  []entry
	problems strictyaml.Problems
	warnings strictyaml.Problems
}

// entry is a credential to be written.
type entry struct {
	account

	user, reference string
	repoURL         string // instead of the account's regex
}

func (i *importer) problem(name, message, fix string) {
	i.problems = append(i.problems, i.at(name, message, fix))
}

func (i *importer) warn(name, message, fix string) {
	i.warnings = append(i.warnings, i.at(name, message, fix))
}

func (i *importer) at(name, message, fix string) strictyaml.Problem {
	p := strictyaml.Problem{File: i.File, Line: i.env.lines[name], Path: strictyaml.Path(name), Message: message, Fix: fix}
	p.Column = min(p.Line, 1)
	return p
}

// account makes an entry of a pair of variables, if it is there.
func (i *importer) account(a account) {
	var tokens []string
	for _, name := range a.tokens {
		if i.given(name) {
			tokens = append(tokens, name)
		}
	}
	hasUser := i.given(a.username)
	switch {
	case len(tokens) == 0 && !hasUser:
		return
	case len(tokens) == 0:
		i.problem(a.username, "is there without a token", "add "+a.tokens[0]+", or remove the line")
		return
	case !hasUser:
		i.problem(tokens[0], "is there without a username", "add "+a.username)
		return
	case len(tokens) > 1:
		i.problem(tokens[1], "is there beside "+tokens[0], "remove the one that is out of date")
		return
	}
	user, _ := i.env.Lookup(a.username)
	name, fault := shapeUsername(user.Reveal())
	switch {
	case fault != nil:
		i.problem(a.username, fault.Message, "correct it")
		return
	case looksSecret(name):
		i.problem(a.username, "looks like a token", "write the username there, and the token into "+tokens[0])
		return
	}
	e := entry{account: a, user: name, reference: i.Reference(tokens[0])}
	if a.typ == TypeGit {
		i.git(&e)
	}
	i.entries = append(i.entries, e)
}

// given reports whether a variable has a value that somebody has filled in.
func (i *importer) given(name string) bool {
	value, ok := i.env.Lookup(name)
	if !ok {
		return false
	}
	i.used[name] = true
	text := strings.ToLower(value.Reveal())
	if strings.Contains(text, "your_") && strings.HasSuffix(text, "_here") {
		i.problem(name, "still has the text of the example", "write the real value, or remove the line")
		return false
	}
	if strings.TrimSpace(text) == "" {
		i.warn(name, "is empty, and left out", "fill it, or remove the line")
		return false
	}
	return true
}

// git narrows the Git credential to the repository that is known, if it can be used with it.
func (i *importer) git(e *entry) {
	switch normal := Normalize(TypeGit, i.GitRepo); {
	case strings.HasPrefix(normal, "https://"), strings.HasPrefix(normal, "http://"):
		e.repoURL = i.GitRepo
	case i.GitRepo != "":
		i.warn(e.tokens[0], "is of no use with the pipeline's gitRepo, which is an SSH URL", "write gitRepo as an https URL")
	}
}

// rest tells of variables that nothing is made of.
func (i *importer) rest() {
	for _, name := range i.env.Names() {
		if !i.used[name] {
			i.warn(name, "is not one that the guide has, and is left out", "declare what it is for by hand, if Kargo needs it")
		}
	}
	slices.SortStableFunc(i.warnings, func(a, b strictyaml.Problem) int { return cmp.Compare(a.Line, b.Line) })
	slices.SortStableFunc(i.problems, func(a, b strictyaml.Problem) int { return cmp.Compare(a.Line, b.Line) })
}
