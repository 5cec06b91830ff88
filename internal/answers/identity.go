package answers

// Identity is who somebody is, and what they may do.
type Identity struct {
	// Source is the surface that they speak from, ID who they are there.
	Source string `json:"source"`
	ID     string `json:"id"`
	// Username and Groups are who they are to Kubernetes.
	Username string   `json:"username"`
	Groups   []string `json:"groups,omitempty"`
	// Email is what Kargo's roles are matched by; empty if it is not known.
	Email string `json:"email,omitempty"`
	// Projects are those that the bot serves.
	Projects []Rights `json:"projects"`
}

// Rights are what somebody may do in a project.
type Rights struct {
	Project string `json:"project"`
	// Roles are the person's Kargo roles.
	Roles []string `json:"roles,omitempty"`
	// All says that they may promote to every Stage.
	All bool `json:"all"`
	// AllBy is the Kargo role that permits that; empty if it is permitted to the person.
	AllBy string `json:"allBy,omitempty"`
	// May are the Stages that they may promote to, if it is not every one.
	May []StageRight `json:"may,omitempty"`
	// Asked is how many Stages were asked about one by one.
	Asked int `json:"asked,omitempty"`
	// NotAsked is how many were not, because there are too many or the API server is too slow.
	NotAsked int `json:"notAsked,omitempty"`
}

// StageRight is a Stage that somebody may promote to.
type StageRight struct {
	// Service and Environment are those of the Stage.
	Service     string `json:"service"`
	Environment string `json:"environment"`
	Stage       string `json:"stage"`
	// By is the Kargo role that permits it; empty if it is permitted to the person.
	By string `json:"by,omitempty"`
}
