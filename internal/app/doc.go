// Package app puts the bot together: it is the only place that knows all parts. It turns a
// configuration into running servers and controllers, and takes them down again in order.
//
// It holds no behaviour of its own that a person could see.
package app
