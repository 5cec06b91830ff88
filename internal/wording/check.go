package wording

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/davidaparicio/kargo-bot/internal/nearest"
)

// allowed are the functions that templates may use: none of these makes a text out of others, so that it grows with
// each use.
var allowed = set("and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "len", "slice", "upper", "lower", "short", "default")

func set(words ...string) map[string]bool {
	s := map[string]bool{}
	for _, word := range words {
		s[word] = true
	}
	return s
}

// fields are the names of the fields of Data.
var fields = set(slices.Collect(func(yield func(string) bool) {
	for f := range reflect.TypeFor[Data]().Fields() {
		if !yield(f.Name) {
			return
		}
	}
})...)

// check returns what a template uses that it must not, or that there is not.
func check(node parse.Node) *Problem {
	switch n := node.(type) {
	case *parse.ListNode:
		return checkList(n)
	case *parse.ActionNode:
		return check(n.Pipe)
	case *parse.IfNode:
		return checkBranch(&n.BranchNode)
	case *parse.WithNode:
		return checkBranch(&n.BranchNode)
	case *parse.PipeNode:
		return checkPipe(n)
	case *parse.ChainNode:
		return check(n.Node)
	case *parse.FieldNode:
		return checkWord("."+n.Ident[0], n.Ident[0], fields, "the fields are")
	case *parse.VariableNode:
		if len(n.Ident) > 1 && n.Ident[0] == "$" {
			return checkWord("$."+n.Ident[1], n.Ident[1], fields, "the fields are")
		}
	case *parse.IdentifierNode:
		return checkWord(n.Ident, n.Ident, allowed, "the functions are")
	case *parse.RangeNode, *parse.TemplateNode, *parse.BreakNode, *parse.ContinueNode:
		return &Problem{Message: fmt.Sprintf("%.40q is not available here", node.String()), Fix: "use if and with"}
	}
	return nil
}

func checkList(list *parse.ListNode) *Problem {
	if list == nil {
		return nil
	}
	for _, node := range list.Nodes {
		if problem := check(node); problem != nil {
			return problem
		}
	}
	return nil
}

func checkBranch(branch *parse.BranchNode) *Problem {
	if problem := check(branch.Pipe); problem != nil {
		return problem
	}
	if problem := checkList(branch.List); problem != nil {
		return problem
	}
	return checkList(branch.ElseList)
}

func checkPipe(pipe *parse.PipeNode) *Problem {
	for _, command := range pipe.Cmds {
		for _, argument := range command.Args {
			if problem := check(argument); problem != nil {
				return problem
			}
		}
	}
	return nil
}

// checkWord returns what is wrong with a word that is none of those known.
func checkWord(shown, word string, known map[string]bool, these string) *Problem {
	if known[word] {
		return nil
	}
	words := slices.Sorted(maps.Keys(known))
	fix := these + " " + strings.Join(words, ", ")
	if guess, ok := nearest.Word(word, words); ok {
		fix = fmt.Sprintf("did you mean %s?", strings.TrimSuffix(shown, word)+guess)
	}
	return &Problem{Message: fmt.Sprintf("names %.60q, which is not known", shown), Fix: fix}
}
