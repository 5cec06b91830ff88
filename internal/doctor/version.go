package doctor

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// oldestMinor and newestMinor are the versions 1.x of Kargo that this bot was written for.
const (
	oldestMinor = 11
	newestMinor = 12
)

func versionCheck() check {
	return check{
		name:  "kargo-version",
		looks: "the image of Kargo's controller, and where that can't be read the fields of its CRDs",
		finds: fmt.Sprintf("a Kargo before 1.%d, on which promotions by this bot don't work, or after 1.%d, on which it was not tried", oldestMinor, newestMinor),
		needs: needCluster,
		scope: once,
		find:  kargoVersion,
	}
}

// kargoVersion finds a Kargo that the bot was not written for.
func kargoVersion(ctx context.Context, s *state) []finding {
	before := len(s.notLooked)
	minor, version := s.controllerVersion(ctx)
	if version == "" {
		// It is looked at by other means.
		s.notLooked = s.notLooked[:before]
		minor, version = s.definedVersion(ctx)
	}
	f := answers.Finding{Subject: "Deployment/kargo-controller"}
	switch {
	case version == "":
		if len(s.notLooked) == before {
			s.cannot("Neither the Deployment kargo-controller nor the definition of Stages tells Kargo's version.")
		}
		return nil
	case minor < oldestMinor:
		f.Severity = answers.SeverityError
		f.What = fmt.Sprintf("Kargo is %s: this bot needs 1.%d or later.", version, oldestMinor)
		f.Why = "Before 1.11 Kargo does not fill in the steps of a Promotion, so that promotions by the bot do nothing, or fail."
	case minor > newestMinor:
		f.Severity = answers.SeverityInfo
		f.What = fmt.Sprintf("Kargo is %s, which is later than 1.%d, the last that this bot was tried with.", version, newestMinor)
		f.Why = "It may show or want things in a way that the bot does not know."
		f.Fix = "Look whether there is a later version of the bot."
		return []finding{{Finding: f}}
	default:
		return nil
	}
	f.Fix = "Upgrade Kargo, after reading its release notes."
	f.Command = fmt.Sprintf("helm upgrade kargo oci://ghcr.io/akuity/kargo-charts/kargo -n %s --version 1.11.2 --reset-then-reuse-values", s.Places.Kargo)
	return []finding{{Finding: f}}
}

// versionNumber is one of Kargo's in the tag of its image.
var versionNumber = regexp.MustCompile(`^v?(1\.([0-9]{1,3})\.[0-9]+[^@]*)`)

// controllerVersion returns the version in the tag of the controller's image.
func (s *state) controllerVersion(ctx context.Context) (minor int, version string) {
	deployment, ok := s.get(ctx, deploymentKind, s.Places.Kargo, "kargo-controller")
	if !ok || deployment == nil {
		return 0, ""
	}
	containers, _, err := unstructured.NestedSlice(deployment.Object, "spec", "template", "spec", "containers")
	if err != nil {
		return 0, ""
	}
	for _, one := range containers {
		container, _ := one.(map[string]any)
		image, _ := container["image"].(string)
		name := image[strings.LastIndexByte(image, '/')+1:]
		_, tag, _ := strings.Cut(name, ":")
		if found := versionNumber.FindStringSubmatch(tag); found != nil {
			minor, _ = strconv.Atoi(found[2])
			return minor, found[1]
		}
	}
	return 0, ""
}

// definedVersion tells from Kargo's CRDs whether it is old: effectiveAutoPromotionHolds of Stages came with 1.11.
func (s *state) definedVersion(ctx context.Context) (minor int, version string) {
	definition, ok := s.get(ctx, definitionKind, "", "stages."+kargoapi.GroupVersion.Group)
	if !ok || definition == nil {
		return 0, ""
	}
	versions, _, err := unstructured.NestedSlice(definition.Object, "spec", "versions")
	if err != nil || len(versions) == 0 {
		return 0, ""
	}
	first, _ := versions[0].(map[string]any)
	status, found, err := unstructured.NestedMap(first, "schema", "openAPIV3Schema", "properties", "status", "properties")
	if err != nil || !found {
		return 0, ""
	}
	if _, ok := status["effectiveAutoPromotionHolds"]; !ok {
		return oldestMinor - 1, "1.10 or older"
	}
	return oldestMinor, "1.11 or later"
}
