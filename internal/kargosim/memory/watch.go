package memory

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/watch"
)

// watcher writes the changes of one resource to one client.
type watcher struct {
	server       *server
	w            http.ResponseWriter
	resource     Resource
	namespace    string
	selected     selection
	onlyMetadata bool
}

// watch streams changes until the client goes, or the time it asked for is over. Without a version to
// start from, or when initial events are asked for, it starts with what is there.
func (s *server) watch(w http.ResponseWriter, r *request, resource Resource) error {
	query := r.http.URL.Query()
	selected, err := parseSelector(query, resource)
	if err != nil {
		return err
	}
	version, initial, err := startOfWatch(query.Get("resourceVersion"), query.Get("sendInitialEvents") == "true")
	if err != nil {
		return err
	}
	ctx := r.http.Context()
	if seconds, _ := strconv.Atoi(query.Get("timeoutSeconds")); seconds > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(seconds)*time.Second)
		defer cancel()
	}
	out := &watcher{
		server: s, w: w, resource: resource, namespace: r.namespace,
		selected: selected, onlyMetadata: wantsMetadata(r.http),
	}
	if !initial {
		// Told as the answer itself, not as an event, as long as nothing has been written.
		if _, _, err := s.store.since(resource.GroupResource(), version); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	if initial {
		if version, err = out.initialEvents(query.Get("sendInitialEvents") == "true"); err != nil {
			return nil
		}
	}
	// What fails from here on is the client's end of the stream; nobody is left to tell.
	_ = out.follow(ctx, version)
	return nil
}

// startOfWatch returns the version to watch from, or that the watch starts with what is there.
func startOfWatch(resourceVersion string, initialEvents bool) (uint64, bool, error) {
	if resourceVersion == "" || resourceVersion == "0" || initialEvents {
		return 0, true, nil
	}
	version, err := strconv.ParseUint(resourceVersion, 10, 64)
	if err != nil {
		return 0, false, apierrors.NewBadRequest("invalid resourceVersion " + strconv.Quote(resourceVersion))
	}
	return version, false, nil
}

// initialEvents writes what is there and, if asked, the bookmark that ends it.
func (w *watcher) initialEvents(bookmark bool) (uint64, error) {
	records, version := w.server.store.list(w.resource.GroupResource(), w.namespace)
	for _, found := range records {
		if w.selected.matches(found) {
			if err := w.write(watch.Added, found); err != nil {
				return 0, err
			}
		}
	}
	if !bookmark {
		return version, nil
	}
	kind, apiVersion := w.resource.Kind, w.resource.GroupVersion().String()
	if w.onlyMetadata {
		kind, apiVersion = "PartialObjectMetadata", metav1.SchemeGroupVersion.String()
	}
	raw, err := json.Marshal(map[string]any{
		"kind":       kind,
		"apiVersion": apiVersion,
		"metadata": map[string]any{
			"resourceVersion": strconv.FormatUint(version, 10),
			"annotations":     map[string]any{metav1.InitialEventsAnnotationKey: "true"},
		},
	})
	if err != nil {
		return 0, err
	}
	return version, w.writeRaw(watch.Bookmark, raw)
}

// follow writes the changes after version until ctx is done or the client is gone.
func (w *watcher) follow(ctx context.Context, version uint64) error {
	for {
		changes, changed, err := w.server.store.since(w.resource.GroupResource(), version)
		if err != nil {
			return w.writeError(err)
		}
		for _, c := range changes {
			version = c.after.version
			if w.namespace != "" && c.after.key.Namespace != w.namespace {
				continue
			}
			if err := w.writeChange(c); err != nil {
				return err
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// writeChange tells a change as it looks through the selector: an object that comes into view was
// added, one that goes out of view was deleted.
func (w *watcher) writeChange(c change) error {
	saw := w.selected.matches(c.before)
	sees := c.kind != watch.Deleted && w.selected.matches(c.after)
	switch {
	case saw && sees:
		return w.write(watch.Modified, c.after)
	case sees:
		return w.write(watch.Added, c.after)
	case saw:
		return w.write(watch.Deleted, c.after)
	default:
		return nil
	}
}

func (w *watcher) write(kind watch.EventType, object *record) error {
	raw := object.raw
	if w.onlyMetadata {
		var err error
		if raw, err = partial(object); err != nil {
			return err
		}
	}
	return w.writeRaw(kind, raw)
}

func (w *watcher) writeRaw(kind watch.EventType, raw []byte) error {
	line := make([]byte, 0, len(raw)+48)
	line = append(line, `{"type":"`+string(kind)+`","object":`...)
	line = append(line, raw...)
	line = append(line, "}\n"...)
	_, err := w.w.Write(line)
	return err
}

func (w *watcher) writeError(err error) error {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return err
	}
	answer := status.Status()
	answer.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
	raw, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	return w.writeRaw(watch.Error, raw)
}
