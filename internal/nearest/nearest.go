// Package nearest answers "did you mean?": which of the words that are known was probably meant by
// one that is not. It only ever suggests; nothing may act on a guess.
package nearest

import (
	"strings"
	"unicode/utf8"
)

// MaxWord is the length in runes beyond which a word is compared with nothing. It bounds the work
// that foreign input can cause.
const MaxWord = 64

// minPrefix is the length from which the beginning of a candidate suggests the whole, and minStem
// the one from which a candidate is suggested for a word that goes on after it.
const (
	minPrefix = 3
	minStem   = 4
)

// Word returns the candidate that word was probably meant to be: one that differs in case only, or
// by about one typing mistake for every three letters (a letter missing, added, wrong, or swapped
// with its neighbour), or the only one that begins with word or that word begins with. Of candidates as near as one another,
// one with the same first letter wins, then the first. It reports false if nothing is near.
func Word(word string, candidates []string) (string, bool) {
	length := utf8.RuneCountInString(word)
	if length == 0 || length > MaxWord {
		return "", false
	}
	var (
		folded = []rune(strings.ToLower(word))
		best   = mistakes(length) + 1
		found  string
		first  bool // found begins with the same letter as word
	)
	for _, candidate := range candidates {
		if n := utf8.RuneCountInString(candidate); n == 0 || n > MaxWord {
			continue
		}
		other := []rune(strings.ToLower(candidate))
		if abs(len(other)-len(folded)) > best {
			continue
		}
		d, sameFirst := distance(folded, other), other[0] == folded[0]
		// As many mistakes as letters means that the two have nothing in common.
		if d >= len(folded) {
			continue
		}
		if d < best || d == best && found != "" && sameFirst && !first {
			best, found, first = d, candidate, sameFirst
		}
	}
	if found == "" {
		return onlyPrefixed(word, candidates)
	}
	return found, true
}

// mistakes is how many typing mistakes a word of that many letters may contain.
func mistakes(length int) int {
	return max(1, length/3)
}

// onlyPrefixed returns the one candidate that begins with word, or that word begins with.
func onlyPrefixed(word string, candidates []string) (string, bool) {
	length := utf8.RuneCountInString(word)
	word = strings.ToLower(word)
	found := ""
	for _, candidate := range candidates {
		n := utf8.RuneCountInString(candidate)
		if n > MaxWord {
			continue
		}
		other := strings.ToLower(candidate)
		begins := length >= minPrefix && strings.HasPrefix(other, word)
		if goesOn := n >= minStem && strings.HasPrefix(word, other); !begins && !goesOn {
			continue
		}
		if found != "" && found != candidate {
			return "", false
		}
		found = candidate
	}
	return found, found != ""
}

// distance is the Damerau-Levenshtein distance in its restricted form (optimal string alignment):
// the least number of letters to insert, delete, replace or swap with their neighbour.
func distance(a, b []rune) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := above[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			row[j] = min(above[j]+1, row[j-1]+1, replaced)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
