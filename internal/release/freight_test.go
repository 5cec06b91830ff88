package release

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// discover looks at a Freight.
func (w *world) discover(t *testing.T, name string) time.Duration {
	t.Helper()
	d := &discoverer{w.maker()}
	result, err := d.Reconcile(t.Context(), reconcile.Request{NamespacedName: types.NamespacedName{Namespace: "microsvcs", Name: name}})
	if err != nil {
		t.Fatal(err)
	}
	return result.RequeueAfter
}

func TestWhichFreightMakesARelease(t *testing.T) {
	unclaimed := freight("it", "3.2.0", 1)
	unclaimed.Origin.Name = "other"
	again := freight("it", "3.2.0", 1)
	again.Images = append(again.Images, kargoapi.Image{RepoURL: "quay.io/acme/proxy", Tag: "1.1.0"})
	for name, test := range map[string]struct {
		objects []client.Object
		want    string
	}{
		"a version":          {[]client.Object{freight("it", "3.2.0", 1)}, "red-3.2.0"},
		"a version with a v": {[]client.Object{freight("it", "v3.2.0", 1)}, "red-3.2.0"},
		"a build":            {[]client.Object{freight("it", "sha-4f2c1aa", 1)}, ""},
		"what is no version": {[]client.Object{freight("it", "3.2", 1)}, ""},
		"history":            {[]client.Object{freight("it", "3.2.0", -61)}, ""},
		"of a Warehouse that no Stage takes from":  {[]client.Object{unclaimed}, ""},
		"an old version, with a new image besides": {[]client.Object{again, freight("before", "3.2.0", -500)}, ""},
		"one that a tag has announced":             {[]client.Object{freight("it", "3.2.0", 1), released("3.2.0")}, "red-3.2.0"},
		"none":                                     {nil, ""},
	} {
		w := newWorld(t, test.objects...)
		if wait := w.discover(t, "it"); w.names(t) != test.want || wait != 0 {
			t.Errorf("%s: %q, looked at again in %s", name, w.names(t), wait)
		}
	}
}

func TestFreightWaitsUntilItIsKnownWhoIsToBeTold(t *testing.T) {
	w := newWorld(t, freight("it", "3.2.0", 0))
	since := w.since
	w.since = time.Time{}
	if wait := w.discover(t, "it"); wait != soon || w.names(t) != "" {
		t.Errorf("looked at again in %s; there is %q", wait, w.names(t))
	}
	w.clock = noon.Add(time.Hour)
	if wait := w.discover(t, "it"); wait != late {
		t.Errorf("later, it is looked at again in %s", wait)
	}
	w.since = since
	w.discover(t, "it")
	if w.names(t) != "red-3.2.0" {
		t.Errorf("there is %q", w.names(t))
	}
}

func TestTheTagOfFreight(t *testing.T) {
	for name, test := range map[string]struct {
		forge  tagsOf
		source bool
		want   string
	}{
		"is known":                   {tagsOf{tags: map[string]*freightdiff.Tagged{"red/3.2.0": {}}}, true, "red-3.2.0"},
		"does not exist":             {tagsOf{}, false, "red-3.2.0"},
		"can't be told":              {tagsOf{err: &freightdiff.Unavailable{Reason: "limit"}}, false, "red-3.2.0"},
		"is said to be a prerelease": {tagsOf{tags: map[string]*freightdiff.Tagged{"red/3.2.0": {Prerelease: true}}}, false, ""},
	} {
		w := newWorld(t, freight("it", "3.2.0", 1))
		w.options.Prereleases = IgnorePrereleases
		*w.forge = test.forge
		w.discover(t, "it")
		if w.names(t) != test.want || test.want != "" && (w.release(t, test.want).Spec.Source != nil) != test.source {
			t.Errorf("%s: %q", name, w.names(t))
		}
	}
}
