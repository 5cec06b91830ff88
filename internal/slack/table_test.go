package slack

import (
	"fmt"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/slackfake/blockkit"
)

// cells returns a row of plain cells.
func cells(texts ...string) []chatops.Text {
	row := make([]chatops.Text, len(texts))
	for i, text := range texts {
		if text != "" {
			row[i] = chatops.Line(chatops.Plain(text))
		}
	}
	return row
}

// statusCard has more environments than a phone is wide.
func statusCard() chatops.Card {
	return chatops.Card{
		Title: "What runs where", State: chatops.StateInfo,
		Table: &chatops.Table{
			Columns: []string{"service", "development", "staging", "production"},
			Rows: [][]chatops.Text{
				{chatops.Line(chatops.Plain("red")), chatops.Line(chatops.Code("sha-4f2c1aa")), chatops.Line(chatops.Plain("3.2.0 ✓")),
					chatops.Line(chatops.Plain("3.1.0 ✓, "), chatops.Bold("3.2.0 waits"))},
				cells("blue", "sha-9ab0113", "3.3.3 ✓", "3.3.2 ✓"),
				cells("green", "sha-1120fde", "3.3.2 ✓", ""),
				{chatops.Line(chatops.LinkTo("yellow", "https://kargo.acme.dev/project/microsvcs/stage/yellow-staging")), nil,
					chatops.Line(chatops.Plain("3.3.2 ✗ verification failed 14 min ago")), nil},
			},
		},
		Body: []chatops.Text{chatops.Line(chatops.Plain("✓ is healthy and verified."))},
	}
}

// twoColumns needs no headings.
func twoColumns() chatops.Card {
	return chatops.Card{
		Title: "octocat", State: chatops.StateInfo,
		Table: &chatops.Table{Columns: []string{"environment", "you may"}, Rows: [][]chatops.Text{
			cells("development", "promote"), cells("staging", "promote, approve"), cells("production", ""),
		}},
	}
}

func hostileTable() chatops.Card {
	return chatops.Card{
		Title: "Hostile",
		Table: &chatops.Table{Columns: []string{"<!channel>", "*b*\n`c`", ""}, Rows: [][]chatops.Text{
			cells("<@U42>\nfoo", "a: b · c\x00", "\u202eevil"),
			cells("", "only this", "and this", "and more than there are columns"),
			cells("", " \n", ""),
			nil,
			cells("&lt;x&gt; *red* `y`"),
		}},
	}
}

func TestLongTables(t *testing.T) {
	for _, rows := range []int{1, 30, 100, 101, 1_000} {
		card := chatops.Card{Title: "What runs where", Table: &chatops.Table{Columns: []string{"service", "development", "staging", "production"}}}
		for i := range rows {
			card.Table.Rows = append(card.Table.Rows, cells(fmt.Sprintf("svc-%04d", i), "sha-4f2c1aa", "3.2.0 ✓", "3.1.0 ✓"))
		}
		m := renderCard(card, note{})
		checkLimits(t, m)
		said := blockkit.PlainText(blocksJSON(t, m), nil)
		shown := strings.Count(said, "svc-")
		if rest := rows - shown; rest == 0 == strings.Contains(said, "more row") || rest > 0 && !strings.Contains(said, "… and "+chatops.Count(rest, "more row")) {
			t.Errorf("of %d rows %d are shown, and it says so with %q", rows, shown, said[strings.LastIndex(said, "\n")+1:])
		}
		if shown < min(rows, 40) {
			t.Errorf("only %d rows of %d are shown", shown, rows)
		}
		if len(m.blocks) != 2 {
			t.Errorf("%d rows take %d blocks", rows, len(m.blocks)-1)
		}
	}
}

// TestTableLeavesRoomForTheBody has both be too long.
func TestTableLeavesRoomForTheBody(t *testing.T) {
	card := chatops.Card{Title: "Both"}
	card.Table = &chatops.Table{Columns: []string{"a", "b", "c"}}
	for range 300 {
		card.Table.Rows = append(card.Table.Rows, cells("row", strings.Repeat("x", 100), strings.Repeat("y", 100)))
		card.Body = append(card.Body, chatops.Line(chatops.Plain("paragraph "+strings.Repeat("z", 100))))
	}
	m := renderCard(card, note{})
	checkLimits(t, m)
	said := blockkit.PlainText(blocksJSON(t, m), nil)
	rows, paragraphs := strings.Count(said, "row   "), strings.Count(said, "paragraph z")
	if rows < 15 || paragraphs < 12 {
		t.Errorf("%d rows and %d paragraphs are shown", rows, paragraphs)
	}
	for _, want := range []string{"… and " + chatops.Count(300-rows, "more row"), "… and " + chatops.Count(300-paragraphs, "more paragraph")} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}

func TestWideRows(t *testing.T) {
	row := make([]string, 60)
	for i := range row {
		row[i] = strings.Repeat("\"", 300)
	}
	card := chatops.Card{Table: &chatops.Table{Columns: row, Rows: [][]chatops.Text{cells(row...)}}}
	m := renderCard(card, note{})
	checkLimits(t, m)
	if said := blockkit.PlainText(blocksJSON(t, m), nil); !strings.Contains(said, "… and ") {
		t.Errorf("a row is cut and does not say so:\n%s", said)
	}
}
