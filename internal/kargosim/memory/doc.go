// Package memory is a Kubernetes API server in memory, for the demo and for unit tests: no network, no
// etcd, no process, ready at once. A [Cluster] hands out ordinary client configurations whose
// transport ends here instead of on a socket, so that controller-runtime's manager, cache, clients,
// informers and event recorders run on it unchanged and with their usual options.
//
// It does what clients of an API server rely on:
//
//   - one resourceVersion for everything; optimistic locking on update, patch and delete; writes that
//     change nothing make no event
//   - list and watch without a gap between them, streaming lists, label selectors, selectors by
//     metadata.name and metadata.namespace, metadata-only reads
//   - status as a subresource: a write of one never changes the other; generation counts the others
//   - generateName, uid, creationTimestamp, finalizers, dry run, and every kind of patch, server-side
//     apply with field ownership included
//   - RBAC: every request is authorized by the Roles and bindings that the cluster holds, and
//     SubjectAccessReviews are answered by the same rules; group system:masters may do everything
//   - admission: webhooks are Go handlers, called in the order and refused in the words of the real one
//
// It never validates objects against a schema, prunes or defaults them, evaluates CEL, collects garbage,
// aggregates ClusterRoles or forgets events: what depends on those is tested on a real API server.
// Server-side apply takes lists as a whole, as for a schema without list types. Lists are never paged.
//
// It must never be used where anything has to survive the process.
package memory
