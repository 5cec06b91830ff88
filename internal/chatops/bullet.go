package chatops

import "strings"

// Bullet begins a line of a section that is an item of a list. Before it stand two spaces for each list
// that the item's own list is in.
const Bullet = "• "

// CutBullet returns a line without its bullet, and how many lists its own is in; false if it begins with
// none.
func CutBullet(line Text) (rest Text, level int, ok bool) {
	if len(line) == 0 || line[0].Kind != SpanPlain {
		return line, 0, false
	}
	after := strings.TrimLeft(line[0].Text, " ")
	spaces := len(line[0].Text) - len(after)
	if after, ok = strings.CutPrefix(after, Bullet); !ok {
		return line, 0, false
	}
	return append(Text{Plain(after)}, line[1:]...), spaces / 2, true
}

// HasBullets reports whether a section's lines have items with bullets among them.
func (s Section) HasBullets() bool {
	for _, line := range s.Lines {
		if _, _, ok := CutBullet(line); ok {
			return true
		}
	}
	return false
}
