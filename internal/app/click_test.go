package app_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// button is one as the bot makes them.
const button = `[{"type":"actions","elements":[{"type":"button","action_id":"kargo-bot:0","text":{"type":"plain_text","text":"Promote"},` +
	`"value":"{\"c\":\"/promote red production\"}"}]}]`

// TestDoubleClickMakesOneShipment clicks twice on a button of a message, and a third time after that.
func TestDoubleClickMakesOneShipment(t *testing.T) {
	w := newWorld(t)
	click := slackfake.ButtonClick{User: octocat, Channel: deploys, TS: w.say(t, button), ActionID: "kargo-bot:0"}
	clicked := make(chan error, 2)
	for range cap(clicked) {
		go func() {
			_, err := w.driver.ButtonClick(t.Context(), click)
			clicked <- err
		}()
	}
	for range cap(clicked) {
		must(t, <-clicked)
	}
	_, err := w.driver.ButtonClick(t.Context(), click)
	must(t, err)
	w.shows(t, "Promote red to production", "3.1.0 → 3.2.0")

	var shipments v1alpha1.ShipmentList
	must(t, w.cluster.List(t.Context(), &shipments, client.InNamespace(project)))
	if len(shipments.Items) != 1 {
		t.Fatalf("%d Shipments were made", len(shipments.Items))
	}
	if by := shipments.Items[0].Spec.RequestedBy; by.Username != "octocat@acme.dev" {
		t.Errorf("it was asked for by %+v", by)
	}
	answers, err := w.slack.Await(t.Context(), deploys, func(all []slackfake.Message) bool {
		told := 0
		for _, m := range all {
			if m.EphemeralTo == octocat {
				told++
			}
		}
		return told == 3
	})
	if err != nil {
		t.Errorf("not every click was answered: %v\n%s", err, w.slack.Transcript(answers))
	}
}

// say posts blocks in the channel as the bot, and returns the message's timestamp.
func (w *world) say(t *testing.T, blocks string) string {
	t.Helper()
	form := url.Values{"token": {slackfake.DefaultBotToken}, "channel": {deploys}, "text": {"What now?"}, "blocks": {blocks}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.slack.APIURL()+"chat.postMessage", strings.NewReader(form.Encode()))
	must(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "Bearer "+slackfake.DefaultBotToken)
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	said, err := io.ReadAll(response.Body)
	must(t, err)
	must(t, response.Body.Close())
	messages := w.slack.Messages(deploys)
	if len(messages) == 0 {
		t.Fatalf("Slack answered %s", said)
	}
	return messages[len(messages)-1].TS
}
