package cluster

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"

	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
)

// schemaOf is the part of a schema that tells versions apart.
type schemaOf struct {
	Properties map[string]schemaOf `json:"properties"`
	Items      *schemaOf           `json:"items"`
}

// DetectVersion tells Kargo's version by the fields of its kinds that the API server serves, which everybody who may
// log in may read. The error is a Problem.
func DetectVersion(ctx context.Context, config *rest.Config, timeout time.Duration) (generate.Version, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	c, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return generate.Version{}, &Problem{Text: "the cluster can't be reached: check --kubeconfig", Cause: err}
	}
	raw, err := c.RESTClient().Get().AbsPath("/openapi/v3/apis/kargo.akuity.io/v1alpha1").SetHeader("Accept", "application/json").DoRaw(ctx)
	switch {
	case apierrors.IsNotFound(err):
		return generate.Version{}, &Problem{Text: "the cluster has no Kargo: install it, then run this again", Cause: err}
	case err != nil:
		return generate.Version{}, explain(err, "list", kinds()[0], "", "")
	}
	var document struct {
		Components struct {
			Schemas map[string]schemaOf `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		return generate.Version{}, &Problem{Text: "Kargo's version can't be told: say it with --kargo-version", Cause: err}
	}
	return versionOf(document.Components.Schemas)
}

// versionOf: 1.12 has Targets, 1.11 has holds of auto-promotion, and 1.9 leaves the schema of a subscription open,
// which before was a closed one without allowTagsRegexes.
func versionOf(schemas map[string]schemaOf) (generate.Version, error) {
	var stage, warehouse schemaOf
	for name, schema := range schemas {
		switch {
		case strings.HasSuffix(name, ".Stage"):
			stage = schema
		case strings.HasSuffix(name, ".Warehouse"):
			warehouse = schema
		}
	}
	if len(stage.Properties) == 0 {
		return generate.Version{}, &Problem{Text: "Kargo's version can't be told: say it with --kargo-version"}
	}
	minor := 10
	subscription := warehouse.Properties["spec"].Properties["subscriptions"].Items
	switch status := stage.Properties["status"].Properties; {
	case has(stage.Properties["spec"].Properties, "targets"):
		minor = 12
	case has(status, "autoPromotionHolds"), has(status, "effectiveAutoPromotionHolds"):
		minor = 11
	case subscription != nil && has(subscription.Properties, "image") && !has(subscription.Properties["image"].Properties, "allowTagsRegexes"):
		minor = 8
	}
	return generate.Version{Major: 1, Minor: minor}, nil
}

func has(properties map[string]schemaOf, name string) bool {
	_, ok := properties[name]
	return ok
}
