package githubfake_test

import (
	"testing"

	"go.uber.org/goleak"
)

// No test leaves a goroutine behind: a closed fake has none.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
