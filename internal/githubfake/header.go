package githubfake

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
)

// apiVersions are those that a client may ask for; the first is used otherwise.
// https://docs.github.com/en/rest/about-the-rest-api/api-versions
var apiVersions = [...]string{"2022-11-28", "2026-03-10"}

const versionHeader = "X-GitHub-Api-Version"

// checkHeaders refuses what GitHub refuses before it looks at anything else.
func checkHeaders(r *request) *answer {
	header := r.http.Header
	if header.Get("User-Agent") == "" {
		refused := refuse(http.StatusForbidden, rootDocs,
			"Request forbidden by administrative rules. Please make sure your request has a User-Agent header.")
		return &refused
	}
	if version := header.Get(versionHeader); version != "" && !slices.Contains(apiVersions[:], version) {
		refused := refuse(http.StatusBadRequest, "https://docs.github.com/rest/about-the-rest-api/api-versions",
			"The API version '"+version+"' is not supported. Supported: "+strings.Join(apiVersions[:], ", ")+".")
		return &refused
	}
	if accept := strings.Join(header.Values("Accept"), ","); !acceptable(accept, r.op) {
		refused := refuse(http.StatusUnsupportedMediaType, "https://docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api#media-types",
			"Unsupported 'Accept' header: '"+accept+"'. Must accept 'application/json'.")
		return &refused
	}
	return nil
}

// acceptable says whether one of the media types is one that the fake can answer: JSON,
// GitHub's JSON, and the old previews of it. The rendered bodies (.html, .text, .full)
// and the formats that are no JSON are not, but for those that the operation has.
func acceptable(accept string, op *operation) bool {
	if accept == "" {
		return true
	}
	for media := range strings.SplitSeq(accept, ",") {
		media, _, _ = strings.Cut(strings.TrimSpace(media), ";")
		switch media {
		case "*/*", "application/*", "application/json", "application/vnd.github":
			return true
		}
		kind, isGitHub := strings.CutPrefix(media, "application/vnd.github")
		if !isGitHub {
			continue
		}
		kind = strings.TrimPrefix(strings.TrimSuffix(kind, "+json"), ".v3")
		if op != nil && kind != "" && slices.Contains(op.media, kind[1:]) {
			return true
		}
		if kind == "" || kind == ".raw" || strings.HasSuffix(kind, "-preview") {
			return true
		}
	}
	return false
}

// wants says whether the client asks for one of the operation's own formats, like "sha":
// application/vnd.github.sha, also with .v3 in it and +json at its end.
func (r *request) wants(format string) bool {
	for media := range strings.SplitSeq(strings.Join(r.http.Header.Values("Accept"), ","), ",") {
		media, _, _ = strings.Cut(strings.TrimSpace(media), ";")
		kind, isGitHub := strings.CutPrefix(strings.TrimSuffix(media, "+json"), "application/vnd.github.")
		if isGitHub && strings.TrimPrefix(kind, "v3.") == format {
			return true
		}
	}
	return false
}

func versionOf(r *http.Request) string {
	if version := r.Header.Get(versionHeader); version != "" {
		return version
	}
	return apiVersions[0]
}

// conditional gives a GET's answer its ETag, and makes it 304 if the client named that.
func conditional(r *request, result answer) answer {
	if r.http.Method != http.MethodGet || result.status != http.StatusOK {
		return result
	}
	text, err := result.text()
	if err != nil {
		return result
	}
	tag := result.header.Get("ETag")
	if tag == "" {
		sum := sha256.Sum256(text)
		tag = `W/"` + hex.EncodeToString(sum[:]) + `"`
	}
	for given := range strings.SplitSeq(r.http.Header.Get("If-None-Match"), ",") {
		if given = strings.TrimSpace(given); given == tag || "W/"+given == tag {
			result = answer{status: http.StatusNotModified, header: result.header}
		}
	}
	return result.with("ETag", tag).
		with("Cache-Control", "private, max-age=60, s-maxage=60").
		with("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP")
}
