package answers

// Diagnosis is what is wrong.
type Diagnosis struct {
	// Service is the one that was looked at; empty for all.
	Service string `json:"service,omitempty"`
	// Projects are those that were looked at.
	Projects []string `json:"projects"`
	// Stages and Warehouses are how many were looked at.
	Stages     int `json:"stages"`
	Warehouses int `json:"warehouses"`
	// Checks are the names of what was looked for.
	Checks []string `json:"checks"`
	// Findings are what was found, the most severe first.
	Findings []Finding `json:"findings"`
	// NotLooked are the checks that could not be done, whole or in part. What they would have found is not known.
	NotLooked []NotLooked `json:"notLooked"`
}

// NotLooked is a check that could not be done.
type NotLooked struct {
	// Check is the name of the check.
	Check string `json:"check"`
	// Project is the one that it was to look at; empty for what projects have in common.
	Project string `json:"project,omitempty"`
	// Why says what was in the way and how to put that right, in a sentence or two.
	Why string `json:"why"`
}

// Severity is how bad a finding is.
type Severity string

// The severities.
const (
	// SeverityError is for what does not work.
	SeverityError Severity = "error"
	// SeverityWarning is for what may not be as it was meant.
	SeverityWarning Severity = "warning"
	// SeverityInfo is for what is as it should be, but can surprise.
	SeverityInfo Severity = "info"
)

// Finding is one thing that is wrong.
type Finding struct {
	// Check is the name of the check that found it.
	Check    string   `json:"check"`
	Severity Severity `json:"severity"`
	Project  string   `json:"project"`
	// Subject is what it is about, as in "Stage/red-production".
	Subject string `json:"subject"`
	// Service and Environment are those of the subject, if it has any.
	Service     string `json:"service,omitempty"`
	Environment string `json:"environment,omitempty"`
	// Looked says what was looked at.
	Looked string `json:"looked"`
	// What says what is wrong, Why why that matters, and Fix how to mend it: a sentence each.
	What string `json:"what"`
	Why  string `json:"why"`
	Fix  string `json:"fix"`
	// Command is what to type in a shell, to mend it or to see more of it. It may have several lines.
	Command string `json:"command,omitempty"`
	// Fixable says that `bot doctor --fix` can do it.
	Fixable bool `json:"fixable,omitempty"`
}
