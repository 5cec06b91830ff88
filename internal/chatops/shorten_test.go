package chatops_test

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

func TestShortenAndFit(t *testing.T) {
	for _, c := range []struct {
		text            string
		most            int
		shortened, fits string
	}{
		{"rouge", 5, "rouge", "rouge"},
		{"rouge", 4, "roug…", "rou…"},
		{"日本語の名前", 3, "日本語…", "日本…"},
		{"", 3, "", ""},
	} {
		if got := chatops.Shorten(c.text, c.most); got != c.shortened {
			t.Errorf("Shorten(%q, %d) = %q, want %q", c.text, c.most, got, c.shortened)
		}
		if got := chatops.Fit(c.text, c.most); got != c.fits {
			t.Errorf("Fit(%q, %d) = %q, want %q", c.text, c.most, got, c.fits)
		}
	}
}
