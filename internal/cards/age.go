package cards

import (
	"fmt"
	"time"
)

// Age writes how long ago something was, or how long it lasts, as exactly as people say it: "under 1 min",
// "14 min", "2 h", "5 days".
func Age(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return "under 1 min"
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 2*day:
		return fmt.Sprintf("%d h", d/time.Hour)
	default:
		return fmt.Sprintf("%d days", d/day)
	}
}
