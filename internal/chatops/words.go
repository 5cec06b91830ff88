package chatops

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxLine is the longest command in characters. A reason of a thousand characters still fits.
const MaxLine = 2000

func tooLong(line string) bool {
	return len(line) > MaxLine*utf8.UTFMax || utf8.RuneCountInString(line) > MaxLine
}

// word is a piece of a command line. A quoted word is never an option.
type word struct {
	text   string
	quoted bool
}

// option returns what follows the hyphens of an option. Phones and Slack turn two hyphens into a dash.
func (w word) option() (name string, ok bool) {
	if w.quoted {
		return "", false
	}
	for _, hyphens := range []string{"--", "—", "–"} {
		if name, ok := strings.CutPrefix(w.text, hyphens); ok {
			return name, true
		}
	}
	return "", false
}

// isDashed reports whether a word has the one hyphen of options elsewhere: nothing else begins so.
func (w word) isDashed() bool { return !w.quoted && len(w.text) > 1 && w.text[0] == '-' }

// quotes maps an opening quotation mark to its closing one. Phones and Slack turn straight quotes
// into curly ones as people type.
var quotes = map[rune]rune{'"': '"', '\'': '\'', '“': '”', '”': '”', '„': '“', '‘': '’', '«': '»'}

// splitWords cuts a line into words at white space; quotation marks keep white space together. It
// reports false if a quotation is not closed.
func splitWords(line string) ([]word, bool) {
	var words []word
	var b strings.Builder
	var closing rune
	inWord, quoted := false, false
	for _, r := range line {
		switch {
		case closing != 0 && (r == closing || closing == '”' && r == '"'):
			closing = 0
		case closing != 0:
			b.WriteRune(r)
		case !inWord && quotes[r] != 0, inWord && strings.HasSuffix(b.String(), "=") && quotes[r] != 0:
			// Inside a word an apostrophe is an apostrophe, except after --reason=.
			closing, inWord = quotes[r], true
			quoted = quoted || b.Len() == 0
		case unicode.IsSpace(r):
			if inWord {
				words = append(words, word{b.String(), quoted})
				b.Reset()
				inWord, quoted = false, false
			}
		default:
			inWord = true
			b.WriteRune(r)
		}
	}
	if inWord {
		words = append(words, word{b.String(), quoted})
	}
	return words, closing == 0
}
