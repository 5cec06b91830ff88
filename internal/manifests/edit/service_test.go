package edit_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/manifests"
	"github.com/davidaparicio/kargo-bot/internal/manifests/edit"
)

func guide(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "examples", "color", "kargo", "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestAServiceIsOneLineMore(t *testing.T) {
	before := guide(t)
	after, err := edit.AddService("config.yaml", []byte(before), "purple")
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Replace(before, "  - git-sync\n", "  - git-sync\n  - purple\n", 1); string(after) != want {
		t.Error(cmp.Diff(want, string(after)))
	}
	again, err := edit.AddService("config.yaml", after, "purple")
	if err != nil || string(again) != string(after) {
		t.Errorf("added a second time: %v\n%s", err, again)
	}
}

// file has a list of services between what every file has.
func file(services string) string {
	return "project: p\n" + services + "environments: # in order\n- {name: dev, warehouse: {}}\n"
}

func TestServicesAreAddedInTheLayoutThatIsThere(t *testing.T) {
	for _, test := range []struct{ before, after string }{
		{"services:\n- red\n", "services:\n- red\n- purple\n"},
		{"services:\n    -   red # ours\n", "services:\n    -   red # ours\n    -   purple\n"},
		{"services: [red]\n", "services: [red, purple]\n"},
		{"services: [ red, 'blue' ] # all\n", "services: [ red, 'blue', purple ] # all\n"},
		{"services: [\n  red,\n  \"blue\",\n]\n", "services: [\n  red,\n  \"blue\", purple,\n]\n"},
		{"services:\n- red\n\n# what follows\n", "services:\n- red\n- purple\n\n# what follows\n"},
		{"services:\n- red\n- name: blue\n  image: quay.io/acme/blue\n\n  # where it differs\n  promotion:\n    path: x\n# end\n",
			"services:\n- red\n- name: blue\n  image: quay.io/acme/blue\n\n  # where it differs\n  promotion:\n    path: x\n- purple\n# end\n"},
		{"services:\n- red\n-\n    name: blue\n    image: quay.io/acme/blue\n# end\n", "services:\n- red\n-\n    name: blue\n    image: quay.io/acme/blue\n- purple\n# end\n"},
		{"services:\n  - # ours\n\n    red\n", "services:\n  - # ours\n\n    red\n  - purple\n"},
		{"services:\r\n- red\r\n", "services:\r\n- red\r\n- purple\r\n"},
		{"services:\n- {name: red, promotion: {path: x}}\n", "services:\n- {name: red, promotion: {path: x}}\n- purple\n"},
	} {
		got, err := edit.AddService("config.yaml", []byte(file(test.before)), "purple")
		if err != nil {
			t.Errorf("%q: %v", test.before, err)
		} else if string(got) != file(test.after) {
			t.Errorf("%q becomes\n%s", test.before, got)
		}
	}
}

func TestServicesAtTheEndOfAFileWithoutAnEndOfLine(t *testing.T) {
	before := "project: p\nenvironments:\n- {name: dev, warehouse: {}}\nservices:\n- red"
	got, err := edit.AddService("config.yaml", []byte(before), "on")
	if err != nil || string(got) != before+"\n- \"on\"\n" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestWhatCantBeAddedIsSaid(t *testing.T) {
	for _, test := range []struct{ before, name, want string }{
		{file("services:\n- red\n"), "Purple", `config.yaml:4:3: services[1]: "Purple" is not a name that Kubernetes takes; write purple`},
		{file("services:\n- red\n"), "a: b", "services"},
		{file("services:\n- red\n"), "", "services"},
		{file("services: [{name: red}]\n"), "purple", "config.yaml:2:12: services[0]: a service can't be added behind this one by a program; add purple by hand"},
		{"project: p\nx: &s [red]\nservices: *s\nenvironments:\n- {name: dev, warehouse: {}}\n", "purple", "unknown field"},
		{file("services: {}\n"), "purple", "expected a list"},
	} {
		got, err := edit.AddService("config.yaml", []byte(test.before), test.name)
		if err == nil || got != nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q to %q: %v\n%s", test.name, test.before, err, got)
		}
	}
}

// FuzzAddService: a file with a service added says what it said, and that service; or it is left alone.
func FuzzAddService(f *testing.F) {
	f.Add([]byte(guide(f)), "purple")
	f.Add([]byte(file("services: [\n red, 'blue' ]\n")), "12")
	f.Add([]byte(file("services:\n- name: red\n  promotion: {path: x}\n")), "x-y")
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		after, err := edit.AddService("f", data, name)
		if err != nil {
			return
		}
		was, err := manifests.Parse("f", data)
		if err != nil {
			t.Fatalf("a service was added to a file that is wrong: %v", err)
		}
		is, err := manifests.Parse("f", after)
		if err != nil {
			t.Fatalf("the file is wrong now: %v\n%s", err, after)
		}
		if !slices.Contains(is.ServiceNames(), name) {
			t.Fatalf("%q is not there:\n%s", name, after)
		}
		if slices.Contains(was.ServiceNames(), name) {
			return
		}
		is.Services = is.Services[:len(is.Services)-1]
		if !reflect.DeepEqual(was, is) {
			t.Fatalf("says something else now:\n%s", cmp.Diff(was, is))
		}
	})
}
