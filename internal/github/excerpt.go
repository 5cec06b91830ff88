package github

import (
	"fmt"
	"sort"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// between separates blocks.
const between = "\n\n"

// elastic is what takes as much room as there is. Lengths are in characters.
type elastic interface {
	// least is how long it is if it only says how much is missing, and size if nothing is.
	least() int
	size() int
	// render returns it in at most that many characters, which are least or more.
	render(most int) string
}

// together renders pieces that share that many characters: small ones are whole, and big ones are cut to
// the same length. There has to be room for the least of each.
func together[E elastic](all []E, most int) []string {
	wanted := make([]int, len(all))
	for i, one := range all {
		wanted[i] = one.size() - one.least()
		most -= one.least()
	}
	texts := make([]string, len(all))
	for i, share := range chatops.Shares(most, wanted) {
		texts[i] = all[i].render(all[i].least() + share)
	}
	return texts
}

// lines is text of which the beginning can be shown by itself.
type lines interface {
	count() int
	// length is how many characters the first n lines come to, and text is what they are.
	length(n int) int
	text(n int) string
}

// excerpt is as many lines as there is room for. It implements elastic.
type excerpt struct{ lines }

func (e excerpt) size() int { return e.length(e.count()) }

func (e excerpt) least() int { return min(e.size(), utf8.RuneCountInString(more(e.count()))) }

func (e excerpt) render(most int) string {
	all := e.count()
	if e.size() <= most {
		return e.text(all)
	}
	room := most - len(between) - utf8.RuneCountInString(more(all))
	shown := sort.Search(all, func(n int) bool { return e.length(n+1) > room })
	if shown == 0 {
		return more(all)
	}
	return e.text(shown) + between + more(all-shown)
}

// more says how many lines are missing.
func more(missing int) string {
	return fmt.Sprintf("… and %d more %s", missing, plural(missing, "line"))
}
