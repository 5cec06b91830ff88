package wording

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"text/template/parse"
	"unicode/utf8"
)

// function returns what a function makes of its arguments, the last of which may come from the command before.
func (s *state) function(name string, nodes []parse.Node, last []any) (any, error) {
	if name == "and" || name == "or" {
		return s.logic(name == "and", nodes, last)
	}
	args := make([]any, 0, len(nodes)+1)
	for _, node := range nodes {
		value, err := s.value(node)
		if err != nil {
			return nil, err
		}
		args = append(args, value)
	}
	value, err := call(name, append(args, last...))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return value, nil
}

// logic returns the first argument that decides, and looks at no more.
func (s *state) logic(and bool, nodes []parse.Node, last []any) (value any, err error) {
	if len(nodes)+len(last) == 0 {
		return nil, errArguments
	}
	for _, node := range nodes {
		if value, err = s.value(node); err != nil || isTrue(value) != and {
			return value, err
		}
	}
	if len(last) > 0 {
		value = last[0]
	}
	return value, nil
}

var (
	errArguments = errors.New("it has too few arguments, or too many")
	errKinds     = errors.New("it takes texts with texts, and numbers with numbers")
)

// call calls a function that looks at all of its arguments.
func call(name string, args []any) (any, error) {
	switch name {
	case "not":
		if len(args) == 1 {
			return !isTrue(args[0]), nil
		}
	case "eq", "ne", "lt", "le", "gt", "ge":
		return compare(name, args)
	case "len", "upper", "lower", "short":
		if len(args) == 1 {
			return ofText(name, args[0])
		}
	case "default":
		if len(args) == 2 {
			if isTrue(args[1]) {
				return args[1], nil
			}
			return args[0], nil
		}
	case "slice":
		return part(args)
	}
	return nil, errArguments
}

// compare compares the first argument with the second, and for eq with any other.
func compare(name string, args []any) (any, error) {
	if len(args) < 2 || name != "eq" && len(args) > 2 {
		return nil, errArguments
	}
	for _, other := range args[1:] {
		order, err := orderOf(args[0], other)
		if err != nil {
			return nil, err
		}
		is := map[string]bool{
			"eq": order == 0, "ne": order != 0, "lt": order < 0, "le": order <= 0, "gt": order > 0, "ge": order >= 0,
		}[name]
		if is || name != "eq" {
			return is, nil
		}
	}
	return false, nil
}

func orderOf(a, b any) (int, error) {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return cmp.Compare(x, y), nil
		}
	case int:
		if y, ok := b.(int); ok {
			return cmp.Compare(x, y), nil
		}
	case bool:
		if y, ok := b.(bool); ok && x == y {
			return 0, nil
		} else if ok {
			return 1, nil
		}
	}
	return 0, errKinds
}

// ofText calls a function of one text.
func ofText(name string, arg any) (any, error) {
	text, ok := arg.(string)
	if !ok {
		return nil, errors.New("it takes a text")
	}
	switch name {
	case "len":
		return len(text), nil
	case "upper":
		return strings.ToUpper(text), nil
	case "lower":
		return strings.ToLower(text), nil
	default:
		// The first letters of a hash or of the name of a Freight.
		const most = 7
		if utf8.RuneCountInString(text) <= most {
			return text, nil
		}
		return string([]rune(text)[:most]), nil
	}
}

// part returns the bytes of a text from one place to another.
func part(args []any) (any, error) {
	if len(args) == 0 || len(args) > 3 {
		return nil, errArguments
	}
	text, ok := args[0].(string)
	if !ok {
		return nil, errors.New("it takes a text")
	}
	from, to := 0, len(text)
	for i, at := range args[1:] {
		place, isPlace := at.(int)
		if !isPlace || place < 0 || place > len(text) {
			return nil, fmt.Errorf("%v is no place in a text of %d bytes", at, len(text))
		}
		if i == 0 {
			from = place
		} else {
			to = place
		}
	}
	if from > to {
		return nil, fmt.Errorf("%d is behind %d", from, to)
	}
	return text[from:to], nil
}
