package github

import (
	"encoding/json"

	gh "github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

const (
	// maxDescription bounds the description of a deployment and of its statuses, in characters:
	// https://docs.github.com/en/rest/deployments/statuses#create-a-deployment-status
	maxDescription = 140
	// payloadKey is where a deployment has its marker.
	payloadKey = "kargo-bot"
)

// taskOf tells the deployments of services apart that share an environment.
func taskOf(d notify.Deployment) string {
	if d.Service == "" {
		return "deploy"
	}
	return "deploy:" + d.Service
}

// statusOf returns the status that says how things stand.
func statusOf(d notify.Deployment, card chatops.Card) *gh.DeploymentStatusRequest {
	status := &gh.DeploymentStatusRequest{
		State: new(deploymentState(card.State)), Environment: &d.Environment, Description: new(describe(card)),
		// GitHub makes all earlier deployments in the environment inactive otherwise, those of other services
		// too, and none in one of production. So each is told by itself, once it is replaced.
		AutoInactive: new(false),
	}
	if d.Replaced && card.State == chatops.StateSucceeded {
		status.State = new("inactive")
	}
	if where := firstLink(card); where != "" {
		status.LogURL = &where
	}
	return status
}

// deploymentState returns GitHub's word for a state.
func deploymentState(state chatops.State) string {
	switch state {
	case chatops.StatePending:
		return "queued"
	case chatops.StateRunning:
		return "in_progress"
	case chatops.StateSucceeded:
		return "success"
	case chatops.StateFailed:
		return "failure"
	case chatops.StateAborted, chatops.StateRefused:
		return "error"
	default:
		return "pending"
	}
}

// describe returns what a card is about, in as many characters as a description may have.
func describe(card chatops.Card) string { return chatops.Fit(flat(card.Title), maxDescription) }

// firstLink returns where the first link of a card leads that leads anywhere; "" if none does.
func firstLink(card chatops.Card) string {
	for _, one := range card.Links {
		if where := link(one.URL); where != "" {
			return where
		}
	}
	return ""
}

// markerInPayload returns the marker of a deployment; "" if it has none. A payload is an object, or text with one
// in it.
func markerInPayload(payload json.RawMessage) string {
	var text string
	if json.Unmarshal(payload, &text) == nil {
		payload = json.RawMessage(text)
	}
	// Others put there what they want.
	var found map[string]json.RawMessage
	var marker string
	if json.Unmarshal(payload, &found) != nil || json.Unmarshal(found[payloadKey], &marker) != nil {
		return ""
	}
	return marker
}
