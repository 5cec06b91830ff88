package doctor

import (
	"regexp"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// The hosts that have images alone, and those that have Git repositories alone. Amazon's and Azure's have one name for
// each account or region.
var (
	registryHost = regexp.MustCompile(`^((index\.|registry-1\.)?docker\.io|quay\.io|ghcr\.io|([a-z]+\.)?gcr\.io|[a-z0-9-]+-docker\.pkg\.dev|[a-z0-9-]+\.azurecr\.io|` +
		`\d+\.dkr\.ecr(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?|public\.ecr\.aws|registry\.gitlab\.com|registry\.k8s\.io)$`)
	gitHost = regexp.MustCompile(`^(github\.com|gitlab\.com|bitbucket\.org|(ssh\.)?dev\.azure\.com|codeberg\.org|git-codecommit\.[a-z0-9-]+\.amazonaws\.com(\.cn)?)$`)
)

// located is a repository's URL, or a regular expression for some, as far as both begin alike: a scheme, a user, a host,
// and what ends it.
var located = regexp.MustCompile(`^\^?(?:(https?|https\?|ssh|oci)://)?(?:[^/@]*(@))?([a-z0-9.-]+)(:\d+)?(:|/|\$|$)`)

// meantType tells by a Secret's repository what type it is meant to be of; empty if that can't be told.
func meantType(one stored) credentials.Type {
	text := strings.TrimSpace(strings.ToLower(one.RepoURL))
	if one.IsRegex {
		text = strings.NewReplacer(`\.`, ".", `\-`, "-", `\/`, "/").Replace(text)
	}
	parts := located.FindStringSubmatch(text)
	if parts == nil {
		return ""
	}
	scheme, user, host, end := parts[1], parts[2], parts[3], parts[5]
	switch {
	case scheme == "oci":
		return credentials.TypeHelm
	case scheme == "ssh", scheme == "" && user != "" && end == ":":
		return credentials.TypeGit
	case scheme == "" && one.Type != credentials.TypeHelm && registryHost.MatchString(host):
		return credentials.TypeImage
	case gitHost.MatchString(host), scheme != "" && strings.HasSuffix(strings.TrimSuffix(text, "$"), ".git"):
		return credentials.TypeGit
	default:
		return ""
	}
}
