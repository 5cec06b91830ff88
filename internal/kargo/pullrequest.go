package kargo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// stepOutput is what of a step's output the bot reads: a step that opens a pull request leaves that
// (git_pr_opener.go of Kargo v1.11.2).
type stepOutput struct {
	PR *openedPull `json:"pr,omitempty"`
}

type openedPull struct {
	URL string `json:"url"`
}

// PullRequestURL returns the address of the pull request that a Promotion has opened; empty if it has opened
// none.
func PullRequestURL(p *kargoapi.Promotion) string {
	outputs := pullRequests(p.Status.State)
	aliases := make([]string, 0, len(outputs))
	for alias := range outputs {
		aliases = append(aliases, alias)
	}
	slices.Sort(aliases)
	for _, alias := range aliases {
		return outputs[alias].PR.URL
	}
	return ""
}

// Promoted is a Promotion, and what it replaces.
type Promoted struct {
	Target

	Promotion *kargoapi.Promotion
	// Freight is what is promoted; nil if it no longer exists.
	Freight *kargoapi.Freight
	// From is Freight of the same origin that ran before, or runs while the Promotion has not succeeded.
	From []kargoapi.FreightReference
}

// OpenedBy returns the newest Promotion that has opened the pull request of that address, or nil. If Kargo
// finds that there is one open already, it goes on with it, so that several may have the same.
func (c *Catalogue) OpenedBy(ctx context.Context, pullRequest string) (*Promoted, error) {
	var newest *kargoapi.Promotion
	for i := range c.pipelines {
		var list kargoapi.PromotionList
		err := c.reader.List(ctx, &list, client.InNamespace(c.pipelines[i].Namespace),
			client.MatchingFields{PromotionPullRequest: pullRequest}, client.UnsafeDisableDeepCopy)
		if err != nil {
			return nil, fmt.Errorf("list promotions that have opened a pull request: %w", err)
		}
		for j := range list.Items {
			if newest == nil || list.Items[j].Name > newest.Name {
				newest = &list.Items[j]
			}
		}
	}
	if newest == nil {
		return nil, nil
	}
	return c.promoted(ctx, newest.DeepCopy())
}

// promoted finds what a Promotion replaces. It returns nil if its Stage is none that people can name.
func (c *Catalogue) promoted(ctx context.Context, p *kargoapi.Promotion) (*Promoted, error) {
	for i := range c.pipelines {
		pipeline := &c.pipelines[i]
		if pipeline.Namespace != p.Namespace {
			continue
		}
		service, ok := pipeline.service(p.Spec.Stage)
		if !ok {
			continue
		}
		for _, env := range pipeline.Environments {
			if pipeline.stageName(service, env.Name) != p.Spec.Stage {
				continue
			}
			target, err := c.target(ctx, selected{pipeline, service}, env.Name)
			if isProblem(err, chatops.CodeNoStage) {
				return nil, nil
			}
			if err != nil {
				return nil, err
			}
			out := &Promoted{Target: target, Promotion: p}
			out.From = out.replaced()
			var freight kargoapi.Freight
			err = c.reader.Get(ctx, client.ObjectKey{Namespace: p.Namespace, Name: p.Spec.Freight}, &freight)
			if err == nil {
				out.Freight = &freight
				out.From = slices.DeleteFunc(out.From, func(r kargoapi.FreightReference) bool { return r.Origin != freight.Origin })
			}
			return out, client.IgnoreNotFound(err)
		}
	}
	return nil, nil
}

// replaced returns what ran before the Freight did, or what runs if that has not come to run.
func (p *Promoted) replaced() []kargoapi.FreightReference {
	history := p.Stage.Status.FreightHistory
	before := 0
	for i, collection := range history {
		if collection.Includes(p.Promotion.Spec.Freight) {
			before = i + 1
			break
		}
	}
	if before >= len(history) {
		return nil
	}
	return inOrder(p.Stage, history[before])
}

// pullRequests picks from the output of steps the pull requests that they have opened. Other steps may leave
// anything there.
func pullRequests(state *apiextensionsv1.JSON) map[string]stepOutput {
	// Few Promotions open any, and each is looked at whenever it changes.
	if state == nil || !bytes.Contains(state.Raw, []byte(`"pr"`)) {
		return nil
	}
	var all map[string]json.RawMessage
	if json.Unmarshal(state.Raw, &all) != nil {
		return nil
	}
	found := map[string]stepOutput{}
	for alias, raw := range all {
		var output stepOutput
		if json.Unmarshal(raw, &output) == nil && output.PR != nil && output.PR.URL != "" {
			found[alias] = output
		}
	}
	return found
}

// slimState is the output of steps with nothing but the pull requests that they have opened.
func slimState(state *apiextensionsv1.JSON) *apiextensionsv1.JSON {
	found := pullRequests(state)
	if len(found) == 0 {
		return nil
	}
	raw, err := json.Marshal(found)
	if err != nil {
		// Strings always encode.
		panic(err)
	}
	return &apiextensionsv1.JSON{Raw: raw}
}
