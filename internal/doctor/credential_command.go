package doctor

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// The commands about values of Secrets are for every POSIX shell. Each goes on only if what came before it worked and
// gave something, as a value that is overwritten by nothing is lost. They run in a shell of their own, and hand values on by
// its own printf and standard input: so they are in no variable, history or list of processes afterwards.
const (
	// echoAgain has what is typed shown again, however the command ends.
	echoAgain = "trap 'exit 1' INT TERM && trap 'stty echo 2>/dev/null || :' EXIT"
	// noEcho does not show what is typed. Where there is no terminal, nothing is shown anyway.
	noEcho = "{ stty -echo 2>/dev/null || :; }"
)

// chained joins the parts of a command that need one another.
func chained(parts ...string) string { return "(" + strings.Join(parts, " &&\n") + ")" }

// asked are the parts of a command that ask for a value and keep it in a variable.
func asked(prompt, variable string, hidden bool) []string {
	read := fmt.Sprintf("IFS= read -r %[1]s && [ -n \"$%[1]s\" ]", variable)
	if hidden {
		read = noEcho + " && " + read + " && echo >&2"
	}
	return []string{fmt.Sprintf("printf '%%s: ' %s >&2 && %s", shell(prompt), read)}
}

// encodedAs is the part of a command that encodes the value of a variable as Secrets have it.
func encodedAs(variable, encoded string) string {
	return fmt.Sprintf(`%[2]s=$(printf %%s "$%[1]s" | base64 | tr -d '\n') && [ -n "$%[2]s" ]`, variable, encoded)
}

// stored64 is the part of a command that puts an encoded value into a Secret.
func stored64(namespace, name, key, variable string) string {
	return fmt.Sprintf(`printf '{"data":{"%%s":"%%s"}}' %s "$%s" | kubectl -n %s patch secret %s --type=merge --patch-file=/dev/stdin`,
		key, variable, namespace, name)
}

// askedFor is a command that asks for the value of a key and stores it.
func askedFor(namespace, name, key string) string {
	parts := append([]string{echoAgain}, asked(key, "VALUE", true)...)
	return chained(append(parts, encodedAs("VALUE", "VALUE"), stored64(namespace, name, key, "VALUE"))...)
}

// trimmed is a command that takes the line break off the end of a value.
func trimmed(namespace, name, key string) string {
	return chained(
		fmt.Sprintf(`VALUE=$(kubectl -n %s get secret %s -o jsonpath='{.data.%s}')`, namespace, name, key),
		// $(…) takes line feeds off the end.
		`VALUE=$(printf %s "$VALUE" | base64 -d) && VALUE=$(printf %s "$VALUE" | tr -d '\r') && [ -n "$VALUE" ]`,
		encodedAs("VALUE", "VALUE"),
		stored64(namespace, name, key, "VALUE"))
}

// created is a command that asks for username and token, and makes a Secret with them that Kargo sees.
func created(namespace string, t credentials.Type, url string) string {
	if shell(url) == untypable {
		return ""
	}
	// One object, so that there is no Secret that Kargo passes over if the last step fails.
	head, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Secret",
		"metadata":   map[string]any{"namespace": namespace, "name": secretName(url), "labels": map[string]string{credentials.LabelType: string(t)}},
		"stringData": map[string]string{credentials.KeyRepoURL: url},
	})
	if err != nil {
		return ""
	}
	parts := append([]string{echoAgain}, asked("Username", "NAME", false)...)
	parts = append(parts, asked("Token", "TOKEN", true)...)
	return chained(append(parts, encodedAs("NAME", "NAME"), encodedAs("TOKEN", "TOKEN"),
		fmt.Sprintf(`printf '%%s,"data":{"%s":"%%s","%s":"%%s"}}' %s "$NAME" "$TOKEN" | kubectl create -f -`,
			credentials.KeyUsername, credentials.KeyPassword, shell(strings.TrimSuffix(string(head), "}"))))...)
}
