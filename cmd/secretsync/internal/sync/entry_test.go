package sync

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

func TestAFullInventoryFitsIntoAConfigMap(t *testing.T) {
	const mostSecrets, mostBytes = 5000, 1 << 20 // of credentials, and of Kubernetes
	for _, secrets := range []int{1000, mostSecrets} {
		at := time.Date(2026, 11, 3, 10, 0, 0, 0, time.UTC)
		full := entry{RotatedAt: &at, Version: "1234567890", ExpiresAt: &at, Probe: unreachable, FailingSince: &at, Told: true,
			Failing: clip(strings.Repeat("é", 1000), mostFailing(secrets))}
		text, err := json.Marshal(full)
		if err != nil {
			t.Fatal(err)
		}
		if size := secrets * len(text); size > mostBytes {
			t.Errorf("%d Secrets take %d bytes", secrets, size)
		}
		name, read, ok := readEntry("microsvcs.github.creds", string(text))
		if !ok || name.String() != "microsvcs/github.creds" || !read.same(&full) {
			t.Errorf("%s, %+v, %v", name, read, ok)
		}
	}
}

func TestWhatIsNoEntryIsLeftAlone(t *testing.T) {
	for key, text := range map[string]string{"note": "{}", "microsvcs.": "{}", ".creds": "{}", "microsvcs.creds": "rotated"} {
		if name, _, ok := readEntry(key, text); ok {
			t.Errorf("%s: %s is taken for %s", key, text, name)
		}
	}
}

func TestNamesOfEventsAreValidAndTellReasonsApart(t *testing.T) {
	name := credentials.SecretName{Namespace: "microsvcs", Name: strings.Repeat("a", 179) + "-" + strings.Repeat("b", 73)}
	at := time.Date(2026, 11, 3, 10, 0, 0, 0, time.UTC)
	seen := map[string]bool{}
	for _, reason := range []string{credentials.ReasonFailing, credentials.ReasonRecovered} {
		h := happening{reason: reason, occurrence: occurrence("failing", name, at)}
		event := eventName(name.Name, h)
		if len(event) > 253 || strings.Contains(event, "-.") || seen[event] {
			t.Errorf("%d characters: %s", len(event), event)
		}
		seen[event] = true
	}
	if a, b := occurrence("failing", name, at), occurrence("failing", name, at.Add(time.Second)); a == b || len(a) > 63 {
		t.Errorf("two occurrences are %s and %s", a, b)
	}
	if long := clipBytes(strings.Repeat("é", 1000), mostMessage); len(long) > mostMessage || !strings.HasSuffix(long, "é…") {
		t.Errorf("%d bytes: …%s", len(long), long[len(long)-6:])
	}
}

// With many Secrets there is no room for words: what is failing is remembered without.
func TestWhatIsRefusedStaysSoWithoutWords(t *testing.T) {
	at := time.Date(2026, 11, 3, 10, 0, 0, 0, time.UTC)
	i := newItem(credentials.Wanted{SecretName: credentials.SecretName{Namespace: "microsvcs", Name: "quay-creds"}, Credential: &credentials.Credential{}},
		&entry{RotatedAt: &at, Probe: refused, FailingSince: &at, Told: true})
	i.remember()
	i.outcome.State = credentials.StateUnchanged
	o := &one{now: at.Add(time.Hour)}
	if after := o.noted(i, 0); after.FailingSince == nil || !after.FailingSince.Equal(at) || !after.Told || i.failure() == "" {
		t.Errorf("it is remembered as %+v", after)
	}
}

func TestASecretCountsOnceForTheRoomThatThereIs(t *testing.T) {
	name := credentials.SecretName{Namespace: "microsvcs", Name: "quay-creds"}
	wanted := credentials.Wanted{SecretName: name, Credential: &credentials.Credential{}}
	o := &one{stored: &inventory{entries: map[credentials.SecretName]*entry{name: {}}}, items: []*item{newItem(wanted, &entry{})}}
	if n := o.remembered(); n != 1 {
		t.Errorf("it counts %d times", n)
	}
}
