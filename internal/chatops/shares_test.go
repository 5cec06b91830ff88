package chatops_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

func TestShares(t *testing.T) {
	for name, test := range map[string]struct {
		room   int
		wanted []int
		want   []int
	}{
		"nobody":                      {10, nil, []int{}},
		"enough":                      {10, []int{1, 2, 3}, []int{1, 2, 3}},
		"the small get all":           {10, []int{100, 1, 2}, []int{7, 1, 2}},
		"the big get the same":        {10, []int{100, 2, 50}, []int{4, 2, 4}},
		"what does not divide":        {10, []int{9, 9, 9}, []int{3, 3, 4}},
		"no room":                     {0, []int{1, 2}, []int{0, 0}},
		"less than none":              {-5, []int{1, 2}, []int{0, 0}},
		"somebody who wants nothing":  {5, []int{0, 9}, []int{0, 5}},
		"all want the same, too much": {7, []int{4, 4}, []int{3, 4}},
	} {
		if got := chatops.Shares(test.room, test.wanted); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

// Whatever is wanted: nobody gets more than that, nothing is left while somebody wants more, and nobody who
// goes short gets less than somebody else, but for what does not divide.
func TestSharesAreFair(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		wanted := make([]int, 1+random.IntN(8))
		all := 0
		for i := range wanted {
			wanted[i] = random.IntN(40)
			all += wanted[i]
		}
		room := random.IntN(120)
		shares := chatops.Shares(room, wanted)
		given := 0
		for i, share := range shares {
			given += share
			if share > wanted[i] {
				t.Fatalf("%d of %v: %v", room, wanted, shares)
			}
			for _, other := range shares {
				if share < wanted[i] && other > share+1 {
					t.Fatalf("%d of %v: %v is unfair", room, wanted, shares)
				}
			}
		}
		if given != min(room, all) {
			t.Fatalf("%d of %v: %v come to %d", room, wanted, shares, given)
		}
	}
}

func TestCutBullet(t *testing.T) {
	code := chatops.Code("red")
	for _, test := range []struct {
		line  chatops.Text
		rest  string
		level int
		ok    bool
	}{
		{chatops.Line(chatops.Plain("• one"), code), "onered", 0, true},
		{chatops.Line(chatops.Plain("    • "), code), "red", 2, true},
		{chatops.Line(chatops.Plain("one • two")), "one • two", 0, false},
		{chatops.Line(chatops.Plain("•two")), "•two", 0, false},
		{chatops.Line(chatops.Code("• two")), "• two", 0, false},
		{nil, "", 0, false},
	} {
		rest, level, ok := chatops.CutBullet(test.line)
		if rest.String() != test.rest || level != test.level || ok != test.ok {
			t.Errorf("%q: %q, level %d, %v", test.line.String(), rest.String(), level, ok)
		}
		if has := (chatops.Section{Lines: []chatops.Text{chatops.Line(code), test.line}}).HasBullets(); has != test.ok {
			t.Errorf("%q: has bullets: %v", test.line.String(), has)
		}
	}
}
