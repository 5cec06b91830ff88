// Package access answers one question: may this person do that to this Stage? It maps a person on
// a surface to a Kubernetes user and groups, and asks the API server, with the very verb that Kargo
// checks. It has no policy of its own, remembers no decision, and when in doubt says no.
package access
