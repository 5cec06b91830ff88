package harness

import (
	"crypto/rsa"
	"sync"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

// Secrets of the fakes' apps. Each has the sentinel in it, so that one that leaks is noticed.
const (
	Sentinel            = "do-not-show"
	SlackToken          = "xoxb-" + Sentinel + "-the-bot-token"
	SlackSigningSecret  = Sentinel + "-the-signing-secret"
	GitHubWebhookSecret = Sentinel + "-the-webhook-secret"
)

// appKey is the key of the GitHub App: the half that GitHub knows, and the file. It is made once,
// since that takes long.
var appKey = sync.OnceValues(func() (*rsa.PublicKey, []byte) {
	public, file, err := githubfake.NewKey()
	if err != nil {
		panic(err)
	}
	return public, file
})

// secretFiles are the bot's secrets, by file name.
func secretFiles() map[string]string {
	_, key := appKey()
	return map[string]string{
		"slack-token": SlackToken + "\n", "slack-signing-secret": SlackSigningSecret,
		"github-key.pem": string(key), "github-webhook-secret": GitHubWebhookSecret,
	}
}
