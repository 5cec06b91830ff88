package release

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

const (
	// refreshEvery is how often a Warehouse is asked for an image that is awaited, after the first few minutes.
	refreshEvery = 5 * time.Minute
	// refreshOverdue is how often after that, up to refreshFor after the Release was made.
	refreshOverdue = 10 * time.Minute
	refreshFor     = 24 * time.Hour
	// maxFindings and maxFinding bound what of the doctor's is kept: how many, and how long each, in characters.
	maxFindings = 5
	maxFinding  = 500
)

// firstRefreshes are how long after a Release was made its image is asked for again: builds take minutes.
var firstRefreshes = [...]time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute}

// awaitImage has Kargo look for the image of a Release, says so when it does not come, and returns after how long
// to look again.
func (c *Controller) awaitImage(ctx context.Context, l *look) time.Duration {
	s := &l.r.Status
	if s.Freight != "" || s.SupersededBy != "" {
		return 0
	}
	made := l.r.CreationTimestamp.Time
	left := made.Add(c.Options.awaitImage()).Sub(l.now)
	if left <= 0 && !has(s, v1alpha1.OutcomeOverdue, "") {
		s.Findings = c.findings(ctx, l)
		happen(s, v1alpha1.Happening{
			Outcome: v1alpha1.OutcomeOverdue, At: metav1.NewTime(l.now.Truncate(time.Second)),
			Message: fmt.Sprintf("Kargo has not discovered an image of %s %s within %s.", l.line.Service, l.r.Spec.Version, minutes(c.Options.awaitImage())),
		})
	}
	due, ok := refreshAt(made, s.RefreshedAt, left > 0)
	if ok && !due.After(l.now) {
		c.refresh(ctx, l)
		s.RefreshedAt = stamp(l.now)
		due, ok = refreshAt(made, s.RefreshedAt, left > 0)
	}
	var wait time.Duration
	if ok {
		wait = max(due.Sub(l.now), time.Second)
	}
	return backoff.Sooner(wait, max(left, 0))
}

// refreshAt is when the image of a Release is to be asked for next; false if it is not any more.
func refreshAt(made time.Time, last *metav1.Time, awaited bool) (time.Time, bool) {
	if last == nil {
		return made, true
	}
	after := last.Sub(made)
	for _, at := range firstRefreshes {
		if awaited && after < at {
			return made.Add(at), true
		}
	}
	next := last.Add(refreshOverdue)
	if awaited {
		next = last.Add(refreshEvery)
	}
	return next, next.Sub(made) <= refreshFor
}

// refresh has the Warehouses look that may discover the image. What goes wrong is logged: it is asked again.
func (c *Controller) refresh(ctx context.Context, l *look) {
	for _, name := range l.discovering {
		key := client.ObjectKey{Namespace: l.r.Namespace, Name: name}
		err := c.operator.RefreshWarehouse(ctx, key, l.now.UTC().Format(time.RFC3339Nano))
		refused, isRefused := errors.AsType[*kargo.Refused](err)
		switch {
		case isRefused:
			c.Log.WarnContext(ctx, "a Warehouse can't be refreshed", "warehouse", key, "reason", refused.Reason, "error", err)
		case err != nil:
			c.Log.WarnContext(ctx, "a Warehouse could not be refreshed", "warehouse", key, "error", err)
		}
	}
}

// discovering names the Warehouses of a service that may discover images of releases: those that choose them by
// version, or of which it is not known how they choose.
func (c *Controller) discovering(ctx context.Context, line kargo.Line) ([]string, error) {
	var names []string
	for _, name := range line.Warehouses() {
		var w kargoapi.Warehouse
		if err := c.client.Get(ctx, client.ObjectKey{Namespace: line.Namespace, Name: name}, &w); err != nil {
			if client.IgnoreNotFound(err) == nil {
				continue
			}
			return nil, fmt.Errorf("get warehouse %s/%s: %w", line.Namespace, name, err)
		}
		if choosesVersions(&w) {
			names = append(names, name)
		}
	}
	return names, nil
}

// choosesVersions reports whether a Warehouse may discover the image of a release.
func choosesVersions(w *kargoapi.Warehouse) bool {
	images := 0
	for _, sub := range w.Spec.Subscriptions {
		if sub.Image == nil {
			continue
		}
		images++
		switch sub.Image.ImageSelectionStrategy {
		case "NewestBuild", "Lexical", "Digest":
		default: // SemVer, which is what none means, or one that is not known here
			return true
		}
	}
	return images == 0
}

// findings are what the doctor finds wrong with the Warehouses that should have discovered the image.
func (c *Controller) findings(ctx context.Context, l *look) []string {
	if c.Doctor == nil {
		return nil
	}
	diagnosis, err := c.Doctor.Examine(ctx, l.line.Project+"/"+l.line.Service)
	if err != nil {
		c.Log.WarnContext(ctx, "the doctor could not look at a service", "service", l.line.Service, "error", err)
		return nil
	}
	var found []string
	for _, f := range diagnosis.Findings {
		name, isWarehouse := strings.CutPrefix(f.Subject, "Warehouse/")
		if isWarehouse && slices.Contains(l.discovering, name) && len(found) < maxFindings {
			found = append(found, chatops.Fit(f.What, maxFinding)+" Fix: "+chatops.Fit(f.Fix, maxFinding))
		}
	}
	return found
}

// minutes writes how long a wait is: "30 minutes", "2 hours".
func minutes(d time.Duration) string {
	switch {
	case d >= 2*time.Hour && d%time.Hour == 0:
		return chatops.Count(int(d/time.Hour), "hour")
	case d < time.Minute:
		return chatops.Count(int(d/time.Second), "second")
	default:
		return chatops.Count(int(d/time.Minute), "minute")
	}
}
