package nearest_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/nearest"
)

func TestWord(t *testing.T) {
	services := []string{"red", "blue", "green", "yellow", "git-sync"}
	environments := []string{"development", "staging", "production"}
	for _, test := range []struct {
		word       string
		candidates []string
		want       string
	}{
		{"yelow", services, "yellow"},
		{"yelllow", services, "yellow"},
		{"yollow", services, "yellow"},
		{"yellwo", services, "yellow"},
		{"gitsync", services, "git-sync"},
		{"RED", services, "red"},
		{"rde", services, "red"},
		{"rd", services, "red"},
		{"prodution", environments, "production"},
		{"Prodcution", environments, "production"},
		{"prod", environments, "production"},
		{"dev", environments, "development"},
		{"warning", []string{"debug", "info", "warn"}, "warn"},
		{"botTokn", []string{"app", "botToken", "teams"}, "botToken"},
		{"bottoken", []string{"app", "botToken", "teams"}, "botToken"},

		// As near as one another: the same first letter, then the order.
		{"gat", []string{"bat", "get"}, "get"},
		{"gat", []string{"bat", "cat"}, "bat"},
		// An exact match beats a near one.
		{"grey", []string{"gray", "grey"}, "grey"},

		// Nothing near.
		{"", services, ""},
		{"purple", services, ""},
		{"x", services, ""},
		{"x", []string{"y"}, ""},
		{"st", environments, ""},
		{"redbox", services, ""},
		{"red", nil, ""},
		{"red", []string{""}, ""},
		// Two begin with it.
		{"produc", []string{"production-eu", "production-us"}, ""},
		// Too long to look at.
		{strings.Repeat("a", nearest.MaxWord+1), []string{strings.Repeat("a", nearest.MaxWord+1)}, ""},
		{"prod", []string{"prod" + strings.Repeat("a", 5*nearest.MaxWord)}, ""},
		// Letters, not bytes, are counted.
		{"größe", []string{"grosse", "größer"}, "größer"},
		{"\xff", []string{"a"}, ""},
	} {
		got, ok := nearest.Word(test.word, test.candidates)
		if got != test.want || ok != (test.want != "") {
			t.Errorf("Word(%q, %q) = %q, %v, want %q", test.word, test.candidates, got, ok, test.want)
		}
	}
}

func FuzzWord(f *testing.F) {
	f.Add("prodution", "production", "staging")
	f.Add("", "", "\xff")
	f.Add("ǅ", "ǆ", "Ǆ")
	f.Fuzz(func(t *testing.T, word, a, b string) {
		candidates := []string{a, b}
		got, ok := nearest.Word(word, candidates)
		if ok && !slices.Contains(candidates, got) {
			t.Fatalf("Word(%q, %q) = %q, which is no candidate", word, candidates, got)
		}
		if ok && utf8.RuneCountInString(word) > nearest.MaxWord {
			t.Fatalf("a word of %d letters was compared", utf8.RuneCountInString(word))
		}
		n := utf8.RuneCountInString(a)
		if same, ok := nearest.Word(a, []string{a}); n > 0 && n <= nearest.MaxWord && (!ok || same != a) {
			t.Fatalf("Word(%q) does not find itself: %q, %v", a, same, ok)
		}
	})
}
