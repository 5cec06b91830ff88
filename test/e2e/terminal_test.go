package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// newTerminal makes a world, and somebody who may promote to Stages of red from a terminal.
func newTerminal(t *testing.T, stages ...string) (*harness.World, *harness.Person) {
	t.Helper()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	person := cluster.NewPerson(t, "octocat")
	w.BindTerminal(t, person.Username)
	if len(stages) > 0 {
		w.Permit(t, person.Username, stages...)
	}
	return w, person
}

// document is what -o json prints, as far as it is looked at here.
type document struct {
	Command string
	Card    struct{ Title, State string }
	Problem *struct{ Code, Title, Usage string }

	Shipment *struct {
		Namespace, Name, Phase, RequestedBy string
		Items                               []struct {
			Service, Version string
			Stages           []struct{ Stage, Phase, Promotion string }
		}
	}
}

// read reads the one document that was printed.
func read(t *testing.T, ran harness.Ran) document {
	t.Helper()
	var d document
	if err := json.Unmarshal([]byte(ran.Stdout), &d); err != nil {
		t.Fatalf("%v in what is printed (exit code %d):\n%s\n%s", err, ran.Code, ran.Stdout, ran.Stderr)
	}
	return d
}

// mustEnd fails the test if a run did not end with that code.
func mustEnd(t *testing.T, ran harness.Ran, code int) {
	t.Helper()
	if ran.Code != code {
		t.Errorf("exit code %d; want %d. It printed:\n%s\nand said:\n%s", ran.Code, code, ran.Stdout, ran.Stderr)
	}
}

func TestTerminalPromotesAsWhoeverItIs(t *testing.T) {
	t.Parallel()
	w, person := newTerminal(t, "red-production")
	w.Service(t, "red")
	w.Start(t)

	ran := w.Run(t, person, "--wait", "-o", "json", "promote red production", "--reason", "weekly release")
	mustEnd(t, ran, 0)
	d := read(t, ran)
	s := awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	if d.Shipment == nil || d.Shipment.Name != s.Name || d.Shipment.Phase != "Succeeded" || d.Shipment.RequestedBy != person.Username {
		t.Fatalf("printed: %s", ran.Stdout)
	}
	promotion := d.Shipment.Items[0].Stages[0].Promotion
	if promotion == "" || promotion != s.Status.Items[0].Stages[0].Promotion {
		t.Errorf("printed Promotion %q", promotion)
	}
	mustSay(t, ran.Stderr, "On its way", "red-production: Succeeded")
	by := s.Spec.RequestedBy
	if by.Source != "terminal" || by.ID != person.Username || by.Username != person.Username || s.Spec.Reason != "weekly release" {
		t.Errorf("the Shipment says: %+v, because of %q", by, s.Spec.Reason)
	}
	if s.Spec.Origin.Slack != nil || s.Spec.Origin.GitHub != nil {
		t.Errorf("the Shipment comes from %+v", s.Spec.Origin)
	}

	// What is there already is refused, and nothing is made.
	ran = w.Run(t, person, "/promote red production")
	mustEnd(t, ran, 3)
	mustSay(t, ran.Stdout, "Refused", "3.2.0")
	if n := len(listShipments(t, w.Project)); n != 1 {
		t.Errorf("there are %d Shipments", n)
	}
}

func TestTerminalDoesNotWaitUnlessToldTo(t *testing.T) {
	t.Parallel()
	w, person := newTerminal(t, "red-production")
	w.Service(t, "red")
	w.Start(t)
	ran := w.Run(t, person, "promote", "red", "production")
	mustEnd(t, ran, 0)
	mustSay(t, ran.Stdout, "On its way: red 3.1.0 → 3.2.0 to production", "Waiting")
	awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
}

func TestTerminalTellsAFailureByItsExitCode(t *testing.T) {
	t.Parallel()
	w, person := newTerminal(t, "red-production")
	w.Service(t, "red", harness.Pass("clone"), harness.Fail("build", "the build is on fire"))
	w.Start(t)
	ran := w.Run(t, person, "promote red production", "--wait")
	mustEnd(t, ran, 1)
	mustSay(t, ran.Stdout, "Promotion of red to production failed", "Failed", "the build is on fire")
	mustSay(t, ran.Stderr, "red-production: Failed")
}

