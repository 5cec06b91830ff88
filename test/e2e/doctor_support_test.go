package e2e_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// diagnosis is what `bot doctor -o json` prints, as far as it is looked at here.
type diagnosis struct {
	Checks    []string
	Findings  []found
	NotLooked []struct{ Check, Why string }
}

// found is a finding.
type found struct {
	Check, Severity, Subject, Looked, What, Why, Fix, Command string

	Fixable bool
}

// examine runs the doctor.
func examine(t *testing.T, p *harness.Patient, args ...string) diagnosis {
	t.Helper()
	ran := p.Doctor(t, p.Person, "", append(args, "-o", "json")...)
	var d diagnosis
	if err := json.Unmarshal([]byte(ran.Stdout), &d); err != nil {
		t.Fatalf("%v in what is printed (exit code %d):\n%s\n%s", err, ran.Code, ran.Stdout, ran.Stderr)
	}
	for _, f := range d.Findings {
		if f.Looked == "" || f.What == "" || f.Why == "" || f.Fix == "" {
			t.Errorf("incomplete: %+v", f)
		}
	}
	return d
}

// found returns the findings of a check as "severity subject".
func (d diagnosis) found(check string) []string {
	var all []string
	for _, f := range d.Findings {
		if f.Check == check {
			all = append(all, f.Severity+" "+f.Subject)
		}
	}
	return all
}

// ailment is something wrong: how it gets there, what is said of it, and what makes it go away.
type ailment struct {
	name string
	// make makes it, in a shell with objects on its standard input.
	make, objects string
	// check finds it: "severity subject", and says.
	check, finds string
	says         []string
	// fixable says that --fix mends it; else the command that is named does, with what is typed.
	fixable bool
	types   string
	// then is done after the command, in place of a controller that is not there.
	then string
}

// cure sees to it that the doctor finds an ailment, that what it says to do can be done, and that it is gone then.
func (a ailment) cure(t *testing.T, p *harness.Patient) {
	t.Helper()
	if a.objects != "" {
		p.Apply(t, a.objects)
	}
	if a.make != "" {
		p.Shell(t, a.make, "")
	}
	command, seen := "", false
	before := examine(t, p)
	for _, f := range before.Findings {
		if !a.is(f) {
			continue
		}
		seen, command = true, f.Command
		if f.Fixable != a.fixable {
			t.Errorf("fixable: %v", f.Fixable)
		}
	}
	if !seen {
		t.Fatalf("not found; there are %+v, not looked at %+v", before.Findings, before.NotLooked)
	}
	if a.fixable {
		// Whoever does not answer has nothing changed.
		p.Doctor(t, p.Person, "", "--fix")
		if !slices.ContainsFunc(examine(t, p).Findings, a.is) {
			t.Error("it was mended by itself")
		}
		ran := p.Doctor(t, p.Person, strings.Repeat("y\n", 20), "--fix")
		mustSay(t, ran.Stderr, "[y/N]", "Done.")
	} else {
		if command == "" {
			t.Fatal("there is no command")
		}
		p.Shell(t, command, a.types)
	}
	if a.then != "" {
		p.Shell(t, a.then, "")
	}
	if after := examine(t, p); slices.ContainsFunc(after.Findings, a.is) {
		t.Errorf("after %q there still is %s: %+v", command, a.finds, after.Findings)
	}
}

// is reports whether a finding is of the ailment.
func (a ailment) is(f found) bool {
	text := f.What + " " + f.Why + " " + f.Fix + " " + f.Command
	return f.Check == a.check && f.Severity+" "+f.Subject == a.finds &&
		!slices.ContainsFunc(a.says, func(words string) bool { return !strings.Contains(text, words) })
}

// staged is the Stage red-production, and that it has Freight from the Warehouse red; its steps clone, push and update.
func staged(application string) string {
	return fmt.Sprintf(`apiVersion: kargo.akuity.io/v1alpha1
kind: Warehouse
metadata: {name: red, namespace: "{project}"}
spec:
  interval: 24h0m0s
  freightCreationPolicy: Manual
  subscriptions: [{image: {repoURL: quay.io/acme/red, imageSelectionStrategy: SemVer, constraint: ">=0.0.0"}}]
---
apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata: {name: red-production, namespace: "{project}"}
spec:
  requestedFreight: [{origin: {kind: Warehouse, name: red}, sources: {direct: true}}]
  vars: [{name: gitRepo, value: "https://git.acme.dev/acme/microsvcs.git"}]
  promotionTemplate:
    spec:
      steps:
      - {uses: git-clone, config: {repoURL: "${{ vars.gitRepo }}", checkout: [{branch: main, path: ./src}]}}
      - {uses: git-push, config: {path: ./src}}
      - {uses: argocd-update, config: {apps: [{name: %s, namespace: "{around}"}]}}
`, application)
}

// application is one of Argo CD that is well.
func application(name, more string) string {
	return fmt.Sprintf(`apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: %s
  namespace: "{around}"
%sspec: {project: default}
status: {sync: {status: Synced}, health: {status: Healthy}}
`, name, more)
}
