package terminal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Document is what `bot run -o json` prints: one JSON object. Its names and their meaning are stable;
// new ones may come. docs/terminal.md describes it for users.
type Document struct {
	// Command is the command line, as it was typed.
	Command string `json:"command"`
	// Card says for people what the rest says for programs.
	Card CardDocument `json:"card"`
	// Data is what a question found out: a value of package answers.
	Data any `json:"data,omitempty"`
	// Shipment is what was recorded, with what has become of it.
	Shipment *ShipmentDocument `json:"shipment,omitempty"`
	// Plan is what would be recorded, of a dry run or of a question whether to go on.
	Plan *ShipmentDocument `json:"plan,omitempty"`
	// Left are the services that stay out.
	Left []LeftDocument `json:"left,omitempty"`
	// Problem is why nothing was done.
	Problem *ProblemDocument `json:"problem,omitempty"`
}

// ProblemDocument is a chatops.Problem without what is the operator's.
type ProblemDocument struct {
	Code  chatops.ProblemCode `json:"code"`
	Title string              `json:"title"`
	Body  []string            `json:"body,omitempty"`
	Usage string              `json:"usage,omitempty"`
}

// LeftDocument is a service that stays out of what was asked for several, and why.
type LeftDocument struct {
	Service string              `json:"service"`
	Code    chatops.ProblemCode `json:"code"`
	Title   string              `json:"title"`
}

// NewDocument returns the document of an answer. The card is the answer's, or what is to be shown
// in its place.
func NewDocument(command string, answer bot.Answer) Document {
	d := Document{Command: command, Card: newCardDocument(answer.Card), Data: answer.Data}
	if answer.Shipment != nil {
		d.Shipment = newShipmentDocument(answer.Shipment)
	}
	if answer.Planned != nil {
		d.Plan = newShipmentDocument(answer.Planned)
	}
	for _, l := range answer.Left {
		d.Left = append(d.Left, LeftDocument{Service: l.Service, Code: l.Problem.Code, Title: l.Problem.Title})
	}
	if p := answer.Problem; p != nil {
		d.Problem = &ProblemDocument{Code: p.Code, Title: p.Title, Body: lines(p.Body), Usage: p.Usage}
	}
	return d
}

// JSON returns the document as indented JSON, in ASCII as far as a terminal would do something with
// the rest.
func (d Document) JSON() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(d); err != nil {
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	var out bytes.Buffer
	for _, r := range b.String() {
		if r != '\n' && isUnsafe(r) {
			// Outside of strings JSON has none of these.
			_, _ = fmt.Fprintf(&out, `\u%04x`, r)
			continue
		}
		out.WriteRune(r)
	}
	return out.Bytes(), nil
}

// ShipmentDocument is a Shipment: what was asked and what has become of it.
type ShipmentDocument struct {
	Namespace   string                  `json:"namespace"`
	Name        string                  `json:"name"`
	Action      v1alpha1.ShipmentAction `json:"action"`
	Summary     string                  `json:"summary"`
	Reason      string                  `json:"reason,omitempty"`
	RequestedBy string                  `json:"requestedBy"`
	// Phase sums up the items; Pending until somebody has taken the Shipment up.
	Phase      v1alpha1.ShipmentPhase `json:"phase"`
	Progress   string                 `json:"progress,omitempty"`
	Message    string                 `json:"message,omitempty"`
	CreatedAt  *time.Time             `json:"createdAt,omitempty"`
	StartedAt  *time.Time             `json:"startedAt,omitempty"`
	FinishedAt *time.Time             `json:"finishedAt,omitempty"`
	Items      []ItemDocument         `json:"items"`
}

// ItemDocument is one service of a Shipment.
type ItemDocument struct {
	Service     string          `json:"service"`
	Environment string          `json:"environment,omitempty"`
	Freight     string          `json:"freight,omitempty"`
	Alias       string          `json:"alias,omitempty"`
	Version     string          `json:"version,omitempty"`
	From        string          `json:"from,omitempty"`
	FromVersion string          `json:"fromVersion,omitempty"`
	Warehouse   string          `json:"warehouse,omitempty"`
	Stages      []StageDocument `json:"stages"`
}

// StageDocument is how far a service is in one Stage. An item that is about no Stage has one without
// a name.
type StageDocument struct {
	Stage      string                 `json:"stage,omitempty"`
	Phase      v1alpha1.ShipmentPhase `json:"phase"`
	Promotion  string                 `json:"promotion,omitempty"`
	Message    string                 `json:"message,omitempty"`
	Result     string                 `json:"result,omitempty"`
	Health     string                 `json:"health,omitempty"`
	StartedAt  *time.Time             `json:"startedAt,omitempty"`
	FinishedAt *time.Time             `json:"finishedAt,omitempty"`
}

func newShipmentDocument(s *v1alpha1.Shipment) *ShipmentDocument {
	d := &ShipmentDocument{
		Namespace: s.Namespace, Name: s.Name,
		Action: s.Spec.Action, Summary: s.Spec.Summary, Reason: s.Spec.Reason, RequestedBy: s.Spec.RequestedBy.Username,
		Phase: phase(s), Progress: s.Status.Progress, Message: s.Status.Message,
		CreatedAt: instant(&s.CreationTimestamp), StartedAt: instant(s.Status.StartedAt), FinishedAt: instant(s.Status.FinishedAt),
	}
	for i, item := range s.Spec.Items {
		out := ItemDocument{
			Service: item.Service, Environment: item.Environment, Freight: item.Freight, Alias: item.Alias, Version: item.Version,
			From: item.From, FromVersion: item.FromVersion, Warehouse: item.Warehouse,
		}
		for _, stage := range stagesOf(s, i) {
			out.Stages = append(out.Stages, StageDocument{
				Stage: stage.Stage, Phase: stage.Phase, Promotion: stage.Promotion, Message: stage.Message, Result: stage.Result,
				Health: stage.Health, StartedAt: instant(stage.StartedAt), FinishedAt: instant(stage.FinishedAt),
			})
		}
		d.Items = append(d.Items, out)
	}
	return d
}

// phase is a Shipment's phase: one that nobody has looked at is pending.
func phase(s *v1alpha1.Shipment) v1alpha1.ShipmentPhase {
	if s.Status.Phase == "" {
		return v1alpha1.PhasePending
	}
	return s.Status.Phase
}

// stagesOf returns how an item stands in each of its Stages.
func stagesOf(s *v1alpha1.Shipment, item int) []v1alpha1.StageStatus {
	if item < len(s.Status.Items) {
		return s.Status.Items[item].Stages
	}
	path := s.Spec.Items[item].Path
	if len(path) == 0 {
		path = []string{""}
	}
	stages := make([]v1alpha1.StageStatus, len(path))
	for i, name := range path {
		stages[i] = v1alpha1.StageStatus{Stage: name, Phase: v1alpha1.PhasePending}
	}
	return stages
}

// instant returns a time in UTC, or none.
func instant(t *metav1.Time) *time.Time {
	if t == nil || t.IsZero() {
		return nil
	}
	utc := t.UTC()
	return &utc
}
