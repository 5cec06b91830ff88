// Package webhook tells endpoints of the operator's what happens, as signed JSON over HTTP: what
// https://www.standardwebhooks.com describes, so that receivers have libraries to verify it.
//
// An event is sent until the endpoint takes it, so that it may come twice: a receiver knows it again by its ID.
// One that does not answer, or asks for time, is left alone for a while by all events.
package webhook
