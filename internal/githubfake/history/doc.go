// Package history is the history of a Git repository in memory, as far as a fake GitHub
// needs one: commits with their trees, branches and tags, and what Git answers about
// them (what one commit has that another lacks, the log of a path, the differences
// between two trees). It needs no git binary and no file.
//
// Hashes of blobs and trees are Git's. Those of commits are too, unless they were given.
//
// A Repository is not safe for concurrent use. Commits and trees never change, so that
// clones of a repository share them.
package history
