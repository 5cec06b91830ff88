package strictyaml_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

const sample = `name: bot
words:
- one
- two
labels:
  "a.b": c
  'x["y': z
teams:
  web:
    people: [octocat,
      hubot]
`

func TestReportFindsTheLine(t *testing.T) {
	var s settings
	doc := strictyaml.Decode("config.yaml", []byte(sample), &s)
	for path, want := range map[strictyaml.Path]string{
		"":                                    "1:1",
		"name":                                "1:7",
		"words":                               "2:1",
		"words[1]":                            "4:3",
		"words[2]":                            "2:1",
		"words[1].deeper":                     "4:3",
		strictyaml.Path("labels").Key("a.b"):  "6:10",
		strictyaml.Path("labels").Key(`x["y`): "7:11",
		strictyaml.Path("labels").Key("q.r").Key(""): "5:1",
		"teams.web.people[1]":                        "11:7",
		"teams.web.lead":                             "9:3",
		"server.listen":                              "1:1",
	} {
		p := doc.Problem(path, "is wrong", "correct it")
		prefix := "config.yaml:" + want + ": "
		if path != "" {
			prefix += string(path) + ": "
		}
		if p.Error() != prefix+"is wrong; correct it" {
			t.Errorf("got %s, want %s…", p, prefix)
		}
	}
	if len(doc.Problems()) != 0 {
		t.Errorf("Problem adds to the document: %v", doc.Problems())
	}
}

func TestReportSortsAndSparesWhatWasNotRead(t *testing.T) {
	var s settings
	doc := strictyaml.Decode("config.yaml", []byte("name: bot\nlevel: loud\nwords: {a: b}\nslack:\n  botTokn: x\n"), &s)
	doc.Report("words[0]", "does not exist", "") // words could not be read: said already
	doc.Report("level", "is not my taste", "")
	doc.Report("name", "is taken", "choose another")
	doc.Report("slack", "is not enough", "")
	doc.Report("", "is wrong altogether", "")
	got := doc.Problems().Error()
	want := strings.Join([]string{
		`config.yaml:1:1: is wrong altogether`,
		`config.yaml:1:7: name: is taken; choose another`,
		`config.yaml:2:8: level: "loud" is not known; write one of debug, info, warn, error`,
		`config.yaml:3:1: words: expected a list, got a mapping; write it in brackets, or below with a dash before it`,
		`config.yaml:4:1: slack: is not enough`,
		`config.yaml:5:3: slack.botTokn: unknown field; did you mean "botToken"?`,
	}, "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for path, want := range map[strictyaml.Path]bool{
		"": true, "words": true, "words[3]": true, "slack": true, "slack.botToken": true, "slack.url": false, "name": false, "lev": false,
	} {
		if doc.Unread(path) != want {
			t.Errorf("Unread(%q) = %v", path, !want)
		}
	}
	for path, want := range map[strictyaml.Path]bool{"": true, "name": true, "slack.url": false, "number": false} {
		if doc.Has(path) != want {
			t.Errorf("Has(%q) = %v", path, !want)
		}
	}
}

func TestProblemWithoutDocument(t *testing.T) {
	var doc *strictyaml.Document
	if got := doc.Problem("slack.botToken", "is empty", "").Error(); got != "slack.botToken: is empty" {
		t.Errorf("got %s", got)
	}
	var none strictyaml.Problems
	if err := none.Err(); err != nil {
		t.Errorf("no problems are the error %v", err)
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, size int) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if data, err := strictyaml.ReadFile(write("most", strictyaml.MaxSize)); err != nil || len(data) != strictyaml.MaxSize {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	missing := filepath.Join(dir, "missing")
	for path, want := range map[string]string{
		write("large", strictyaml.MaxSize+1): "the file is larger than 1024 KiB; check that it is the right one",
		missing:                              "no such file; create it, or correct the path",
		dir:                                  "the file can't be read: is a directory; check the path",
	} {
		data, err := strictyaml.ReadFile(path)
		var p strictyaml.Problem
		if !errors.As(err, &p) || err.Error() != path+": "+want || data != nil {
			t.Errorf("got %d bytes, %v\nwant %s: %s", len(data), err, path, want)
		}
	}
}
