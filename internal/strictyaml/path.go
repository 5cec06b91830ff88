package strictyaml

import (
	"strconv"
	"strings"
)

// Path says where in a document something stands: slack.teams[0]. The empty Path is the document.
type Path string

// Key returns the path of a field or of an entry of a map. A name that is not a plain word is
// quoted: environments["a.b"].
func (p Path) Key(name string) Path {
	switch {
	case !isWord(name):
		return p + Path("["+strconv.Quote(name)+"]")
	case p == "":
		return Path(name)
	default:
		return p + "." + Path(name)
	}
}

// Index returns the path of an element of a list, counted from 0.
func (p Path) Index(i int) Path {
	return p + Path("["+strconv.Itoa(i)+"]")
}

// parent returns the path of what the path is in.
func (p Path) parent() Path {
	// Quotation marks inside a quoted key are escaped, so that [" is where the last one begins.
	cut := strings.LastIndexByte(string(p), '.')
	switch {
	case strings.HasSuffix(string(p), `"]`):
		cut = strings.LastIndex(string(p), `["`)
	case strings.HasSuffix(string(p), `]`):
		cut = strings.LastIndexByte(string(p), '[')
	}
	return p[:max(cut, 0)]
}

func isWord(s string) bool {
	for _, r := range s {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '_', r == '-':
		default:
			return false
		}
	}
	return s != ""
}
