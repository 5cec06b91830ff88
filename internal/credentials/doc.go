// Package credentials knows the Secrets in which Kargo looks for credentials: how they are declared, how they are
// made, which of them Kargo takes for a repository, and what is wrong with them. What has to do with where their
// values come from, or with writing them, is in the program secretsync, which alone may read the secret store.
//
// The package must never put a value into an error, a Report or anything else that is shown.
package credentials
