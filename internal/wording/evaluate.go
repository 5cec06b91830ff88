package wording

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"text/template/parse"
)

// template is what text/template/parse has read, and check has approved.
//
// It is filled in here and not by text/template, which looks methods up by their names: a program with that keeps
// all methods of all its types, and the bot would be a third larger and take a third more memory.
type template struct {
	root *parse.ListNode
}

// state is a template that is being filled in. A value is a string, an int or a bool, or Data.
type state struct {
	out  *bounded
	root Data
	dot  any
	// variables are those that are in scope, the last first of those with one name.
	variables []variable
}

type variable struct {
	name  string
	value any
}

// execute fills the template in.
func (t *template) execute(out *bounded, data Data) error {
	s := &state{out: out, root: data, dot: data}
	return s.list(t.root)
}

func (s *state) list(list *parse.ListNode) error {
	if list == nil {
		return nil
	}
	for _, node := range list.Nodes {
		if err := s.node(node); err != nil {
			return err
		}
	}
	return nil
}

func (s *state) node(node parse.Node) error {
	switch n := node.(type) {
	case *parse.TextNode:
		_, _ = s.out.Write(n.Text)
		return nil
	case *parse.ActionNode:
		value, err := s.pipe(n.Pipe)
		if err != nil || len(n.Pipe.Decl) > 0 {
			return err
		}
		text, err := shown(value)
		_, _ = s.out.Write([]byte(text))
		return err
	case *parse.IfNode:
		return s.branch(&n.BranchNode, false)
	case *parse.WithNode:
		return s.branch(&n.BranchNode, true)
	default:
		return fmt.Errorf("%.40q is not available here", node.String())
	}
}

// branch goes one way or the other. With "with", what was asked for is what the dot is there.
func (s *state) branch(branch *parse.BranchNode, with bool) error {
	dot, scope := s.dot, len(s.variables)
	defer func() { s.dot, s.variables = dot, s.variables[:scope] }()
	value, err := s.pipe(branch.Pipe)
	if err != nil {
		return err
	}
	if !isTrue(value) {
		return s.list(branch.ElseList)
	}
	if with {
		s.dot = value
	}
	return s.list(branch.List)
}

// pipe returns what comes out of a pipeline, and remembers it under the name that it declares.
func (s *state) pipe(pipe *parse.PipeNode) (any, error) {
	var value any
	for i, command := range pipe.Cmds {
		var last []any
		if i > 0 {
			last = []any{value}
		}
		var err error
		if value, err = s.command(command, last); err != nil {
			return nil, err
		}
	}
	for _, declared := range pipe.Decl {
		s.variables = append(s.variables, variable{declared.Ident[0], value})
	}
	return value, nil
}

// command returns the value of a command. last is what the one before it has come to, if there is one.
func (s *state) command(command *parse.CommandNode, last []any) (any, error) {
	if function, ok := command.Args[0].(*parse.IdentifierNode); ok {
		return s.function(function.Ident, command.Args[1:], last)
	}
	if len(command.Args) > 1 || len(last) > 0 {
		return nil, fmt.Errorf("%.40q takes no arguments", command.Args[0].String())
	}
	return s.value(command.Args[0])
}

func (s *state) value(node parse.Node) (any, error) {
	switch n := node.(type) {
	case *parse.DotNode:
		return s.dot, nil
	case *parse.FieldNode:
		return fieldOf(s.dot, n.Ident)
	case *parse.VariableNode:
		return s.variable(n)
	case *parse.PipeNode:
		return s.pipe(n)
	case *parse.IdentifierNode:
		return s.function(n.Ident, nil, nil)
	case *parse.StringNode:
		return n.Text, nil
	case *parse.BoolNode:
		return n.True, nil
	case *parse.NumberNode:
		if n.IsInt {
			return int(n.Int64), nil
		}
	}
	return nil, fmt.Errorf("%.40q is no value here", node.String())
}

func (s *state) variable(n *parse.VariableNode) (any, error) {
	if n.Ident[0] == "$" {
		return fieldOf(s.root, n.Ident[1:])
	}
	for _, v := range slices.Backward(s.variables) {
		if v.name == n.Ident[0] {
			return fieldOf(v.value, n.Ident[1:])
		}
	}
	return nil, fmt.Errorf("%s is not declared", n.Ident[0])
}

// fieldOf returns the field of a value that a name leads to: only Data has any.
func fieldOf(value any, names []string) (any, error) {
	for _, name := range names {
		data, ok := value.(Data)
		if !ok {
			return nil, fmt.Errorf(".%s is a field of what the message is about: write $.%s here", name, name)
		}
		value = reflect.ValueOf(data).FieldByName(name).Interface()
	}
	return value, nil
}

// isTrue reports whether a value is not empty.
func isTrue(value any) bool {
	switch v := value.(type) {
	case string:
		return v != ""
	case int:
		return v != 0
	case bool:
		return v
	default:
		return true
	}
}

// shown writes a value.
func shown(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case int:
		return strconv.Itoa(v), nil
	case bool:
		return strconv.FormatBool(v), nil
	default:
		return "", errors.New("all of it can't be shown: name a field")
	}
}
