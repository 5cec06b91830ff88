package terminal

// style is how a piece of text stands out: parameters of "select graphic rendition" (ECMA-48).
type style string

const (
	bold   style = "1"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
	cyan   style = "36"
)

// pen writes in styles where there is colour, and plainly where there is none.
type pen struct {
	colour bool
}

func (p pen) in(s style, text string) string {
	if !p.colour || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}
