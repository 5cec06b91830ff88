package answers

import "time"

// Freight names Freight.
type Freight struct {
	// Name is Kargo's name for it, a hash.
	Name string `json:"name"`
	// Alias is Kargo's name for it that people can say, as in "rafting-starfish".
	Alias string `json:"alias,omitempty"`
	// Version is what people call it by: the tag of an image, for the most part. It is never empty.
	Version string `json:"version"`
	// Origin is where it comes from, as in "Warehouse/red-releases".
	Origin string `json:"origin,omitempty"`
}

// FreightList is the Freight of a service.
type FreightList struct {
	Project string `json:"project"`
	Service string `json:"service"`
	// Environment is where the Freight might go, if that was asked.
	Environment string `json:"environment,omitempty"`
	// Stage is the environment's Stage, if that was asked.
	Stage string `json:"stage,omitempty"`
	// Freight is all there is, newest first.
	Freight []ListedFreight `json:"freight"`
}

// ListedFreight is Freight, where it is and where it can go.
type ListedFreight struct {
	Freight

	// DiscoveredAt is when Kargo found it.
	DiscoveredAt time.Time `json:"discoveredAt,omitzero"`
	// In is where it runs.
	In []FreightPlace `json:"in,omitempty"`
	// VerifiedIn is where it was verified.
	VerifiedIn []FreightPlace `json:"verifiedIn,omitempty"`
	// ApprovedFor is what somebody has approved it for.
	ApprovedFor []FreightPlace `json:"approvedFor,omitempty"`
	// Going says whether it can go to the environment that was asked about.
	Going *Going `json:"going,omitempty"`
}

// FreightPlace is a Stage that has to do with Freight, and since when.
type FreightPlace struct {
	// Environment is that of the Stage; empty if the Stage is of none.
	Environment string `json:"environment,omitempty"`
	Stage       string `json:"stage"`
	// Since is when that began; zero if Kargo does not say.
	Since time.Time `json:"since,omitzero"`
}

// Name returns the environment, or the Stage if that is of none.
func (p FreightPlace) Name() string {
	if p.Environment != "" {
		return p.Environment
	}
	return p.Stage
}

// Going says whether Freight can go to a Stage.
type Going struct {
	// There says that it runs there now.
	There bool `json:"there,omitempty"`
	// Available says that it can be promoted there.
	Available bool `json:"available"`
	// Why says in one sentence what it lacks, if it is not available.
	Why string `json:"why,omitempty"`
	// At is when it becomes available, if time is all it lacks.
	At time.Time `json:"at,omitzero"`
}
