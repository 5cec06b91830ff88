// Package pullrequest says on pull requests what they ship: what merging adds to each environment, where
// the change is once it is merged, and what a Promotion changes for which Kargo opened one.
//
// What a comment says follows from the pull request and from the Stages as they are, so that whatever was
// missed is made up on the next pass: at the start, every five minutes, and whenever either of the two
// changes. Each pull request has one comment, which is found again by what is hidden in it.
package pullrequest
