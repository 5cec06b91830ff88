package githubfake

import (
	"errors"
	"fmt"
	"maps"
	"strings"
)

// populate builds the app and the world of the configuration.
func (g *GitHub) populate(subject App, seed World) error {
	w := g.world
	for _, user := range seed.Users {
		if _, err := w.addUser(user); err != nil {
			return err
		}
	}
	for _, org := range seed.Orgs {
		if err := w.addOrg(org); err != nil {
			return err
		}
	}
	for _, other := range seed.Apps {
		if _, err := w.addApp(other); err != nil {
			return err
		}
	}
	own, err := w.addApp(subject)
	if err != nil {
		return err
	}
	if len(own.keys) == 0 {
		return fmt.Errorf("app %q has no public key", own.slug)
	}
	g.app = own
	for _, repo := range seed.Repositories {
		if err := w.addRepository(repo); err != nil {
			return err
		}
	}
	for _, in := range seed.Installations {
		if err := w.addInstallation(own, in); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) addAccount(id int64, login, kind string) (*account, error) {
	if login == "" {
		return nil, errors.New("an account needs a login")
	}
	if _, err := w.account(login); err == nil {
		return nil, fmt.Errorf("there are two accounts %q", login)
	}
	added := &account{id: w.id(id), login: login, kind: kind, created: w.moment()}
	w.accounts[strings.ToLower(login)] = added
	return added, nil
}

func (w *world) addUser(user User) (*account, error) {
	kind := "User"
	if user.Bot {
		kind = "Bot"
	}
	added, err := w.addAccount(user.ID, user.Login, kind)
	if err != nil {
		return nil, err
	}
	added.name, added.email = user.Name, user.Email
	if user.Email != "" {
		w.emails[strings.ToLower(user.Email)] = added
	}
	return added, nil
}

func (w *world) addApp(seed App) (*app, error) {
	if seed.Slug == "" {
		return nil, errors.New("an app needs a slug")
	}
	owner, err := w.account(seed.Owner)
	if err != nil {
		return nil, fmt.Errorf("owner of app %q: %w", seed.Slug, err)
	}
	bot, err := w.addAccount(0, seed.Slug+"[bot]", "Bot")
	if err != nil {
		return nil, err
	}
	added := &app{
		id: w.id(seed.ID), clientID: seed.ClientID, slug: seed.Slug, name: seed.Name,
		owner: owner, bot: bot, keys: seed.Keys, events: seed.Events,
		permissions: withMetadata(seed.Permissions), created: w.moment(),
	}
	if added.name == "" {
		added.name = seed.Slug
	}
	if added.clientID == "" {
		added.clientID = fmt.Sprintf("Iv23li%014d", added.id)
	}
	bot.app = added
	return added, nil
}

func (w *world) addInstallation(own *app, seed Installation) error {
	owner, err := w.account(seed.Account)
	if err != nil {
		return fmt.Errorf("installation: %w", err)
	}
	added := &installation{id: w.id(seed.ID), account: owner, permissions: withMetadata(seed.Permissions), created: w.moment()}
	if seed.Permissions == nil {
		added.permissions = maps.Clone(own.permissions)
	}
	if seed.Suspended {
		added.suspended = w.moment()
	}
	if seed.Repositories != nil {
		added.repos = map[int64]bool{}
	}
	for _, name := range seed.Repositories {
		repo, err := w.repo(name)
		if err != nil {
			return fmt.Errorf("installation on %s: %w", seed.Account, err)
		}
		if repo.owner != owner {
			return fmt.Errorf("installation on %s: %s is not its repository", seed.Account, name)
		}
		added.repos[repo.id] = true
	}
	w.installations = append(w.installations, added)
	return nil
}

// withMetadata adds the permission that every app has.
func withMetadata(permissions map[string]string) map[string]string {
	all := map[string]string{"metadata": "read"}
	maps.Copy(all, permissions)
	return all
}
