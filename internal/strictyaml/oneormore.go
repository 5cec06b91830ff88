package strictyaml

import "reflect"

// OneOrMore is texts of which a single one need not be written as a list.
type OneOrMore []string

// DescribeYAML says how they are written.
func (OneOrMore) DescribeYAML() string { return "text, or a list of texts" }

var oneOrMoreType = reflect.TypeFor[OneOrMore]()
