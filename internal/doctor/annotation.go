package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// The OCI annotations by which an image leads to a commit:
// https://github.com/opencontainers/image-spec/blob/main/annotations.md
const (
	annotationRevision = "org.opencontainers.image.revision"
	annotationSource   = "org.opencontainers.image.source"
)

func annotationCheck() check {
	return check{
		name:  "image-annotations",
		looks: "the annotations of the newest image of each repository, as Freight has them",
		finds: "images without the OCI annotations that lead to the commit that they were built from",
		needs: needCluster,
		find:  bareImages,
	}
}

// bareImages finds images of which nobody knows what commit they are of.
func bareImages(ctx context.Context, s *state) []finding {
	looked := map[string]bool{}
	for _, w := range s.Warehouses {
		looked[w.Name] = true
	}
	// There is much Freight, of which only the newest matters.
	newest, images, seen := map[string]time.Time{}, map[string]kargoapi.Image{}, 0
	err := pages(ctx, s.Reader, func() client.ObjectList { return listOf(freightKind) }, func(page client.ObjectList) int {
		list, _ := page.(*unstructured.UnstructuredList)
		for _, f := range typed[kargoapi.Freight](list.Items) {
			for _, image := range f.Images {
				at, known := newest[image.RepoURL]
				if looked[f.Origin.Name] && (!known || f.CreationTimestamp.After(at)) {
					newest[image.RepoURL], images[image.RepoURL] = f.CreationTimestamp.Time, image
				}
			}
		}
		seen += len(list.Items)
		return seen
	}, client.InNamespace(s.Namespace))
	if err != nil {
		s.cannot(s.why(err, "list", freightKind.Kind, s.Namespace))
		return nil
	}
	byLack := map[string][]string{}
	for repo, image := range images {
		var lacks []string
		for _, key := range []string{annotationRevision, annotationSource} {
			if image.Annotations[key] == "" {
				lacks = append(lacks, key)
			}
		}
		if len(lacks) > 0 {
			key := strings.Join(lacks, " and ")
			byLack[key] = append(byLack[key], repo)
		}
	}
	var found []finding
	for lacks, repos := range byLack {
		slices.Sort(repos)
		found = append(found, finding{Finding: bareImage(s.Project, lacks, repos, images)})
	}
	slices.SortFunc(found, func(a, b finding) int { return strings.Compare(a.What, b.What) })
	return found
}

func bareImage(project, lacks string, repos []string, images map[string]kargoapi.Image) answers.Finding {
	names := repos[:min(len(repos), mostNames)]
	text := strings.Join(names, ", ")
	if more := len(repos) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	what := fmt.Sprintf("The newest images of %s lack the annotation %s.", text, lacks)
	if len(repos) == 1 {
		what = fmt.Sprintf("The newest image of %s (%s) lacks the annotation %s.", text, images[repos[0]].Tag, lacks)
	}
	return answers.Finding{
		Severity: answers.SeverityInfo, Subject: "Project/" + project, What: what,
		Why: "What changes with a promotion (commits, pull requests, release notes) can only be guessed by the tag. Labels don't count: Kargo reads annotations alone.",
		Fix: "Build with them, also on the index of an image for several platforms; docker/build-push-action takes the same lines as `annotations`.",
		Command: fmt.Sprintf("docker buildx build --push --annotation \"index,manifest:%s=$(git rev-parse HEAD)\" --annotation \"index,manifest:%s=$(git remote get-url origin)\" -t IMAGE .",
			annotationRevision, annotationSource),
	}
}
