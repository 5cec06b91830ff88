package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/davidaparicio/kargo-bot/internal/demo/page"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

var _ page.World = (*Demo)(nil)

// About implements page.World.
func (d *Demo) About() page.About {
	return page.About{
		Run: d.id, Channel: channelName, Repo: repository, Namespace: namespace,
		People: pagePeople(), Mishaps: mishapsOffered(),
		Suggestions: []page.Suggestion{
			{On: page.OnSlack, As: releaser, Text: "/promote red production", Shows: "ships it"},
			{On: page.OnSlack, As: releaser, Text: "/promote red,blue production 3.2.0", Shows: "a part can go: asks"},
			{On: page.OnSlack, As: releaser, Text: "/promote green --through production", Shows: "Stage by Stage"},
			{On: page.OnSlack, As: releaser, Text: "/rollback red staging", Shows: "back, and a hold"},
			{On: page.OnSlack, As: releaser, Text: "/kargo diff red production", Shows: "what would ship"},
			{On: page.OnSlack, As: releaser, Text: "/kargo diff yellow production", Shows: "what is not known"},
			{On: page.OnSlack, As: releaser, Text: "/kargo status", Shows: "what runs where"},
			{On: page.OnSlack, As: developer, Text: "/promote blue production", Shows: "may not"},
			{On: page.OnSlack, As: developer, Text: "/kargo subscribe production", Shows: "be told directly"},
			{On: page.OnSlack, As: stranger, Text: "/kargo whoami", Shows: "nobody knows her"},
			{On: page.OnSlack, As: releaser, Text: "/kargo help", Shows: "what one can ask"},
			{On: page.OnGitHub, As: releaser, Text: "/promote all production", Shows: "ships them all"},
			{On: page.OnGitHub, As: releaser, Text: "/diff blue production", Shows: "what would ship"},
			{On: page.OnGitHub, As: releaser, Text: "/history red production", Shows: "who, what, when"},
			{On: page.OnGitHub, As: developer, Text: "/promote yellow production", Shows: "may not"},
			{On: page.OnGitHub, As: releaser, Text: "Looks good to me.", Shows: "is no command"},
		},
	}
}

// escaped is how Slack hands on what people write: https://docs.slack.dev/messaging/formatting-message-text
var escaped = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Type implements page.World. That the bot fails to answer is no error: Slack tells the person.
func (d *Demo) Type(ctx context.Context, login, text string) error {
	as, err := personCalled(login)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(text, "/") {
		_, err := d.slack.fake.Say(as.slackID, channelID, "", escaped.Replace(text))
		return err
	}
	err = d.slack.command(context.WithoutCancel(ctx), as, text)
	if _, refused := errors.AsType[*page.Refusal](err); err != nil && !refused {
		d.log.ErrorContext(ctx, "slash command failed", "error", err)
		return nil
	}
	d.changed.tell()
	return err
}

// Click implements page.World.
func (d *Demo) Click(ctx context.Context, login, message, action string) error {
	as, err := personCalled(login)
	if err != nil {
		return err
	}
	err = d.slack.click(context.WithoutCancel(ctx), as, message, action)
	if _, refused := errors.AsType[*page.Refusal](err); err != nil && !refused {
		d.log.ErrorContext(ctx, "click failed", "error", err)
		return page.Refuse("Slack shows a warning beside the button: the app did not answer.")
	}
	d.changed.tell()
	return err
}

// Comment implements page.World.
func (d *Demo) Comment(ctx context.Context, login string, number int, text string) error {
	as, err := personCalled(login)
	if err != nil {
		return err
	}
	if _, ok := d.github.conversation(number); !ok {
		return page.Refuse("There is no conversation %d.", number)
	}
	_, delivery, err := d.github.fake.Comment(context.WithoutCancel(ctx), repository, number, as.login, text)
	if err == nil && !delivery.OK() {
		d.log.ErrorContext(ctx, "webhook of GitHub not taken", "status", delivery.Status)
	}
	return err
}

// Object implements page.World.
func (d *Demo) Object(ctx context.Context, kind, name string) (string, error) {
	var object client.Object
	switch kind {
	case "stage":
		object = &kargoapi.Stage{}
	case "promotion":
		object = &kargoapi.Promotion{}
	default:
		return "", page.Refuse("Kargo has no %q that could be shown here.", kind)
	}
	err := d.admin.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, object)
	if apierrors.IsNotFound(err) {
		return "", page.Refuse("There is no %s %q.", kind, name)
	}
	if err != nil {
		return "", err
	}
	object.SetManagedFields(nil)
	text, err := yaml.Marshal(object)
	if err != nil {
		return "", fmt.Errorf("show %s %s: %w", kind, name, err)
	}
	return string(text), nil
}
