package controller

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// setCondition sets a condition as Kargo does: lastTransitionTime stays that of the first time, even when
// the status flips.
func setCondition(conditions *[]metav1.Condition, now metav1.Time, next metav1.Condition) {
	next.LastTransitionTime = now.Rfc3339Copy()
	for i, known := range *conditions {
		if known.Type != next.Type {
			continue
		}
		same := known.Status == next.Status && known.Reason == next.Reason && known.Message == next.Message
		if !same || known.ObservedGeneration < next.ObservedGeneration {
			next.LastTransitionTime = known.LastTransitionTime
			(*conditions)[i] = next
		}
		return
	}
	*conditions = append(*conditions, next)
}

func condition(conditions []metav1.Condition, kind string) *metav1.Condition {
	for i := range conditions {
		if conditions[i].Type == kind {
			return &conditions[i]
		}
	}
	return nil
}

func deleteCondition(conditions *[]metav1.Condition, kind string) {
	*conditions = slices.DeleteFunc(*conditions, func(c metav1.Condition) bool { return c.Type == kind })
}
