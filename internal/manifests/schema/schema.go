// Package schema has the JSON schema of pipeline files, by which editors complete and check them. It says the same as
// the types of package manifests and their comments, from which it is made; what is not a matter of shape, such as two
// Stages of one name, only reading the file tells.
package schema

import _ "embed"

//go:embed pipeline.schema.json
var pipeline []byte

// JSON returns the schema: draft 2020-12, with a description for each field.
func JSON() []byte { return pipeline }
