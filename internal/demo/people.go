package demo

import (
	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/demo/page"
)

// person is somebody in the demo: the same login on GitHub, in Slack and on the page. The names are
// those of GitHub's own test accounts.
type person struct {
	login   string
	slackID string
	// email is the address that Slack knows.
	email string
	// confirmed says that the address was proven to be theirs.
	confirmed bool
	// may says what they may do, for people. It is the rules in rights.go in words.
	may string
}

const (
	releaser  = "octocat"
	developer = "hubot"
	stranger  = "monalisa"
)

func people() []person {
	return []person{
		{releaser, "U01", releaser + "@example.com", true, "may promote everywhere, by a Kargo role"},
		{developer, "U02", developer + "@example.com", true, "may promote to development and staging, not to production"},
		{stranger, "U03", stranger + "@example.com", false, "is nobody to Kubernetes: nothing maps this account to a user"},
	}
}

// personCalled returns the person of that name, or an error for whoever sits at the page.
func personCalled(login string) (person, error) {
	for _, p := range people() {
		if p.login == login {
			return p, nil
		}
	}
	return person{}, page.Refuse("There is nobody called %q here.", login)
}

// slackIDOf returns the ID in Slack of the person of that name.
func slackIDOf(login string) string {
	for _, p := range people() {
		if p.login == login {
			return p.slackID
		}
	}
	return ""
}

// mapping is the bot's table of people. In Slack, the confirmed address is the Kubernetes user, so
// nobody needs an entry; a login on GitHub says nothing by itself, so that those two have one.
func mapping() []access.Person {
	var table []access.Person
	for _, p := range people() {
		if p.confirmed {
			table = append(table, access.Person{GitHub: p.login, Username: p.email, Email: p.email})
		}
	}
	return table
}

// slackTemplates and githubTemplates say who somebody is to Kubernetes who is not in the table.
func slackTemplates() access.Templates  { return access.Templates{Username: "{email}"} }
func githubTemplates() access.Templates { return access.Templates{} }

func pagePeople() []page.Person {
	var all []page.Person
	for _, p := range people() {
		all = append(all, page.Person{Name: p.login, May: p.may})
	}
	return all
}
