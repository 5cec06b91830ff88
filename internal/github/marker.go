package github

import (
	"fmt"
	"regexp"
	"strings"
)

const (
	markerOpen  = "<!-- "
	markerClose = " -->"
)

// markerPattern is what a marker may consist of: nothing that could end an HTML comment.
var markerPattern = regexp.MustCompile(`^[A-Za-z0-9.:-]{1,200}$`)

// replyMarker marks the answer to the command on that line of a comment, counted from 0.
func replyMarker(comment int64, line int) string {
	return fmt.Sprintf("kargo-bot:reply:%d:%d", comment, line)
}

// hidden returns the HTML comment that carries a marker, or "" for something that is no marker.
func hidden(marker string) string {
	if !markerPattern.MatchString(marker) {
		return ""
	}
	return markerOpen + marker + markerClose
}

// markerOf returns the marker that a comment ends with. What else the comment says can't pose as
// one: only the last line counts, and that is ours.
func markerOf(body string) (string, bool) {
	body = strings.TrimRight(body, " \r\n")
	last := body[strings.LastIndexByte(body, '\n')+1:]
	marker, ok := strings.CutPrefix(last, markerOpen)
	if !ok {
		return "", false
	}
	marker, ok = strings.CutSuffix(marker, markerClose)
	return marker, ok && markerPattern.MatchString(marker)
}
