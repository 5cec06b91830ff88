package probe

import (
	"context"
	"net/http"
)

// charts asks for the index of a chart repository.
func (p *Prober) charts(ctx context.Context, at target, login login) Finding {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.url("/index.yaml"), http.NoBody)
	if err != nil {
		return Finding{}
	}
	request.SetBasicAuth(login.username, login.password)
	response, err := p.client(at).Do(request)
	if err != nil {
		return failed(at, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return judge(at, response)
	}
	return works(at)
}
