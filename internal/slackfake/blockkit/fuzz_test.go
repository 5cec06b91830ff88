package blockkit_test

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/slackfake/blockkit"
)

// Whatever comes in, validation ends with a verdict, and what it lets pass can be stored,
// validated again and shown.
func FuzzValidate(f *testing.F) {
	for _, limit := range limits() {
		f.Add([]byte("[" + limit.block(3) + "]"))
	}
	f.Add([]byte(card))
	f.Add([]byte(`[{"type":"section","text":{"type":"mrkdwn","text":"<|x><@|y><!date^1^{date}|>*a*` + "`<`" + `"}}]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		id := 0
		stored, err := blockkit.Stored(raw, func() string { id++; return string(rune('a'+id%26)) + string(rune('0'+id/26)) })
		blockkit.PlainText(raw, nil)
		if err != nil {
			if err.Code == blockkit.CodeInvalid && len(err.Problems) == 0 {
				t.Error("refused without a reason")
			}
			return
		}
		blockkit.PlainText(stored, nil)
		for _, button := range blockkit.Buttons(stored) {
			if button.BlockID == "" || button.ActionID == "" {
				t.Errorf("button without ids: %+v", button)
			}
		}
	})
}
