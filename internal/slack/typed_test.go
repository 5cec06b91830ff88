package slack

import (
	"os"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

func TestCommandsAreWrittenAsSlackTakesThem(t *testing.T) {
	for line, want := range map[string]string{
		"/status":                       "/kargo status",
		"/resume red staging":           "/kargo resume red staging",
		"/history <service> [--page n]": "/kargo history <service> [--page n]",
		"/promote red production":       "/promote red production",
		"/rollback red production":      "/rollback red production",
		"/lgtm":                         "/lgtm",
		"/":                             "/",
		"status":                        "status",
		"red-production":                "red-production",
		"":                              "",
	} {
		if got := typedCommand(line); got != want {
			t.Errorf("%q is written %q, want %q", line, got, want)
		}
	}
}

func TestCommandsInSentencesAreWrittenAsSlackTakesThem(t *testing.T) {
	for sentence, want := range map[string]string{
		"Did you mean /status?":                        "Did you mean /kargo status?",
		"/verify takes one service.":                   "/kargo verify takes one service.",
		"It (/abort, then /promote) and \"/help\".":    "It (/kargo abort, then /promote) and \"/kargo help\".",
		"See https://acme.dev/status and and/history.": "See https://acme.dev/status and and/history.",
		"/approve-freight lets it in, /approve not":    "/kargo approve-freight lets it in, /approve not",
	} {
		if got := typedWords(sentence); got != want {
			t.Errorf("%q is written %q, want %q", sentence, got, want)
		}
	}
}

func TestACardIsNotChangedByHowItIsShown(t *testing.T) {
	command := chatops.Line(chatops.Plain("Then: "), chatops.Code("/status red"))
	card := chatops.Card{
		Title: "x", Facts: []chatops.Text{command}, Body: []chatops.Text{command},
		Table: &chatops.Table{Columns: []string{"", ""}, Rows: [][]chatops.Text{{command, command}}},
	}
	shown := renderCard(card, note{})
	if strings.Contains(shown.text, " /status") || strings.Count(shown.text, "/kargo status red") != 4 {
		t.Errorf("shown as:\n%s", shown.text)
	}
	for _, text := range []chatops.Text{card.Facts[0], card.Body[0], card.Table.Rows[0][0], card.Table.Rows[0][1]} {
		if text.String() != "Then: /status red" {
			t.Errorf("the card now says %q", text)
		}
	}
}

// What the manifest registers is what may be typed.
func TestTheManifestRegistersTheCommands(t *testing.T) {
	manifest, err := os.ReadFile("../../deploy/slack/manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append([]string{strings.TrimPrefix(umbrella, "/")}, registered...) {
		if !strings.Contains(string(manifest), "command: /"+name+"\n") {
			t.Errorf("the manifest has no /%s", name)
		}
	}
	if n := strings.Count(string(manifest), "command: /"); n != len(registered)+1 {
		t.Errorf("the manifest has %d commands", n)
	}
}
