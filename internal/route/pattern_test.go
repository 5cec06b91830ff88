package route_test

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/route"
)

func TestMatch(t *testing.T) {
	for _, test := range []struct {
		pattern string
		want    bool
	}{
		{"web-api", true}, {"web-*", true}, {"*", true}, {"web-a?i", true}, {"web-[a-c]pi", true},
		{"billing/web-api", true}, {"billing/*", true}, {"*/web-api", true}, {"*/*", true},
		{"web", false}, {"shop/web-api", false}, {"shop/*", false}, {"bill*", false}, {"", false}, {"[", false}, {"web-api/", false},
	} {
		if got := route.Match(test.pattern, "billing", "web-api"); got != test.want {
			t.Errorf("%q: %t", test.pattern, got)
		}
	}
}

func TestIsPattern(t *testing.T) {
	for _, text := range []string{"red", "*", "web-*", "billing/api", "*/api", "[ab]*"} {
		if !route.IsPattern(text) {
			t.Errorf("%q is refused", text)
		}
	}
	for _, text := range []string{"", "[", "a/b/c", "/api", "billing/", `a\`} {
		if route.IsPattern(text) {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestOwner(t *testing.T) {
	table := route.Table{Owners: []route.Owner{
		{Services: []string{"*"}, Slack: "S1"},
		{Services: []string{"web-*"}, Slack: "S2"},
		{Services: []string{"web-a*", "red"}, Slack: "S3"},
		{Services: []string{"billing/*"}, Slack: "S4"},
		{Services: []string{"web-api"}, Slack: "U5"},
		{Services: []string{"shop/web-api"}, Slack: "U6"},
		{Services: []string{"red"}, Slack: "U7"},
	}}
	for _, test := range []struct{ project, service, want string }{
		{"shop", "blue", "S1"},
		{"shop", "web-ui", "S2"},
		{"shop", "web-assets", "S3"},
		{"billing", "web-assets", "S4"},
		{"billing", "web-api", "U5"},
		{"shop", "web-api", "U6"},
		{"shop", "red", "S3"},
	} {
		if got := table.Owner(test.project, test.service); got != test.want {
			t.Errorf("%s/%s: %s, want %s", test.project, test.service, got, test.want)
		}
	}
	if got := (&route.Table{}).Owner("shop", "red"); got != "" {
		t.Errorf("nobody is called, but %s", got)
	}
}

func TestMostNew(t *testing.T) {
	if (route.Channel{}).MostNew() != route.DefaultBurst || (route.Channel{Burst: 20}).MostNew() != 20 {
		t.Error("the bound is another one")
	}
}
