package githubfake

import (
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"
)

// Pages of a list: 30 items unless per_page says otherwise, 100 at most.
const (
	perPageDefault = 30
	perPageMost    = 100
)

// page cuts the asked page out of items and answers it, with a Link header if there are
// further ones.
func page[T any](g *GitHub, r *request, items []T, render func(T) object) answer {
	shown, _, link := cut(g, r, items)
	result := ok(list(shown, render))
	if link != "" {
		result = result.with("Link", link)
	}
	return result
}

// cut returns the asked page of items, its number, and its Link header, if it has any.
func cut[T any](g *GitHub, r *request, items []T) (shown []T, number int, link string) {
	size := min(r.queryNumber("per_page", perPageDefault), perPageMost)
	number = r.queryNumber("page", 1)
	last := max(1, (len(items)+size-1)/size)
	if number <= last {
		from := (number - 1) * size
		shown = items[from:min(from+size, len(items))]
	}
	return shown, number, g.link(r, number, last)
}

// link names the neighbours of a page, in GitHub's order.
func (g *GitHub) link(r *request, number, last int) string {
	var links []string
	add := func(to int, rel string) {
		links = append(links, fmt.Sprintf(`<%s>; rel="%s"`, g.again(r, "page", strconv.Itoa(to)), rel))
	}
	if number > 1 {
		add(min(number-1, last), "prev")
	}
	if number < last {
		add(number+1, "next")
		add(last, "last")
	}
	if number > 1 {
		add(1, "first")
	}
	return strings.Join(links, ", ")
}

// again returns the address of the request with one parameter of the query changed.
func (g *GitHub) again(r *request, name, value string) string {
	query := url.Values{}
	maps.Copy(query, r.http.URL.Query())
	query.Set(name, value)
	path := strings.TrimPrefix(r.http.URL.EscapedPath(), g.prefix)
	return g.api + path + "?" + query.Encode()
}
