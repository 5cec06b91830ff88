package doctor_test

import (
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/doctor"
)

const authorizedStage = "kargo.akuity.io/authorized-stage"

// argoObject reads an object of Argo CD.
func argoObject(t *testing.T, cluster client.Client, kind, name string) *unstructured.Unstructured {
	t.Helper()
	o := &unstructured.Unstructured{}
	o.SetGroupVersionKind(schema.GroupVersionKind{Group: "argoproj.io", Version: "v1alpha1", Kind: kind})
	if err := cluster.Get(t.Context(), client.ObjectKey{Namespace: "argocd", Name: name}, o); err != nil {
		t.Fatal(err)
	}
	return o
}

// mendAll does the repairs of a check.
func mendAll(t *testing.T, cluster client.Client, repairs []doctor.Repair, check string) (says string) {
	t.Helper()
	for _, r := range repairs {
		if r.Finding.Check != check {
			continue
		}
		says += r.Says
		if err := r.Do(t.Context(), cluster); err != nil {
			t.Fatal(err)
		}
	}
	return says
}

const namesRed = "{name: red-app}"

func TestAuthorizationIsAddedAndNeverTaken(t *testing.T) {
	for _, test := range []struct {
		name, before, says, after string
	}{
		{"none", "", "lacks the annotation", "microsvcs:red-production"},
		{"others, known and not", "microsvcs:by-task,billing:red,microsvcs:gone", "says", "microsvcs:by-task,billing:red,microsvcs:gone,microsvcs:red-production"},
		{"nearly its name", "microsvcs:red-prodction,microsvcs:red-productio", "says", "microsvcs:red-productio,microsvcs:red-production"},
		{"a pattern beside it", "microsvcs:red-production, microsvcs:*", "patterns no longer count", "microsvcs:red-production"},
		{"half an entry beside it", "billing:red,microsvcs:red-production,red", `"red" is not <project>:<stage>`, "billing:red,microsvcs:red-production"},
		{"as Kargo reads it", " microsvcs : red-production ,, billing:red", "", " microsvcs : red-production ,, billing:red"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cluster := clusterOf(t, updating("red-production", namesRed), staged("by-task", "{task: {name: deploy}}"),
				updating("red-productio", "{name: other}"), argo("red-app", test.before, ""))
			d, repairs := newWorld().look(t, cluster)
			if test.says == "" {
				if all := findings(d, "argocd-authorization"); len(all) > 0 {
					t.Errorf("%+v", all)
				}
			} else if f := only(t, d, "argocd-authorization"); !strings.Contains(f.What, test.says) {
				t.Errorf("%s", f.What)
			}
			mendAll(t, cluster, repairs, "argocd-authorization")
			if got := argoObject(t, cluster, "Application", "red-app").GetAnnotations()[authorizedStage]; got != test.after {
				t.Errorf("after: %q", got)
			}
			d, _ = newWorld().look(t, cluster)
			if all := findings(d, "argocd-authorization"); len(all) > 0 {
				t.Errorf("still: %+v", all)
			}
		})
	}
}

func TestTwoStagesOfOneApplicationAreMendedTogether(t *testing.T) {
	cluster := clusterOf(t, updating("red-production", namesRed), updating("red-staging", namesRed), argo("red-app", "", "annotations: {kubectl.kubernetes.io/last-applied-configuration: '{}'}"))
	d, repairs := newWorld().look(t, cluster)
	if f := only(t, d, "argocd-authorization"); !strings.Contains(f.What, "Stages red-staging, red-production") {
		t.Errorf("%s", f.What)
	}
	mendAll(t, cluster, repairs, "argocd-authorization")
	if got := argoObject(t, cluster, "Application", "red-app").GetAnnotations()[authorizedStage]; got != "microsvcs:red-staging,microsvcs:red-production" {
		t.Errorf("after: %q", got)
	}
}

