// Package overlay tells what a kustomize overlay renders to now, and after a promotion: which resources
// change, and how, as a diff that a person can read.
//
// What it renders is foreign, and the library was made to run at a developer's desk: it clones remote
// bases, fetches URLs, starts Helm, and copies Secrets into its errors. So it never meets the files as they
// are. A walk reads them first, refuses what reaches outside the tree, what can't be bounded and what is
// not known, and hands the library an in-memory file system with nothing else in it, in which every
// kustomization file is what the walk understood of it, written anew.
package overlay
