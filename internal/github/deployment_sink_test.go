package github_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// deployment is a message about a deployment of red to production.
func (f forge) deployment(t *testing.T) notify.Message {
	t.Helper()
	return notify.Message{
		Target: notify.Target{Deployment: &notify.Deployment{
			Repo: repository, Commit: f.sha(t, "m"), Environment: "red-production", Service: "red", Production: true,
		}},
		Part: v1alpha1.PartCard, Marker: "kargo-bot:promotion:7f3c9a:deployment",
		Card: chatops.Card{Title: "Promote red to production", State: chatops.StateRunning, Links: liveCard().Links},
	}
}

// deployed returns the deployments with their statuses, in short.
func (f forge) deployed() string {
	var all []string
	for _, d := range f.Deployments(repository) {
		var states []string
		for _, s := range d.Statuses {
			states = append(states, s.State)
		}
		all = append(all, d.Environment+": "+strings.Join(states, " "))
	}
	return strings.Join(all, ", ")
}

func TestADeploymentFollowsAPromotion(t *testing.T) {
	f := releasing(t)
	sink, message := github.NewDeploymentSink(f.source.Background()), f.deployment(t)
	if address := sink.Address(message); address != "acme/microsvcs red-production" {
		t.Errorf("address %q", address)
	}
	message.Card.State = chatops.StatePending
	id, err := sink.Post(soon(t), message)
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range []chatops.State{chatops.StateRunning, chatops.StateRunning, chatops.StateSucceeded} {
		message.Card.State = state
		if err := sink.Update(soon(t), id, message); err != nil {
			t.Fatal(err)
		}
	}
	message.Target.Deployment.Replaced = true
	for range 2 {
		if err := sink.Update(soon(t), id, message); err != nil {
			t.Fatal(err)
		}
	}
	if got := f.deployed(); got != "red-production: queued in_progress success inactive" {
		t.Error(got)
	}
	made := f.Deployments(repository)[0]
	if strconv.FormatInt(made.ID, 10) != id || made.SHA != f.sha(t, "m") || made.Ref != made.SHA || made.Task != "deploy:red" || !made.Production ||
		made.Description != "Promote red to production" || made.Payload != `{"kargo-bot":"kargo-bot:promotion:7f3c9a:deployment"}` {
		t.Errorf("%+v", made)
	}
	if first := made.Statuses[0]; first.LogURL != kargoURL || first.Environment != "red-production" || first.Description != "Promote red to production" {
		t.Errorf("%+v", first)
	}
}

// An environment can be that of several services. What ran there goes when the bot says so, and not before.
func TestADeploymentLeavesOthersAlone(t *testing.T) {
	f := releasing(t)
	sink := github.NewDeploymentSink(f.source)
	for _, service := range []string{"red", "blue"} {
		message := f.deployment(t)
		message.Marker += service
		message.Target.Deployment.Service, message.Target.Deployment.Environment, message.Target.Deployment.Production = service, "staging", false
		message.Card.State = chatops.StateSucceeded
		if _, err := sink.Post(soon(t), message); err != nil {
			t.Fatal(err)
		}
	}
	if got := f.deployed(); got != "staging: success, staging: success" {
		t.Error(got)
	}
}

func TestStatesOfDeployments(t *testing.T) {
	f := releasing(t)
	sink := github.NewDeploymentSink(f.source)
	for _, test := range []struct {
		state    chatops.State
		replaced bool
		want     string
	}{
		{chatops.StateInfo, false, "pending"}, {chatops.StatePending, false, "queued"}, {chatops.StateRunning, false, "in_progress"},
		{chatops.StateSucceeded, false, "success"}, {chatops.StateSucceeded, true, "inactive"}, {chatops.StateFailed, false, "failure"},
		{chatops.StateFailed, true, "failure"}, {chatops.StateAborted, false, "error"}, {chatops.StateRefused, false, "error"},
	} {
		message := f.deployment(t)
		message.Card.State, message.Target.Deployment.Replaced = test.state, test.replaced
		message.Card.Title = strings.Repeat("é", 200) + "\n@octocat"
		if _, err := sink.Post(soon(t), message); err != nil {
			t.Fatal(err)
		}
		all := f.Deployments(repository)
		if last := all[len(all)-1]; last.State() != test.want || last.Description != strings.Repeat("é", 139)+"…" {
			t.Errorf("%s, replaced %v: %+v", test.state, test.replaced, last)
		}
	}
}

