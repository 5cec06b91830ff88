package doctor

import (
	"regexp"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// userinfo is what stands between the scheme and the host of a URL: often a token. The last "@" before the path ends it,
// as for Git.
var userinfo = regexp.MustCompile(`(?i)([a-z][a-z0-9+.-]*://)([^\s/?#"'` + "`" + `<>]*)@`)

// sshUser is who SSH is used as, which is no secret.
var sshUser = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)

// redacted hides who and with what URLs in a text say to log in.
func redacted(text string) string { return replaceLogin(text, "<redacted>@") }

// bare drops from a URL who and with what it says to log in. Kargo drops it, too, before it looks for a credential.
func bare(url string) string { return replaceLogin(url, "") }

func replaceLogin(text, by string) string {
	return userinfo.ReplaceAllStringFunc(text, func(found string) string {
		parts := userinfo.FindStringSubmatch(found)
		if strings.EqualFold(parts[1], "ssh://") && sshUser.MatchString(parts[2]) {
			return found
		}
		return parts[1] + by
	})
}

// address is a repository's URL for people.
func address(url string) string { return chatops.Shorten(redacted(url), 200) }

// presentable makes a finding fit to be shown, whatever the texts of others are that it repeats: no logins in URLs, and
// no command that does something else than what is seen.
func presentable(f answers.Finding) answers.Finding {
	f.What, f.Why, f.Fix = redacted(f.What), redacted(f.Why), redacted(f.Fix)
	if !typable(f.Command) || redacted(f.Command) != f.Command {
		f.Command = ""
	}
	return f
}
