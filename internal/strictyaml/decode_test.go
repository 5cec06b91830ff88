package strictyaml_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// settings has a field of every type that can be decoded.
type settings struct {
	Name    string            `yaml:"name" required:"true" example:"kargo-bot"`
	Level   string            `yaml:"level" default:"info" enum:"debug,info,warn,error"`
	Active  bool              `yaml:"active" default:"true"`
	Number  int64             `yaml:"number" default:"7"`
	Small   int               `yaml:"small"`
	Timeout time.Duration     `yaml:"timeout" default:"25s"`
	Words   []string          `yaml:"words"`
	Labels  map[string]string `yaml:"labels"`
	Server  server            `yaml:"server"`
	Slack   *slack            `yaml:"slack"`
	Teams   map[string]*team  `yaml:"teams"`
	Skipped string            `yaml:"-"`

	Places strictyaml.OneOrMore `yaml:"places"`
	Kinds  []string             `yaml:"kinds" enum:"a,b"`
}

type server struct {
	Listen string `yaml:"listen" default:":8080"`
}

type slack struct {
	BotToken token   `yaml:"botToken" required:"true"`
	Others   []token `yaml:"others"`
	URL      string  `yaml:"url" default:"https://slack.com/api/"`
}

type team struct {
	People []string `yaml:"people" required:"true"`
}

type token struct {
	File string `yaml:"file"`
}

func (token) DescribeYAML() string { return "a reference to a secret, {file: PATH}" }

func defaults() settings {
	return settings{Level: "info", Active: true, Number: 7, Timeout: 25 * time.Second, Server: server{Listen: ":8080"}}
}

