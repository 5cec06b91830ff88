// Package pullrequest says what is asked of where pull requests are.
package pullrequest
