package answers

import "time"

// PullPreview is what merging a pull request adds to what runs.
type PullPreview struct {
	// Release says that the pull request makes a release.
	Release bool
	// Services are those that it touches.
	Services []ServicePreview
	// More is how many others it touches.
	More int
}

// ServicePreview is what merging a pull request adds to a service.
type ServicePreview struct {
	Project, Service string
	// Adds is what is in the pull request, and not in the branch that it is for as that was when it was last pushed
	// to.
	Adds CodeChange
	// Places are the environments, in their order.
	Places []PlacePreview
}

// PlacePreview is what runs in an environment, and what comes there besides.
type PlacePreview struct {
	Environment string
	// Version is what runs; empty if nothing does.
	Version string
	// Waits is what is in the branch already and does not run there; nil if nothing runs.
	Waits *CodeChange
}

// Whereabouts is where a change is that was merged.
type Whereabouts struct {
	// Release says that the pull request made a release.
	Release  bool
	Services []ServiceWhereabouts
	// More is how many other services it touches.
	More int
}

// ServiceWhereabouts is where a change of a service is.
type ServiceWhereabouts struct {
	Project, Service string
	// Freight is the newest that has the change, one of each Warehouse; empty while none has.
	Freight []Freight
	// Places are the environments, in their order.
	Places []Place
	// Unknown says why it is not known where the change is, for people; empty if it is.
	Unknown string
}

// Place is whether a change is in an environment.
type Place struct {
	Environment string
	// Version is what runs there, or with which the change came there; empty if nothing does, or if that is
	// not known any more.
	Version string
	// Since is when that came.
	Since time.Time
	// There says that what runs has the change.
	There bool
	// Before says that what does not have the change runs there again: what ran before has it.
	Before bool
	// Unknown says why it is not known whether it is there, for people.
	Unknown string
	// Coming is Freight with the change that is on its way there.
	Coming *Freight
	// Waiting is Freight with the change that could go there now.
	Waiting *Freight
	// Soaking is Freight with the change that can go there after some time.
	Soaking *SoakingFreight
	// Code is what Waiting would bring; nil if nothing waits.
	Code *CodeChange
}
