// Package shipment carries Shipments out. One controller does what is asked, makes Promotions and follows
// them to their end, or asks Kargo for something else; another reports how it stands to where the request
// came from. Both compare what is with what should be, so running either twice does nothing the second
// time, and a restart at any point loses nothing.
//
// What moves Freight is a walk along a path of Stages (walk.go, course.go), mostly of one; each other
// action has a file of its own. What Kargo is asked for is asked again until it is written down that it
// was, which does no harm, and time limits count from times in the status.
//
// Whether the person may ask was decided before the Shipment was made; it is not decided here.
package shipment
