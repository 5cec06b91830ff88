package credentials

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// checkNamespace reports a name that no namespace can have.
func checkNamespace(doc *strictyaml.Document, path strictyaml.Path, name string) {
	if name == "" {
		doc.Report(path, "is empty", "write the namespace's name, or remove it")
		return
	}
	checkName(doc, path, name, validation.IsDNS1123Label, "63 lower-case letters, digits and hyphens")
}

// checkSecretName reports a name that no Secret can have.
func checkSecretName(doc *strictyaml.Document, path strictyaml.Path, name string) {
	if name != "" {
		checkName(doc, path, name, validation.IsDNS1123Subdomain, "253 lower-case letters, digits, hyphens and dots")
	}
}

func checkName(doc *strictyaml.Document, path strictyaml.Path, name string, faults func(string) []string, rule string) {
	if len(faults(name)) == 0 {
		return
	}
	if looksSecret(name) {
		doc.Report(path, secretInFileMessage, secretInFileFix)
		return
	}
	fix := "use at most " + rule + ", with a letter or digit at either end"
	if plain := plainName.Replace(strings.ToLower(name)); len(faults(plain)) == 0 {
		fix = "write " + plain
	}
	doc.Report(path, fmt.Sprintf("%s is not a name that Kubernetes takes", quote(name)), fix)
}

// plainName replaces what people commonly write in names that Kubernetes doesn't take.
var plainName = strings.NewReplacer("_", "-", " ", "-")
