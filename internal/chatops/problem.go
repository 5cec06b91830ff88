package chatops

// ProblemCode names a kind of problem. Codes are stable: metrics and scripts may rely on them.
type ProblemCode string

// The codes of problems.
const (
	CodeUnknownCommand     ProblemCode = "unknown_command"
	CodeUsage              ProblemCode = "usage"
	CodeUnknownService     ProblemCode = "unknown_service"
	CodeAmbiguousService   ProblemCode = "ambiguous_service"
	CodeUnknownEnvironment ProblemCode = "unknown_environment"
	CodeNoStage            ProblemCode = "no_stage"
	CodeControlFlowStage   ProblemCode = "control_flow_stage"
	CodeStageUnhealthy     ProblemCode = "stage_unhealthy"
	CodeNoFreight          ProblemCode = "no_freight"
	CodeUnknownFreight     ProblemCode = "unknown_freight"
	CodeAmbiguousFreight   ProblemCode = "ambiguous_freight"
	CodeFreightUnavailable ProblemCode = "freight_unavailable"
	CodeAlreadyThere       ProblemCode = "already_there"
	CodeSeveralProjects    ProblemCode = "several_projects"
	CodeNoHistory          ProblemCode = "no_history"
	CodeNothingToDo        ProblemCode = "nothing_to_do"
	CodeNotVerifiable      ProblemCode = "not_verifiable"
	CodePartial            ProblemCode = "partial"
	CodePlanChanged        ProblemCode = "plan_changed"
	CodeUnknownPerson      ProblemCode = "unknown_person"
	CodeForbidden          ProblemCode = "forbidden"
	CodeTooMany            ProblemCode = "too_many"
	CodeNotHere            ProblemCode = "not_here"
	CodeUnavailable        ProblemCode = "unavailable"
	CodeInternal           ProblemCode = "internal"
)

// Problem is an error with two faces: what the person in chat reads, and what the operator finds
// in the log. The person never sees the latter.
type Problem struct {
	Code ProblemCode
	// Title says in one line what is wrong.
	Title string
	// Body says why, and how to go on.
	Body []Text
	// Usage is the usage line of the command, where a look at it helps.
	Usage string
	// Err is the cause, for the log. It may be nil.
	Err error
}

// Error returns the operator's view.
func (p *Problem) Error() string {
	s := string(p.Code) + ": " + p.Title
	if p.Err != nil {
		s += ": " + p.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Err }

// Refusal reports whether the request was understood and turned down for a reason the person can
// do something about, rather than not carried out for want of a working part.
func (p *Problem) Refusal() bool {
	return p.Code != CodeInternal && p.Code != CodeUnavailable
}

// Card returns the person's view.
func (p *Problem) Card() Card {
	c := Card{Title: p.Title, State: StateRefused, Body: p.Body}
	if !p.Refusal() {
		c.State = StateFailed
	}
	if p.Usage != "" {
		c.Body = append(append([]Text(nil), p.Body...), Line(Plain("Usage: "), Code(p.Usage)))
	}
	return c
}
