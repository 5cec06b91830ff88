package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	gh "github.com/google/go-github/v66/github"
)

// App is who the bot is on GitHub.
type App struct {
	ID int64
	// Slug is the name in URLs. The App's comments are written by "<slug>[bot]".
	Slug string
	// Name is what people see.
	Name string
}

// Login is the name of the App as an author.
func (a App) Login() string { return a.Slug + "[bot]" }

// identity remembers the App once GitHub told it.
type identity struct {
	mu    sync.Mutex
	known *App
}

// ErrMisconfigured is what Check returns, wrapped in what to do about it, if a retry would be of no use.
var ErrMisconfigured = errors.New("the configuration of GitHub is wrong")

// Check asks GitHub who the App is. It is for the start of the process: the error says in words
// what is wrong with the URL, the App's ID or the key.
func (c *Client) Check(ctx context.Context) (App, error) {
	var found *gh.App
	err := c.asApp(ctx, func(ctx context.Context, client *gh.Client) error {
		var err error
		found, _, err = client.Apps.Get(ctx, "")
		return err
	})
	var refused *APIError
	switch {
	case errors.As(err, &refused) && refused.Status == http.StatusUnauthorized:
		return App{}, fmt.Errorf("GitHub at %s does not accept the private key as one of App %d; "+
			"check that the App's ID and its key belong together, and that this machine's clock is right: %w: %w", c.base, c.appID, ErrMisconfigured, err)
	case errors.As(err, &refused) && refused.Status == http.StatusNotFound && refused.RequestID != "":
		// GitHub itself says so, and not a proxy before it that is out of order.
		return App{}, fmt.Errorf("there is no GitHub App %d at %s, or that is not the URL of GitHub's API; "+
			"check both (GitHub Enterprise Server's ends in /api/v3/): %w: %w", c.appID, c.base, ErrMisconfigured, err)
	case err != nil:
		return App{}, fmt.Errorf("GitHub at %s does not say who App %d is: %w", c.base, c.appID, err)
	case found.GetID() == 0 || found.GetSlug() == "":
		return App{}, fmt.Errorf("what answers at %s is not GitHub's API; check the URL (GitHub Enterprise Server's ends in /api/v3/): %w", c.base, ErrMisconfigured)
	case found.GetID() != c.appID:
		return App{}, fmt.Errorf("the private key belongs to GitHub App %d (%s) and not to App %d: %w",
			found.GetID(), oneLine(found.GetSlug(), 100), c.appID, ErrMisconfigured)
	}
	app := App{ID: found.GetID(), Slug: found.GetSlug(), Name: found.GetName()}
	c.identity.mu.Lock()
	defer c.identity.mu.Unlock()
	c.identity.known = &app
	return app, nil
}

// self returns who the App is, asking GitHub if Check has not yet succeeded.
func (c *Client) self(ctx context.Context) (App, error) {
	c.identity.mu.Lock()
	known := c.identity.known
	c.identity.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	return c.Check(ctx)
}
