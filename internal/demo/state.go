package demo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/demo/page"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// How much the page shows: the newest so many.
const (
	shownMessages  = 200
	shownComments  = 100
	shownShipments = 50
	shownThreads   = 12
)

// State implements page.World.
func (d *Demo) State(ctx context.Context) (page.State, error) {
	board, err := d.board.read(ctx)
	if err != nil {
		return page.State{}, err
	}
	for i := range board.Services {
		board.Services[i].Mishap = d.mishaps.of(board.Services[i].Name)
	}
	board.CredentialFails = d.credential.fails()
	shipments, err := d.shipments(ctx)
	if err != nil {
		return page.State{}, err
	}
	return page.State{
		Slack: d.slack.channel(), GitHub: d.github.threads(), Repository: d.github.repository(), Board: board, Shipments: shipments,
	}, nil
}

// Changed implements page.World.
func (d *Demo) Changed() <-chan struct{} { return d.changed.wait() }

func (d *Demo) shipments(ctx context.Context) ([]page.Shipment, error) {
	var list v1alpha1.ShipmentList
	if err := d.cache.List(ctx, &list, client.InNamespace(namespace)); err != nil {
		return nil, fmt.Errorf("list shipments: %w", err)
	}
	slices.SortFunc(list.Items, func(a, b v1alpha1.Shipment) int {
		return cmp.Or(b.CreationTimestamp.Compare(a.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
	out := []page.Shipment{}
	for _, s := range list.Items[:min(len(list.Items), shownShipments)] {
		out = append(out, page.Shipment{
			Name: s.Name, Request: s.Spec.Summary, Phase: string(s.Status.Phase), Step: s.Status.Progress,
			By: s.Spec.RequestedBy.Username, Created: s.CreationTimestamp.Time,
		})
	}
	return out, nil
}

// channel returns the channel as the page shows it: messages, and between them what was typed, and what people
// were told directly.
func (w *workspace) channel() page.Channel {
	app := w.fake.Config().App
	out := page.Channel{Names: map[string]string{channelID: channelName, app.BotUserID: app.Name}, Messages: []page.Message{}}
	for _, p := range people() {
		out.Names[p.slackID] = p.login
	}
	lines := w.lines()
	for _, line := range lines {
		from := page.FromTyping
		if line.clicked {
			from = page.FromClicking
		}
		out.Messages = append(out.Messages, page.Message{
			ID: fmt.Sprintf("typed-%d", line.number), Author: line.author, From: from, Text: line.text, At: line.at,
		})
	}
	for _, m := range w.fake.Messages(channelID) {
		out.Messages = append(out.Messages, message(m, app.BotUserID, out.Names))
	}
	for _, p := range people() {
		for _, m := range w.fake.Messages(directChannel(p)) {
			shown := message(m, app.BotUserID, out.Names)
			shown.Direct, shown.OnlyTo = true, p.login
			out.Messages = append(out.Messages, shown)
		}
	}
	slices.SortStableFunc(out.Messages, func(a, b page.Message) int { return place(a, lines).Compare(place(b, lines)) })
	out.Messages = out.Messages[max(0, len(out.Messages)-shownMessages):]
	return out
}

// place is the moment by which a message is sorted: an answer for one person stands right below the
// command, even if something else was faster.
func place(m page.Message, lines []typedLine) time.Time {
	if m.OnlyTo == "" || m.Direct {
		return m.At
	}
	for _, line := range slices.Backward(lines) {
		if line.author == m.OnlyTo && !line.at.After(m.At) {
			return line.at
		}
	}
	return m.At
}

func message(m slackfake.Message, bot string, names map[string]string) page.Message {
	out := page.Message{
		ID: m.TS, Thread: m.ThreadTS, Author: names[m.User], From: page.FromPerson,
		OnlyTo: names[m.EphemeralTo], Text: m.Text, Blocks: m.Blocks, At: m.Versions[0].At,
	}
	switch m.User {
	case bot:
		out.From = page.FromApp
	case slackfake.SlackbotID:
		out.From, out.Author = page.FromSlack, "Slackbot"
	}
	if edits := len(m.Versions) - 1; edits > 0 {
		out.Edited = &m.Versions[edits].At
	}
	return out
}

// threads returns the conversations that the page shows.
func (f *forge) threads() []page.Thread {
	all := f.list()
	// Those that the demo begins with come first, then what was opened since, then what was merged before.
	first := slices.IndexFunc(all, func(c conversation) bool { return c.number == releaseIssue })
	shown := slices.Clone(all[first:])
	for _, c := range slices.Backward(all[:first]) {
		if len(shown) < shownThreads {
			shown = append(shown, c)
		}
	}
	threads := make([]page.Thread, len(shown))
	for i, c := range shown {
		threads[i] = f.thread(c)
	}
	return threads
}

func (f *forge) thread(c conversation) page.Thread {
	thread := page.Thread{
		Number: c.number, Title: c.title, Author: c.author, Body: c.body,
		PullRequest: c.pull, Merged: c.merged, Comments: []page.Comment{},
	}
	comments := f.fake.Comments(repository, c.number)
	for _, comment := range comments[max(0, len(comments)-shownComments):] {
		thread.Comments = append(thread.Comments, commentOf(comment))
	}
	return thread
}

func commentOf(c githubfake.Comment) page.Comment {
	out := page.Comment{ID: c.ID, Author: c.Author, Bot: c.Bot, Body: c.Body, At: c.Created}
	if edits := len(c.Edits); edits > 0 {
		at := c.Edits[edits-1].At.Truncate(time.Second)
		out.Edited = &at
	}
	for _, r := range c.Reactions {
		i := slices.IndexFunc(out.Reactions, func(known page.Reaction) bool { return known.Content == r.Content })
		if i < 0 {
			i, out.Reactions = len(out.Reactions), append(out.Reactions, page.Reaction{Content: r.Content})
		}
		out.Reactions[i].By = append(out.Reactions[i].By, r.User)
	}
	return out
}
