package sync

import (
	"bytes"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// difference is what a Secret has otherwise than it is declared. It has no values.
type difference struct {
	// added, changed and removed are keys of the data.
	added, changed, removed []string
	// labels and annotations are keys that differ, or are ours and no longer declared.
	labels, annotations []string
}

func (d difference) data() bool     { return len(d.added)+len(d.changed)+len(d.removed) > 0 }
func (d difference) metadata() bool { return len(d.labels)+len(d.annotations) > 0 }
func (d difference) any() bool      { return d.data() || d.metadata() }

// present are the fields that differ and that the Secret has.
func (d difference) present(live *corev1.Secret) []fieldpath.Path {
	var fields []fieldpath.Path
	for _, key := range slices.Concat(d.changed, d.removed) {
		fields = append(fields, dataField(key))
	}
	for _, key := range d.labels {
		if _, ok := live.Labels[key]; ok {
			fields = append(fields, labelField(key))
		}
	}
	for _, key := range d.annotations {
		if _, ok := live.Annotations[key]; ok {
			fields = append(fields, annotationField(key))
		}
	}
	return fields
}

// missing reports whether the Secret lacks something that is declared.
func (d difference) missing(live *corev1.Secret) bool {
	lacks := func(has map[string]string) func(string) bool {
		return func(key string) bool { _, ok := has[key]; return !ok }
	}
	return len(d.added) > 0 || slices.ContainsFunc(d.labels, lacks(live.Labels)) ||
		slices.ContainsFunc(d.annotations, lacks(live.Annotations))
}

// compare tells how a Secret differs from what is declared. What others have added is theirs, unless Kargo reads it, or
// it is what `kubectl apply` remembers: that has the values of back then, for whoever may see annotations.
func compare(live *corev1.Secret, want credentials.Content, kind credentials.Type, o owners) difference {
	var d difference
	for _, key := range slices.Sorted(maps.Keys(want.Data)) {
		has, ok := live.Data[key]
		switch {
		case !ok:
			d.added = append(d.added, key)
		case !bytes.Equal(has, want.Data[key]):
			d.changed = append(d.changed, key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(live.Data)) {
		if _, ok := want.Data[key]; !ok && (o.mine(dataField(key)) || readByKargo(kind, key)) {
			d.removed = append(d.removed, key)
		}
	}
	d.labels = compareText(live.Labels, want.Labels, func(key string) bool { return o.mine(labelField(key)) })
	d.annotations = compareText(live.Annotations, want.Annotations, func(key string) bool {
		return key == corev1.LastAppliedConfigAnnotation || o.mine(annotationField(key))
	})
	return d
}

func compareText(live, want map[string]string, mine func(string) bool) []string {
	var differ []string
	for key, value := range want {
		if has, ok := live[key]; !ok || has != value {
			differ = append(differ, key)
		}
	}
	for key := range live {
		if _, ok := want[key]; !ok && mine(key) {
			differ = append(differ, key)
		}
	}
	slices.Sort(differ)
	return differ
}

// readByKargo reports whether Kargo takes the key for part of a credential, so that one too many makes another
// credential of it.
func readByKargo(kind credentials.Type, key string) bool {
	switch key {
	case credentials.KeyRepoURL, credentials.KeyRepoURLIsRegex, credentials.KeyUsername, credentials.KeyPassword,
		credentials.KeyAppID, credentials.KeyAppClientID, credentials.KeyAppInstallation, credentials.KeyAppPrivateKey,
		credentials.KeySSHPrivateKey, credentials.KeyAWSRegion, credentials.KeyAWSAccessKeyID, credentials.KeyAWSSecretKey,
		credentials.KeyGCPServiceAccount:
		return kind != credentials.TypeGeneric
	default:
		return false
	}
}
