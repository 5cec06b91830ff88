package announce

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// head returns the message that what happened on a day is told below.
func (t *telling) head(ctx context.Context, h v1alpha1.Happening) (id string, wait time.Duration, err error) {
	if err := t.begin(); err != nil {
		return "", 0, err
	}
	local := h.At.In(t.channel.Zone())
	begin := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, local.Location())
	summary, err := t.books.of(t.to.first).open(ctx, v1alpha1.Summary{
		Key: string(v1alpha1.SummaryThread) + "-" + local.Format("20060102"), Kind: v1alpha1.SummaryThread,
		From: metav1.NewTime(begin), Until: &metav1.Time{Time: begin.AddDate(0, 0, 1)},
	})
	switch {
	case err != nil:
		return "", 0, err
	case summary.Report == nil || summary.Report.ID == "" && summary.Report.Error == "":
		return "", soon, nil
	default:
		return summary.Report.ID, 0, nil
	}
}
