package config

// Templates are texts of messages in other words than the bot's own. A template that can't be used is told of, and the bot's own words stand.
type Templates struct {
	// Release is for the message about a release.
	Release *Template `yaml:"release"`
	// Promotion is for the message about a promotion.
	Promotion *Template `yaml:"promotion"`
	// Alert is for what is said when something went wrong, and when that is over.
	Alert *Template `yaml:"alert"`
	// Digest is for the message that sums up a day or a week.
	Digest *Template `yaml:"digest"`
}

// Template is the text of a message, in Go's text/template.
type Template struct {
	// Title is the first line.
	Title string `yaml:"title"`
	// Lines are what follows, at most 10.
	Lines []string `yaml:"lines"`
}