func TestTerminalSaysThatNobodyTakesItUp(t *testing.T) {
	t.Parallel()
	w, person := newTerminal(t, "red-production")
	w.Service(t, "red")
	ran := w.Run(t, person, "promote red production", "--wait", "--timeout", "12s", "-o", "json")
	mustEnd(t, ran, 4)
	mustSay(t, ran.Stderr, "Is `bot serve` running", "still running: Shipment "+listShipments(t, w.Project)[0].Name, "after 12s")
	if d := read(t, ran); d.Shipment == nil || d.Shipment.Phase != "Pending" {
		t.Errorf("printed: %s", ran.Stdout)
	}
}

func TestTerminalStopsWaitingOnCtrlC(t *testing.T) {
	t.Parallel()
	w, person := newTerminal(t, "red-production")
	gate := w.NewGate()
	w.Service(t, "red", harness.Pass("clone"), harness.Wait("sync", gate))
	w.Start(t)
	run := w.StartRun(t, person, "--wait", "promote red production")
	s := awaitPhase(t, w.Project, v1alpha1.PhasePromoting)
	run.Interrupt(t)
	ran := run.Wait(t)
	mustEnd(t, ran, 1)
	mustSay(t, ran.Stderr, "still running: Shipment "+s.Name)
	gate.Open(t)
	awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
}

func TestTerminalSaysWhatIsNotUnderstoodOrNotPermitted(t *testing.T) {
	t.Parallel()
	w, person := newTerminal(t, "red-staging")
	w.Service(t, "red")
	for _, test := range []struct {
		args     []string
		exits    int
		code     string
		says     string
		elsewise bool // said in Stderr, before there is an answer
	}{
		{[]string{"help"}, 0, "", "/promote", false},
		{[]string{"promote red production --dry-run"}, 3, "forbidden", "You can't promote to production", false},
		{[]string{"promote rde production"}, 3, "unknown_service", "Did you mean red?", false},
		{[]string{"promote", "red"}, 2, "usage", "needs an environment", false},
		{[]string{"promote", "red", "production", "--dryrun"}, 2, "usage", "Did you mean --dry-run?", false},
		{[]string{"promot red production"}, 2, "unknown_command", "Did you mean /promote?", false},
		{nil, 2, "", "no command", true},
		{[]string{"help", "--timeout", "soon"}, 2, "", "soon", true},
		{[]string{"help", "-o", "yaml"}, 2, "", "json", true},
	} {
		ran := w.Run(t, person, test.args...)
		mustEnd(t, ran, test.exits)
		if test.elsewise {
			mustSay(t, ran.Stderr, test.says)
			continue
		}
		mustSay(t, ran.Stdout, test.says)
		ran = w.Run(t, person, append([]string{"-ojson"}, test.args...)...)
		mustEnd(t, ran, test.exits)
		if d := read(t, ran); (d.Problem == nil) != (test.code == "") || d.Problem != nil && d.Problem.Code != test.code {
			t.Errorf("%q prints %s", test.args, ran.Stdout)
		}
	}
	nothingHappened(t, w)
}

func TestTerminalNamesTheRoleThatIsMissing(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	person := cluster.NewPerson(t, "octocat")
	w.Permit(t, person.Username, "red-production")
	ran := w.Run(t, person, "promote red production")
	mustEnd(t, ran, 3)
	mustSay(t, ran.Stdout, "--clusterrole="+harness.TerminalRole, "--user="+person.Username, "kubectl -n "+w.Name)

	// What the text says is enough.
	w.BindTerminal(t, person.Username)
	mustEnd(t, w.Run(t, person, "promote red production"), 0)
}

func TestTerminalOfNobody(t *testing.T) {
	t.Parallel()
	w, person := newTerminal(t)
	stranger := *person
	stranger.Kubeconfig = strings.TrimSuffix(person.Kubeconfig, "kubeconfig") + "none"
	ran := w.Run(t, &stranger, "promote red production")
	mustEnd(t, ran, 1)
	mustSay(t, ran.Stderr, "none")
}
