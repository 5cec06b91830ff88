package credentials

import (
	"regexp"
	"slices"
	"strings"
)

// Inspect says what is wrong with a Secret as it is in the cluster, however it came there. Its faults name keys and
// never contain a value.
func Inspect(t Type, data map[string][]byte) []Fault {
	if t == TypeGeneric {
		return nil
	}
	var all []Fault
	add := func(key, message, fix string) { all = append(all, Fault{Key: key, Message: message, Fix: fix}) }
	repo := string(data[KeyRepoURL])
	isRegex := string(data[KeyRepoURLIsRegex]) == "true"
	switch {
	case strings.TrimSpace(repo) == "":
		add(KeyRepoURL, "is missing", "say which repository the credential is for")
	case isRegex:
		if _, err := regexp.Compile(repo); err != nil {
			add(KeyRepoURL, "is no regular expression, though "+KeyRepoURLIsRegex+" says so", "correct it: it is in the syntax of Go")
		}
	case strings.ContainsAny(repo, "*^$|\\()[]"):
		add(KeyRepoURL, "is written as a pattern, but counts as it is", "set "+KeyRepoURLIsRegex+" to \"true\" and write a regular expression")
	}
	for _, f := range inspected() {
		value, ok := data[f.key]
		if !ok {
			continue
		}
		if ended := strings.TrimRight(string(value), "\r\n"); ended != string(value) && !f.text {
			add(f.key, MessageLineEnd, "store it without")
			continue
		}
		if _, fault := f.shape(string(value)); fault != nil {
			add(f.key, fault.Message, fault.Fix)
		}
	}
	return append(all, incomplete(t, data)...)
}

// MessageLineEnd is what is said of a value that ends in a line break, which Kargo sends along.
const MessageLineEnd = "ends in a line break, which becomes a part of it"

// inspection is how one key is looked at. A text may end in a line break.
type inspection struct {
	key   string
	text  bool
	shape func(string) (string, *Fault)
}

func inspected() []inspection {
	return []inspection{
		{KeyUsername, false, shapeUsername},
		{KeyPassword, false, shapeToken},
		{KeyAppID, false, shapeNumber},
		{KeyAppClientID, false, shapeToken},
		{KeyAppInstallation, false, shapeNumber},
		{KeyAppPrivateKey, true, shapeAppKey},
		{KeySSHPrivateKey, true, shapeSSHKey},
		{KeyAWSRegion, false, shapeRegion},
		{KeyAWSAccessKeyID, false, shapeAccessKey},
		{KeyAWSSecretKey, false, shapeToken},
		{KeyGCPServiceAccount, true, shapeServiceAccount},
	}
}

// incomplete finds keys that are there without what they are of no use without, and Secrets without any.
func incomplete(t Type, data map[string][]byte) []Fault {
	has := func(keys ...string) bool {
		return !slices.ContainsFunc(keys, func(key string) bool { _, ok := data[key]; return !ok })
	}
	for _, set := range []struct{ marks, needs []string }{
		{[]string{KeyAppID, KeyAppClientID, KeyAppInstallation, KeyAppPrivateKey}, []string{KeyAppInstallation, KeyAppPrivateKey}},
		{[]string{KeyAWSAccessKeyID, KeyAWSSecretKey}, []string{KeyAWSRegion, KeyAWSAccessKeyID, KeyAWSSecretKey}},
		{[]string{KeyUsername, KeyPassword}, []string{KeyUsername, KeyPassword}},
		{[]string{KeySSHPrivateKey}, []string{KeySSHPrivateKey}},
		{[]string{KeyGCPServiceAccount}, []string{KeyGCPServiceAccount}},
	} {
		if !slices.ContainsFunc(set.marks, func(key string) bool { return has(key) }) {
			continue
		}
		var all []Fault
		for _, key := range set.needs {
			if !has(key) {
				all = append(all, Fault{Key: key, Message: "is missing", Fix: "add it: " + list(set.needs) + " go together"})
			}
		}
		return all
	}
	need := "add " + KeyUsername + " and " + KeyPassword
	if t == TypeGit {
		need += ", or the keys of a GitHub App"
	}
	return []Fault{{Key: KeyPassword, Message: "is missing, and there is no other credential", Fix: need}}
}