// TestAnAnnotationThatHasChangedIsNotOverwritten, whether it was there when it was looked at or not.
func TestAnAnnotationThatHasChangedIsNotOverwritten(t *testing.T) {
	for _, more := range []string{"", "annotations: {a: b}", "annotations: {" + authorizedStage + ": 'billing:red'}"} {
		cluster := clusterOf(t, updating("red-production", namesRed), argo("red-app", "", more))
		_, repairs := newWorld().look(t, cluster)
		i := slices.IndexFunc(repairs, func(r doctor.Repair) bool { return r.Finding.Check == "argocd-authorization" })
		app := argoObject(t, cluster, "Application", "red-app")
		change := client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"annotations":{"`+authorizedStage+`":"billing:blue"}}}`))
		if err := cluster.Patch(t.Context(), app, change); err != nil {
			t.Fatal(err)
		}
		if err := repairs[i].Do(t.Context(), cluster); err == nil {
			t.Errorf("%s: it was done", more)
		}
		if got := argoObject(t, cluster, "Application", "red-app").GetAnnotations()[authorizedStage]; got != "billing:blue" {
			t.Errorf("%s: after: %q", more, got)
		}
	}
}

func TestSelectorsOfApplications(t *testing.T) {
	const labels = "labels: {service: red, tier: web}"
	ours, theirs := argo("red-app", "microsvcs:red-production", labels), argo("red-two", "microsvcs:blue-production", labels)
	for _, test := range []struct {
		name, selector string
		apps           []string
		// check and says are of the finding; noted says what was not looked at.
		check, says, noted string
	}{
		{"all let it", "matchLabels: {service: red}", []string{ours}, "", "", ""},
		{"some let it", "matchLabels: {service: red}", []string{ours, theirs}, "", "", "1 of 2 do not let it"},
		{"none lets it", `matchLabels: {service: "${{ vars.service }}"}`, []string{theirs}, "argocd-authorization", "none of them (1 Application) lets it", ""},
		{"none matches", "matchExpressions: [{key: tier, operator: NotIn, values: [web]}]", []string{ours, theirs}, "argocd-application", "tier notin (web), and there are none", ""},
		{"an expression matches", "matchLabels: {service: red}, matchExpressions: [{key: tier, operator: Exists}]", []string{theirs}, "argocd-authorization", "none of them", ""},
		{"worked out as it runs", `matchLabels: {service: "${{ outputs.x.y }}"}`, []string{theirs}, "", "", "works out which Application"},
		{"what Kargo refuses", "matchExpressions: [{key: tier, operator: Near}]", []string{theirs}, "", "", "works out which Application"},
	} {
		t.Run(test.name, func(t *testing.T) {
			stage := updating("red-production", "{selector: {"+test.selector+"}}") + "\n  vars: [{name: service, value: red}]"
			d, repairs := newWorld().look(t, clusterOf(t, append(test.apps, stage)...))
			var found []string
			for _, f := range d.Findings {
				if strings.HasPrefix(f.Check, "argocd-") {
					found = append(found, f.Check+" "+f.What)
				}
			}
			if test.check == "" && len(found) > 0 || test.check != "" && (len(found) != 1 || !strings.HasPrefix(found[0], test.check) || !strings.Contains(found[0], test.says)) {
				t.Errorf("found: %q", found)
			}
			if says := mendAll(t, clusterOf(t), repairs, "argocd-authorization"); says != "" {
				t.Errorf("it would: %s", says)
			}
			var noted string
			for _, n := range d.NotLooked {
				if strings.HasPrefix(n.Check, "argocd-") {
					noted += n.Why
				}
			}
			if test.noted == "" && noted != "" || !strings.Contains(noted, test.noted) {
				t.Errorf("noted: %q", noted)
			}
		})
	}
}

func TestTheTemplateOfAnApplicationSetKeepsWhatItSays(t *testing.T) {
	const owned = "ownerReferences: [{apiVersion: argoproj.io/v1alpha1, kind: ApplicationSet, name: services, uid: x}]"
	for _, test := range []struct {
		name, metadata string
		says, after    string
	}{
		{"nothing", "", "lacks", "microsvcs:{{service}}"},
		{"of another team", ", annotations: {" + authorizedStage + ": 'billing:{{service}},ops:x'}", "lacks", "billing:{{service}},ops:x,microsvcs:{{service}}"},
		{"other annotations", ", annotations: {a: b}", "lacks", "microsvcs:{{service}}"},
		{"the same", ", annotations: {" + authorizedStage + ": 'microsvcs:{{service}}'}", "look why Argo CD does not", ""},
		{"a pattern", ", annotations: {" + authorizedStage + ": 'microsvcs:*'}", "Correct the annotation", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			set := "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: services, namespace: argocd}\n" +
				`spec: {template: {metadata: {name: "{{service}}"` + test.metadata + "}}}"
			w := newWorld()
			cluster := clusterOf(t, updating("red-production", "{name: red-production}"), updating("red-staging", "{name: red-staging}"),
				argo("red-production", "", owned), argo("red-staging", "", owned), set)
			d, repairs := w.look(t, cluster)
			f := only(t, d, "argocd-authorization")
			if text := f.What + f.Fix; !strings.Contains(text, test.says) || !strings.Contains(text, "1 more") || f.Severity != answers.SeverityError {
				t.Errorf("%s", text)
			}
			says := mendAll(t, cluster, repairs, "argocd-authorization")
			after, _, _ := unstructured.NestedString(argoObject(t, cluster, "ApplicationSet", "services").Object, "spec", "template", "metadata", "annotations", authorizedStage)
			if test.after == "" && says != "" || test.after != "" && after != test.after {
				t.Errorf("says %q, after: %q", says, after)
			}
		})
	}
}
