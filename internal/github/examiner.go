package github

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/doctor"
)

// Needs are what the App has to be given on its page for what is configured.
type Needs struct {
	// Permissions have the access that is needed, "read" or "write", by GitHub's names: "issues".
	Permissions map[string]string
	// Events are those to be subscribed to: "issue_comment".
	Events []string
}

// Examiner tells how the App stands. It implements doctor.GitHub.
type Examiner struct {
	Client *Client
	Needs  Needs
}

// mostInstallationPages bounds the installations that are looked at: 100 a page.
const mostInstallationPages = 10

// Standing implements doctor.GitHub.
func (e Examiner) Standing(ctx context.Context) (doctor.GitHubStanding, error) {
	var app *gh.App
	err := e.Client.asApp(ctx, func(ctx context.Context, client *gh.Client) (err error) {
		app, _, err = client.Apps.Get(ctx, "")
		return err
	})
	if err != nil {
		return doctor.GitHubStanding{}, e.said(err)
	}
	standing := doctor.GitHubStanding{
		App: oneLine(app.GetSlug(), 100), Settings: e.settings(app), Behind: map[string][]string{},
		Permissions: lacking(e.Needs.Permissions, app.Permissions),
	}
	for _, event := range e.Needs.Events {
		if !slices.Contains(app.Events, event) {
			standing.Events = append(standing.Events, event)
		}
	}
	installations, err := e.installations(ctx)
	if err != nil {
		return doctor.GitHubStanding{}, e.said(err)
	}
	standing.Installed = len(installations) > 0
	for _, in := range installations {
		var behind []string
		for _, one := range lacking(e.Needs.Permissions, in.Permissions) {
			// What the App itself lacks can't be accepted.
			if !slices.Contains(standing.Permissions, one) {
				behind = append(behind, one)
			}
		}
		if len(behind) > 0 {
			standing.Behind[oneLine(in.GetAccount().GetLogin(), 100)] = behind
		}
	}
	return standing, nil
}

func (e Examiner) installations(ctx context.Context) ([]*gh.Installation, error) {
	var all []*gh.Installation
	options := &gh.ListOptions{PerPage: 100}
	for range mostInstallationPages {
		var next int
		err := e.Client.asApp(ctx, func(ctx context.Context, client *gh.Client) error {
			page, response, err := client.Apps.ListInstallations(ctx, options)
			if err != nil {
				return err
			}
			all, next = append(all, page...), response.NextPage
			return nil
		})
		if err != nil || next == 0 {
			return all, err
		}
		options.Page = next
	}
	return all, nil
}

// lacking returns what of the needed permissions is not given, as in "issues: write".
func lacking(need map[string]string, given *gh.InstallationPermissions) []string {
	have := map[string]string{}
	// go-github has a field for each permission. What does not fit a map of strings would be none.
	if text, err := json.Marshal(given); err == nil {
		_ = json.Unmarshal(text, &have)
	}
	rank := map[string]int{"read": 1, "write": 2, "admin": 3}
	var lacks []string
	for _, name := range slices.Sorted(maps.Keys(need)) {
		if rank[have[name]] < rank[need[name]] {
			lacks = append(lacks, name+": "+need[name])
		}
	}
	return lacks
}

// settings returns the address of the page with the App's permissions.
func (e Examiner) settings(app *gh.App) string {
	base, _, found := strings.Cut(app.GetHTMLURL(), "/apps/")
	if !found {
		base = "https://github.com"
	}
	if app.GetOwner().GetType() == "Organization" {
		base += "/organizations/" + app.GetOwner().GetLogin()
	}
	return oneLine(base+"/settings/apps/"+app.GetSlug()+"/permissions", 300)
}

// Bounds of looking for webhooks: 100 a page, and as many IDs are told.
const (
	mostDeliveryPages = 20
	mostLost          = 100
)

// Undelivered implements doctor.GitHub.
func (e Examiner) Undelivered(ctx context.Context, since time.Time) (doctor.Undelivered, error) {
	var lost doctor.Undelivered
	seen := map[string]bool{}
	options := &gh.ListCursorOptions{PerPage: 100}
	for range mostDeliveryPages {
		var page []*gh.HookDelivery
		var next string
		err := e.Client.asApp(ctx, func(ctx context.Context, client *gh.Client) error {
			var response *gh.Response
			var err error
			if page, response, err = client.Apps.ListHookDeliveries(ctx, options); err == nil {
				next = response.Cursor
			}
			return err
		})
		if err != nil {
			return doctor.Undelivered{}, e.said(err)
		}
		for _, d := range page {
			at := d.GetDeliveredAt().Time
			if at.Before(since) {
				return lost, nil
			}
			// The newest comes first, so that of an event the first one is the last attempt.
			if first := !seen[d.GetGUID()]; first {
				seen[d.GetGUID()] = true
				note(&lost, d, at)
			}
		}
		if next == "" {
			return lost, nil
		}
		options.Cursor = next
	}
	lost.More = lost.Count > 0
	return lost, nil
}

func note(lost *doctor.Undelivered, d *gh.HookDelivery, at time.Time) {
	// GitHub follows no redirect: whoever answers by one got nothing.
	if code := d.GetStatusCode(); code >= 200 && code < 300 {
		return
	}
	lost.Count++
	if lost.Count == 1 {
		lost.Last = at
		lost.Status = cmp.Or(oneLine(d.GetStatus(), 60), http.StatusText(d.GetStatusCode()))
		// GitHub follows no redirect: whoever answers by one got nothing.
		if code := d.GetStatusCode(); code != 0 {
			lost.Status = fmt.Sprintf("%d %s", code, http.StatusText(code))
		}
	}
	if len(lost.IDs) < mostLost {
		lost.IDs = append(lost.IDs, d.GetID())
	}
}

// Time asks what time it is at GitHub, to the second. That also works with credentials that are refused.
func (c *Client) Time(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, response, err := c.app.Apps.Get(ctx, "")
	if response == nil || response.Response == nil {
		return time.Time{}, explain(err)
	}
	at, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return time.Time{}, fmt.Errorf("read the clock of GitHub: %w", err)
	}
	return at, nil
}

// said puts an error in words for people.
func (e Examiner) said(err error) error {
	var refused *APIError
	switch {
	case errors.As(err, &refused) && refused.Status == http.StatusUnauthorized:
		return doctor.Unlooked("GitHub does not accept the App's private key: the App's ID and its key have to belong together, and the clock to be right.")
	case errors.As(err, &refused) && refused.Status == http.StatusNotFound:
		return doctor.Unlooked("There is no such GitHub App, or github.url is not the URL of GitHub's API.")
	case errors.As(err, &refused):
		return doctor.Unlooked(fmt.Sprintf("GitHub refused to tell (%d). Try again.", refused.Status))
	default:
		return doctor.Unlooked("GitHub did not answer, or asks to be left alone for a while. Try again.")
	}
}
