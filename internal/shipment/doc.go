// Package shipment carries Shipments out. One controller makes a Promotion for each and follows it
// to its end; another reports how it stands to where the request came from. Both compare what is
// with what should be, so running either twice does nothing the second time, and a restart at any
// point loses nothing.
//
// Whether the person may ask was decided before the Shipment was made; it is not decided here.
package shipment
