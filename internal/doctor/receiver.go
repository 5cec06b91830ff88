package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

func receiverCheck() check {
	return check{
		name:  "webhook-receiver",
		looks: "the webhook receivers in the ProjectConfig, and those for all Projects in the ClusterConfig",
		finds: "a Project without any, so that artifacts are discovered when the interval of the Warehouse is over and not at once",
		needs: needCluster,
		scope: whole,
		find:  receivers,
	}
}

// defaultInterval is Kargo's own between two looks of a Warehouse.
const defaultInterval = 5 * time.Minute

// receivers finds Projects that nobody tells of what is pushed.
func receivers(ctx context.Context, s *state) []finding {
	if len(s.Warehouses) == 0 {
		return nil
	}
	config, ok := s.get(ctx, projectConfigKind, s.Namespace, s.Project)
	if !ok {
		return nil
	}
	if config != nil {
		if have, _, err := unstructured.NestedSlice(config.Object, "spec", "webhookReceivers"); err != nil || len(have) > 0 {
			return nil
		}
	}
	if has, known := s.commonReceivers(ctx); has || !known {
		return nil
	}
	longest, kind := time.Duration(0), ""
	for _, w := range s.Warehouses {
		interval := defaultInterval
		if w.Spec.Interval != nil {
			interval = w.Spec.Interval.Duration
		}
		longest = max(longest, interval)
		for _, sub := range w.Spec.Subscriptions {
			if sub.Image != nil && kind == "" {
				kind = receiverKind(sub.Image.RepoURL)
			}
		}
	}
	if kind == "" {
		kind = "github"
	}
	f := answers.Finding{
		Severity: answers.SeverityInfo, Subject: "ProjectConfig/" + s.Project,
		What: fmt.Sprintf("Project %s has no webhook receiver.", s.Project),
		Why:  fmt.Sprintf("What is pushed is discovered after up to %s, instead of within seconds.", cards.Age(longest)),
		Fix: fmt.Sprintf("Add one, and give its address to the registry: after a moment it is in "+
			"`kubectl -n %s get projectconfig %s -o jsonpath='{.status.webhookReceivers[*].url}'`", s.Namespace, s.Project),
		Command: receiverCommand(s.Namespace, s.Project, kind, config != nil),
	}
	return []finding{{Finding: f}}
}

// commonReceivers reports whether the ClusterConfig has receivers, which are for the Warehouses of all Projects. There
// is no more than one, and in an old Kargo none.
func (s *state) commonReceivers(ctx context.Context) (has, known bool) {
	config, err := s.fetch(ctx, clusterConfigKind, "", "cluster")
	switch {
	case isUnknownKind(err) || apierrors.IsNotFound(err):
		return false, true
	case err != nil:
		s.cannot(s.why(err, "get", clusterConfigKind.Kind, ""))
		return false, false
	}
	receivers, _, err := unstructured.NestedSlice(config.Object, "spec", "webhookReceivers")
	return err != nil || len(receivers) > 0, true
}

// receiverKinds has Kargo's receivers by the host of a registry.
var receiverKinds = map[string]string{
	"quay.io": "quay", "ghcr.io": "github", "docker.io": "dockerhub", "index.docker.io": "dockerhub", "registry.gitlab.com": "gitlab",
}

// receiverKind returns the receiver for an image's repository; empty if there is none that is known.
func receiverKind(repository string) string {
	host, _, found := strings.Cut(repository, "/")
	if !found || !strings.ContainsAny(host, ".:") {
		return "dockerhub"
	}
	return receiverKinds[host]
}

// receiverCommand makes a Secret with a random value, and a receiver with it.
func receiverCommand(namespace, project, kind string, exists bool) string {
	// Receivers that get signed requests have the signature's key, those that don't a part of their address.
	key := "secret"
	if slices.Contains([]string{"gitlab", "artifactory"}, kind) {
		key = "secret-token"
	}
	name := "webhook-" + kind
	receivers := []any{map[string]any{"name": kind, kind: map[string]any{"secretRef": map[string]any{"name": name}}}}
	spec := map[string]any{"webhookReceivers": receivers}
	config := applied(map[string]any{
		"apiVersion": kargoapi.GroupVersion.String(), "kind": projectConfigKind.Kind,
		"metadata": map[string]any{"namespace": namespace, "name": project}, "spec": spec,
	})
	if exists {
		_, config = patched(object{projectConfigKind, namespace, project}, types.MergePatchType, map[string]any{"spec": spec}, "")
	}
	return fmt.Sprintf("KEY=$(openssl rand -hex 32) && [ -n \"$KEY\" ] &&\n"+
		"kubectl -n %[1]s create secret generic %[2]s --from-literal=%[3]s=\"$KEY\" &&\n"+
		"kubectl -n %[1]s label secret %[2]s kargo.akuity.io/cred-type=generic &&\n%[4]s", namespace, name, key, config)
}
