// Package bot holds the use cases: a request from a person comes in, a Shipment or an answer goes
// out. It knows ports only. It never speaks to a surface, and never makes a Promotion itself.
package bot
