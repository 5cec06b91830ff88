package demo

import (
	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/announce"
	"github.com/davidaparicio/kargo-bot/internal/app"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/world"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

// announcements say who is told of what without having asked for it, as the configuration would: all of
// production, and what goes wrong in staging.
func announcements() app.AnnounceOptions {
	channel := []route.Destination{{Sink: route.SinkSlack, Target: "#" + channelName}}
	table := &route.Table{
		Rules: []route.Rule{
			{Environments: []string{world.Production}, To: channel},
			{Environments: []string{world.Staging}, On: bad(), To: channel},
		},
		Owners: []route.Owner{{Services: []string{"red"}, Slack: slackIDOf(releaser)}},
	}
	return app.AnnounceOptions{
		Table:       table,
		Deployments: &announce.Deployments{Environment: "{service}-{environment}", Production: []string{world.Production}},
		ReleasePage: true, Checks: true,
	}
}

// bad are the outcomes that somebody has to look at.
func bad() []v1alpha1.Outcome {
	var out []v1alpha1.Outcome
	for _, o := range v1alpha1.Outcomes() {
		if o.IsBad() {
			out = append(out, o)
		}
	}
	return out
}
