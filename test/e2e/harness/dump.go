package harness

import (
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// dump writes objects for the person who reads a failure, without what nobody reads.
func dump[O client.Object](objects []O) string {
	const most = 8
	var out strings.Builder
	for i, object := range objects {
		if i == most {
			out.WriteString("… and more\n")
			break
		}
		shown := object.DeepCopyObject().(O)
		shown.SetManagedFields(nil)
		text, err := yaml.Marshal(shown)
		if err != nil {
			text = []byte(err.Error())
		}
		out.WriteString("---\n" + string(text))
	}
	if out.Len() == 0 {
		return "(there are none)"
	}
	return out.String()
}
