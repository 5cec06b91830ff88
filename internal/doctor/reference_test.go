package doctor_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/doctor"
)

func TestThePageHasEveryCheck(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "doctor.md"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(doctor.Reference(), string(page)); diff != "" {
		t.Errorf("docs/doctor.md is stale, run make generate (-want +got)\n%s", diff)
	}
}