// The bot can die, or GitHub fail, between the deployment and its first status, or after either. There is one
// deployment all the same, and it comes to say what it should.
func TestADeploymentIsMadeOnce(t *testing.T) {
	for name, inject := range map[string]func(forge){
		"its answer is lost": func(f forge) { f.Inject("repos/create-deployment", 1, githubfake.LoseAnswer()) },
		"it fails late":      func(f forge) { f.Inject("repos/create-deployment", 1, githubfake.FailLate(http.StatusBadGateway)) },
		"it has no status":   func(f forge) { f.Inject("repos/create-deployment-status", 1, githubfake.Fail(http.StatusBadGateway)) },
		"a limit keeps the status": func(f forge) {
			f.Inject("repos/create-deployment-status", 1, githubfake.Limited(http.StatusForbidden, time.Minute))
		},
		"the status's answer's lost": func(f forge) { f.Inject("repos/create-deployment-status", 1, githubfake.LoseAnswer()) },
	} {
		f := releasing(t)
		sink, message := github.NewDeploymentSink(f.source), f.deployment(t)
		other := message
		other.Marker = "kargo-bot:promotion:other"
		if _, err := sink.Post(soon(t), other); err != nil {
			t.Fatal(err)
		}
		if id, err := sink.Find(soon(t), message); err != nil || id != "" {
			t.Errorf("%s: found %q, %v before it was made", name, id, err)
		}
		inject(f)
		if _, err := sink.Post(soon(t), message); err == nil || isDeferred(err) != nil || isUndeliverable(err) != nil {
			t.Errorf("%s: %v says more than is known", name, err)
		}
		f.now.advance(2 * time.Minute)
		id, err := github.NewDeploymentSink(sourceOf(t, f.client)).Find(soon(t), message)
		if err != nil || id == "" {
			t.Fatalf("%s: found %q, %v", name, id, err)
		}
		if err := sink.Update(soon(t), id, message); err != nil {
			t.Fatal(err)
		}
		if got := f.deployed(); got != "red-production: in_progress, red-production: in_progress" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// Of two with one marker, by two replicas, the older counts, and behind many others it is found too.
func TestTheOldestDeploymentIsFound(t *testing.T) {
	f := releasing(t)
	sink, message := github.NewDeploymentSink(f.source), f.deployment(t)
	message.Card.State = chatops.StateSucceeded
	first, err := sink.Post(soon(t), message)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sink.Post(soon(t), message); err != nil {
		t.Fatal(err)
	}
	if found, err := sink.Find(soon(t), message); err != nil || found != first {
		t.Errorf("found %q, %v, not %s", found, err, first)
	}
	for _, change := range []func(*notify.Message){
		func(m *notify.Message) { m.Target.Deployment.Environment = "staging" },
		func(m *notify.Message) { m.Target.Deployment.Service = "blue" },
		func(m *notify.Message) { m.Target.Deployment.Commit = f.sha(t, "c5") },
		func(m *notify.Message) { m.Marker += "x" },
	} {
		other := f.deployment(t)
		change(&other)
		if found, err := sink.Find(soon(t), other); err != nil || found != "" {
			t.Errorf("of another found %q, %v", found, err)
		}
	}
}

func TestWhyThereIsNoDeployment(t *testing.T) {
	for name, test := range map[string]struct {
		world  []func(*githubfake.Config)
		change func(*notify.Message)
		want   string
	}{
		"not permitted":      {world: []func(*githubfake.Config){without("deployments")}, want: "Deployments: read and write"},
		"no such commit":     {change: func(m *notify.Message) { m.Target.Deployment.Commit = strings.Repeat("a", 40) }, want: "may not be in acme/microsvcs"},
		"no commit":          {change: func(m *notify.Message) { m.Target.Deployment.Commit = "main" }, want: "no deployment"},
		"no environment":     {change: func(m *notify.Message) { m.Target.Deployment.Environment = "" }, want: "no deployment"},
		"for another sink":   {change: func(m *notify.Message) { m.Target.Deployment = nil }, want: "no deployment"},
		"no repository":      {change: func(m *notify.Message) { m.Target.Deployment.Repo = "../.." }, want: "no repository"},
		"not installed":      {change: func(m *notify.Message) { m.Target.Deployment.Repo = "acme/elsewhere" }, want: "not installed on acme/elsewhere"},
		"no deployment's ID": {change: func(m *notify.Message) { m.ReplyTo = "x" }, want: "not known"},
		"deleted":            {change: func(m *notify.Message) { m.ReplyTo = "404" }, want: "deleted"},
	} {
		f := releasing(t, test.world...)
		sink, message := github.NewDeploymentSink(f.source), f.deployment(t)
		if test.change != nil {
			test.change(&message)
		}
		var err error
		if message.ReplyTo != "" {
			err = sink.Update(soon(t), message.ReplyTo, message)
		} else {
			_, err = sink.Post(soon(t), message)
		}
		if never := wantUndeliverable(t, name, err); !strings.Contains(never.Reason, test.want) {
			t.Errorf("%s: %s", name, never.Reason)
		}
		if got := f.deployed(); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestDeploymentsWaitAsToldAndNeedAMarker(t *testing.T) {
	f := releasing(t)
	sink, message := github.NewDeploymentSink(f.source), f.deployment(t)
	f.Inject("repos/create-deployment", 1, githubfake.Limited(http.StatusTooManyRequests, 90*time.Second))
	if _, err := sink.Post(soon(t), message); isDeferred(err) == nil || isDeferred(err).After != 90*time.Second {
		t.Errorf("at a limit: %v", err)
	}
	f.now.advance(2 * time.Minute)
	message.Marker = "no marker"
	if _, err := sink.Post(soon(t), message); err == nil || isUndeliverable(err) != nil {
		t.Errorf("without a marker: %v", err)
	}
	if got := f.deployed(); got != "" {
		t.Error(got)
	}
}

// What nobody waits for has a share of GitHub's limits, so that commands have theirs.
func TestDeploymentsKeepToTheirShare(t *testing.T) {
	f := releasing(t)
	sink := github.NewDeploymentSink(f.source.Background())
	var deferred *notify.Deferred
	for n := 0; deferred == nil && n < 20; n++ {
		message := f.deployment(t)
		message.Marker = fmt.Sprintf("kargo-bot:promotion:%d", n)
		_, err := sink.Post(shortly(t), message)
		isHalf := err != nil && strings.Contains(err.Error(), "no status yet")
		if deferred = isDeferred(err); err != nil && deferred == nil && !isHalf && !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
	}
	if deferred == nil || deferred.After <= 0 {
		t.Errorf("20 deployments at once: %v", deferred)
	}
}
