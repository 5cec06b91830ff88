package probe

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

func isGitLab(host string) bool { return strings.HasPrefix(host, "gitlab.") }

// gitlabToken asks when a token expires; nil if it does not, or if it is of a kind that may not ask.
func (p *Prober) gitlabToken(ctx context.Context, at target, login login) *time.Time {
	own := target{scheme: at.scheme, host: at.host, path: "api/v4/personal_access_tokens/self"}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, own.url(""), http.NoBody)
	if err != nil {
		return nil
	}
	request.Header.Set("Authorization", "Bearer "+login.password)
	response, err := p.client(own).Do(request)
	if err != nil {
		return nil
	}
	defer func() { _ = response.Body.Close() }()
	var token struct {
		ExpiresAt string `json:"expires_at"`
	}
	if response.StatusCode != http.StatusOK || json.NewDecoder(response.Body).Decode(&token) != nil {
		return nil
	}
	// It ends at midnight UTC, when that day begins.
	end, err := time.Parse(time.DateOnly, token.ExpiresAt)
	if err != nil {
		return nil
	}
	return &end
}
