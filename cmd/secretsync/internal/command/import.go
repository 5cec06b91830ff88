package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// keyInReference is what stands for the name of a variable in --reference.
const keyInReference = "{KEY}"

func newImport() *cobra.Command {
	var s source
	var reference, output string
	cmd := &cobra.Command{
		Use:   "import --env-file FILE",
		Short: "Write the declaration of the accounts in the guide's .env",
		Long: `Write the declaration that gives the same Secrets as the deployment guide's apply-secrets.sh makes of
its .env. The values stay where they are, unless --reference says where they are to be; putting them
there is up to you.`,
		Example: `  secretsync import --env-file kargo/.env -f kargo/config.yaml -o credentials.yaml
  secretsync import --env-file kargo/.env -n microsvcs --reference 'ref+vault://kv/kargo#/{KEY}'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if s.envFile == "" {
				return errors.New("say with --env-file where the accounts are")
			}
			if reference != "" && !strings.Contains(reference, keyInReference) {
				return fmt.Errorf("--reference has no %s, which stands for the name of each variable", keyInReference)
			}
			name, err := seenFrom(output, s.envFile)
			if err != nil {
				return err
			}
			imported, err := s.imported(name, referenceTo(reference))
			if err != nil {
				return err
			}
			for _, warning := range imported.Warnings {
				writeLine(cmd.ErrOrStderr(), "warning: "+warning.Error())
			}
			if output == "" {
				_, err := cmd.OutOrStdout().Write(imported.YAML)
				return err //nolint:wrapcheck // it is of the standard output
			}
			return writeNew(output, imported.YAML)
		},
	}
	s.flags(cmd)
	cmd.Flags().StringVar(&reference, "reference", "", "where the value of a variable is to be: a `REFERENCE` with "+keyInReference+" in it")
	cmd.Flags().StringVarP(&output, "output", "o", "", "the `FILE` to write, which must not exist yet; default: standard output")
	return cmd
}

// referenceTo returns a function that writes a variable into a reference; nil if there is none.
func referenceTo(reference string) func(string) string {
	if reference == "" {
		return nil
	}
	return func(key string) string { return strings.ReplaceAll(reference, keyInReference, key) }
}

// seenFrom returns the path of a file as it is written in the declaration, whose folder is where it starts. Without a
// declaration's file, that is this folder.
func seenFrom(declaration, file string) (string, error) {
	if declaration == "" || filepath.IsAbs(file) {
		return file, nil
	}
	from, err := filepath.Abs(filepath.Dir(declaration))
	if err != nil {
		return "", errors.New("the folder of the declaration is not found")
	}
	to, err := filepath.Abs(file)
	if err != nil {
		return "", errors.New("the file with the accounts is not found")
	}
	path, err := filepath.Rel(from, to)
	if err != nil {
		return to, nil //nolint:nilerr // there is no relative path, so the other one
	}
	return filepath.ToSlash(path), nil
}

// writeNew writes a file that is not there yet.
func writeNew(name string, data []byte) error {
	const mode = 0o644 // there are no secrets in it
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists already: remove it, or give another name", name)
	}
	if err != nil {
		return fmt.Errorf("%s can't be written: check that its folder exists, and that you may write there", name)
	}
	_, err = file.Write(data)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("%s could not be written to its end: check that there is room for it", name)
	}
	return nil
}