func TestDecode(t *testing.T) {
	with := func(change func(*settings)) settings {
		s := defaults()
		s.Name = "bot"
		change(&s)
		return s
	}
	for _, test := range []struct {
		name, data string
		want       settings
	}{
		{"defaults", "name: bot", with(func(*settings) {})},
		{"zero values replace defaults", "{name: bot, active: false, number: 0, level: debug, timeout: 0s, server: {listen: ''}}",
			with(func(s *settings) { s.Active, s.Number, s.Level, s.Timeout, s.Server.Listen = false, 0, "debug", 0, "" })},
		{"one of several", "{name: bot, places: here}", with(func(s *settings) { s.Places = strictyaml.OneOrMore{"here"} })},
		{"several", "{name: bot, places: [here, there]}", with(func(s *settings) { s.Places = strictyaml.OneOrMore{"here", "there"} })},
		{"everything", `
name: "12"
number: -9_000
small: 0x1f
timeout: 1h30m
words: [yes, 'true', "3"]
labels: {"a.b": c, d: e f}
server: {}
slack:
  botToken: {file: /a}
  others:
  - {file: /b}
  - {file: /c}
teams:
  web: {people: [octocat]}
`, with(func(s *settings) {
			s.Name, s.Number, s.Small, s.Timeout = "12", -9000, 31, 90*time.Minute
			s.Words, s.Labels = []string{"yes", "true", "3"}, map[string]string{"a.b": "c", "d": "e f"}
			s.Slack = &slack{BotToken: token{"/a"}, Others: []token{{"/b"}, {"/c"}}, URL: "https://slack.com/api/"}
			s.Teams = map[string]*team{"web": {People: []string{"octocat"}}}
		})},
		{"a whole number as templating tools write it", "{name: bot, number: 1.234567e+06, small: 2.0}",
			with(func(s *settings) { s.Number, s.Small = 1234567, 2 })},
		{"aliases", "name: &n bot\nwords: [*n, *n]\nlabels: {a: *n}",
			with(func(s *settings) { s.Words, s.Labels = []string{"bot", "bot"}, map[string]string{"a": "bot"} })},
		{"comments and a document mark", "# head\n---\nname: bot # line\n# foot\n", with(func(*settings) {})},
		{"byte order mark", "\ufeffname: bot\r\n", with(func(*settings) {})},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got settings
			doc := strictyaml.Decode("config.yaml", []byte(test.data), &got)
			if err := doc.Problems().Err(); err != nil {
				t.Fatalf("problems:\n%v", err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestDecodeTellsEverythingAtOnce(t *testing.T) {
	for _, test := range []struct {
		name, data string
		want       []string
	}{
		{"unknown fields", "name: bot\nservr: {listen: x}\nslack:\n  botTokn: {file: /a}\n  colour: red\n", []string{
			`config.yaml:2:1: servr: unknown field; did you mean "server"?`,
			`config.yaml:4:3: slack.botTokn: unknown field; did you mean "botToken"?`,
			`config.yaml:5:3: slack.colour: unknown field; the fields here are botToken, others, url`,
		}},
		{"fields in the wrong place", "name: bot\nslack:\nbotToken: {file: /a}\npeople: [a]\nfile: /a\n", []string{
			`config.yaml:2:1: slack: has no value; give it one, or remove the line`,
			`config.yaml:3:1: botToken: unknown field; it belongs to slack`,
			`config.yaml:4:1: people: unknown field; it belongs to teams.…`,
			`config.yaml:5:1: file: unknown field; it belongs to slack.botToken or slack.others[…]`,
		}},
		{"problems inside a misspelt field", "name: bot\nslak:\n  others: /b\n", []string{
			`config.yaml:2:1: slak: unknown field; did you mean "slack"?`,
			`config.yaml:2:1: slack.botToken: missing; add a reference to a secret, {file: PATH}`,
			`config.yaml:3:11: slack.others: expected a list, got text; write it in brackets, or below with a dash before it`,
		}},
		{"a misspelt field of another shape", "nam: [bot]\n", []string{
			`config.yaml:1:1: nam: unknown field; did you mean "name"?`,
		}},
		{"a field beside its misspelling", "name: bot\nnane: bot\n", []string{
			`config.yaml:2:1: nane: unknown field; did you mean "name"?`,
		}},
		{"case", "Name: bot\n", []string{`config.yaml:1:1: Name: unknown field; did you mean "name"?`}},
		{"missing", "slack: {}\nteams:\n  web: {}\n", []string{
			`config.yaml:1:1: slack.botToken: missing; add a reference to a secret, {file: PATH}`,
			`config.yaml:1:1: name: missing; add it, for example name: kargo-bot`,
			`config.yaml:3:3: teams.web.people: missing; add a list`,
		}},
		{"empty", "name: ''\nteams: {web: {people: []}}\n", []string{
			`config.yaml:1:7: name: is empty; fill it, for example name: kargo-bot`,
			`config.yaml:2:15: teams.web.people: is empty; write a list`,
		}},
		{"no value", "name:\nslack:\nwords: [~, null, '']\n", []string{
			`config.yaml:1:1: name: has no value; give it one, or remove the line`,
			`config.yaml:2:1: slack: has no value; give it one, or remove the line`,
			`config.yaml:3:9: words[0]: has no value; give it one, or remove the line`,
			`config.yaml:3:12: words[1]: has no value; give it one, or remove the line`,
		}},
		{"a comment where a value should be", "name: #kargo-bot\nplaces: # todo\n", []string{
			`config.yaml:1:1: name: has no value; give it one, or remove the line; if it begins with #, put it in quotes`,
			`config.yaml:2:1: places: has no value; give it one, or remove the line`,
		}},
		{"one or more", "{name: bot, places: {a: b}, kinds: a}", []string{
			`config.yaml:1:13: places: expected text, or a list of texts, got a mapping; write it in brackets, or below with a dash before it`,
			`config.yaml:1:36: kinds: expected a list of a, b, got text; write it in brackets, or below with a dash before it`,
		}},
		{"one or more of another type", "{name: bot, places: 12}", []string{
			`config.yaml:1:21: places[0]: expected text, got a whole number; put it in quotes`,
		}},
		{"types", `name: 12
level: {a: b}
active: yes
number: "12"
small: 1.5
timeout: 30
words: one
labels: [a]
server: :8080
slack: {botToken: xoxb-1, others: [xoxb-2]}
teams: {web: true}
`, []string{
			`config.yaml:1:7: name: expected text, got a whole number; put it in quotes`,
			`config.yaml:2:1: level: expected one of debug, info, warn, error, got a mapping`,
			`config.yaml:3:9: active: expected true or false, got text`,
			`config.yaml:4:9: number: expected a whole number, got text; remove the quotes`,
			`config.yaml:5:8: small: expected a whole number, got a number; check its digits`,
			`config.yaml:6:10: timeout: expected a duration, got a whole number; write a number and its unit, such as 30s, 5m or 24h`,
			`config.yaml:7:8: words: expected a list, got text; write it in brackets, or below with a dash before it`,
			`config.yaml:8:1: labels: expected a mapping, got a list`,
			`config.yaml:9:9: server: expected a mapping with the fields listen, got text`,
			`config.yaml:10:19: slack.botToken: expected a reference to a secret, {file: PATH}, got text`,
			`config.yaml:10:36: slack.others[0]: expected a reference to a secret, {file: PATH}, got text`,
			`config.yaml:11:14: teams.web: expected a mapping with the fields people, got true or false`,
		}},
		{"texts that are none", "name: 2026-01-02\nwords: [true, 1.0, 0x10, 1e3, .inf]\n", []string{
			`config.yaml:1:7: name: expected text, got a date; put it in quotes`,
			`config.yaml:2:9: words[0]: expected text, got true or false; put it in quotes`,
			`config.yaml:2:15: words[1]: expected text, got a number; put it in quotes`,
			`config.yaml:2:20: words[2]: expected text, got a whole number; put it in quotes`,
			`config.yaml:2:26: words[3]: expected text, got a number; put it in quotes`,
			`config.yaml:2:31: words[4]: expected text, got a number; put it in quotes`,
		}},
		{"values", "name: bot\nlevel: wran\ntimeout: 25 s\nnumber: 99999999999999999999\nactive: 'true'\n", []string{
			`config.yaml:2:8: level: "wran" is not known; did you mean warn? Allowed are debug, info, warn, error`,
			`config.yaml:3:10: timeout: "25 s" is not a duration; write a number and its unit, such as 30s, 5m or 24h`,
			`config.yaml:4:9: number: expected a whole number, got a number; check its digits`,
			`config.yaml:5:9: active: expected true or false, got text; remove the quotes`,
		}},
		{"out of range", "name: bot\nnumber: 18446744073709551615\nlevel: loud\n", []string{
			`config.yaml:2:9: number: is a number out of range; check its digits`,
			`config.yaml:3:8: level: "loud" is not known; write one of debug, info, warn, error`,
		}},
		{"twice", "name: bot\nlabels: {a: b, c: d, a: e}\nname: bot\n", []string{
			`config.yaml:2:22: labels.a: is already on line 2; remove one of the two`,
			`config.yaml:3:1: name: is already on line 1; remove one of the two`,
		}},
		{"names that are no text", "name: bot\n1: a\nlabels: {true: b, [c]: d}\n", []string{
			`config.yaml:2:1: a name here is not text; put it in quotes`,
			`config.yaml:3:10: labels: a name here is not text; put it in quotes`,
			`config.yaml:3:19: labels: a name here is not text; put it in quotes`,
		}},
		{"merging", "name: bot\nteams:\n  a: &a {people: [b]}\n  c:\n    <<: *a\n", []string{
			`config.yaml:5:5: teams.c: merging with << is not supported; write the fields out`,
		}},
		{"tags", "name: !!str 12\nwords: !secret [a]\nlabels: !<tag:example.com,2026:x> {a: b}\n", []string{
			`config.yaml:1:7: name: has a YAML tag; remove the word that begins with an exclamation mark`,
			`config.yaml:2:1: words: has a YAML tag; remove the word that begins with an exclamation mark`,
			`config.yaml:3:1: labels: has a YAML tag; remove the word that begins with an exclamation mark`,
		}},
		{"strange names", "name: bot\n\"a.b\\e[31m\": c\n", []string{
			`config.yaml:2:1: ["a.b\x1b[31m"]: unknown field; the fields here are name, level, active, number, small, timeout, words, labels, server, slack, teams, places, kinds`,
		}},
		{"not a mapping", "- name\n", []string{
			`config.yaml:1:1: expected a mapping with the fields name, level, active, number, small, timeout, words, labels, server, slack, teams, places, kinds, got a list`,
		}},
		{"empty file", "", []string{`config.yaml: the file is empty; check that it is the right one`}},
		{"only comments", "# nothing\n", []string{`config.yaml: the file is empty; check that it is the right one`}},
		{"only a mark", "---\n", []string{`config.yaml: the file is empty; check that it is the right one`}},
		{"two documents", "name: bot\n---\nname: bot\n", []string{
			`config.yaml:2:1: a second document begins here; keep one document a file, without ---`,
		}},
		{"an open bracket", "name: bot\nwords: [a\nlevel: info\n", syntax(3, "did not find expected ',' or ']'")},
		{"an open bracket at the end", "name: [", syntax(1, "did not find expected node content")},
		{"an open quote", "name: bot\nlevel: \"info\nactive: true\n", syntax(2, "found unexpected end of stream")},
		{"no colon", "name: bot\nlevel info\nactive: true\n", syntax(2, "could not find expected ':'")},
		{"too many colons", "name: bot\nlevel: info: warn\n", syntax(2, "mapping values are not allowed in this context")},
		{"indentation", "# head\n\nname: bot\nserver:\n  listen: x\n  \n   port: 1\nlevel: info\n",
			syntax(7, "mapping values are not allowed in this context")},
		{"indentation to the left", "name: bot\nslack:\n    others: []\n  url: x\nlevel: info\n", syntax(4, "did not find expected key")},
		{"a dash too few", "name: bot\nwords:\n  - a\n  b: c\nlevel: info\n", syntax(4, "did not find expected '-' indicator")},
		{"a password that begins with an asterisk", "name: bot\nlevel: *hunter2\n", []string{
			`config.yaml:2:1: not valid YAML: unknown anchor referenced; put a value that begins with * or & in quotes`,
		}},
		{"bytes", "name: bot\nlevel: \xff\xfe\n", syntax(2, "invalid leading UTF-8 octet")},
		{"control characters", "name: bot\nlevel: \x01\n", syntax(2, "control characters are not allowed")},
		{"tab", "name: bot\nserver:\n\tlisten: x\n", []string{
			`config.yaml:3:1: not valid YAML: found character that cannot start any token; indent with spaces: YAML allows no tabs there`,
		}},
		{"too large", "name: " + strings.Repeat("a", strictyaml.MaxSize), []string{
			`config.yaml: the file is larger than 1024 KiB; check that it is the right one`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var s settings
			got := strictyaml.Decode("config.yaml", []byte(test.data), &s).Problems().Error()
			if diff := cmp.Diff(strings.Join(test.want, "\n"), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func syntax(line int, message string) []string {
	return []string{fmt.Sprintf("config.yaml:%d:1: not valid YAML: %s; "+
		"check the indentation, quotes and brackets around this line", line, message)}
}

func TestDecodeFillsDefaultsInWhateverIsWrong(t *testing.T) {
	for _, data := range []string{"", "name: [", "name: [bot]"} {
		var got settings
		doc := strictyaml.Decode("config.yaml", []byte(data), &got)
		if len(doc.Problems()) != 1 {
			t.Errorf("%q: %v", data, doc.Problems())
		}
		if diff := cmp.Diff(defaults(), got); diff != "" {
			t.Errorf("%q: (-want +got)\n%s", data, diff)
		}
	}
}

func TestDecodeBoundsAliases(t *testing.T) {
	people := strings.TrimSuffix(strings.Repeat("a,", 20_000), ",")
	var bomb strings.Builder
	bomb.WriteString("name: bot\nwords: &w [" + people + "]\nteams:\n")
	for name := range strings.SplitSeq("abcdefghij", "") {
		bomb.WriteString("  " + name + ": {people: *w}\n")
	}
	var s settings
	got := strictyaml.Decode("config.yaml", []byte(bomb.String()), &s).Problems().Error()
	want := "config.yaml:1:1: the file has more than 100000 values, aliases unfolded; check that it is the right one"
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestProblemsAreCut(t *testing.T) {
	var s settings
	doc := strictyaml.Decode("config.yaml", []byte("name: bot\n"+strings.Repeat("? [a]\n: b\n", 60)), &s)
	lines := strings.Split(doc.Problems().Error(), "\n")
	if len(doc.Problems()) != 60 || len(lines) != 51 || lines[50] != "… and 10 more problems" {
		t.Errorf("%d problems, %d lines, last %q", len(doc.Problems()), len(lines), lines[len(lines)-1])
	}
	var many strings.Builder
	many.WriteString("name: bot\n")
	for i := range 50_000 {
		fmt.Fprintf(&many, "k%d: v\n", i)
	}
	if n := len(strictyaml.Decode("config.yaml", []byte(many.String()), &s).Problems()); n != 50_000 {
		t.Errorf("%d problems with 50,000 unknown fields", n)
	}
	long := strings.Repeat("a", 5000)
	doc = strictyaml.Decode("config.yaml", []byte("name: bot\n"+long+": b\nlevel: "+long+"\n"), &s)
	for _, p := range doc.Problems() {
		if len(p.Error()) > 400 {
			t.Errorf("a problem takes %d bytes: %s", len(p.Error()), p)
		}
	}
}
