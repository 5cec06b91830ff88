package config

import (
	"net"
	"strconv"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/manifests"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// Server is where the bot listens.
type Server struct {
	// Listen is the address (host:port, the host may be empty) for Slack and GitHub.
	Listen string `yaml:"listen" default:":8080"`
	// Admin is the address for health, readiness and metrics. It belongs inside the cluster.
	Admin string `yaml:"admin" default:":9090"`
	// GracePeriod is how long the bot may take to finish what is in hand when it is told to stop.
	// It must be shorter than the Pod's terminationGracePeriodSeconds (30 s unless set).
	GracePeriod time.Duration `yaml:"gracePeriod" default:"25s"`
}

// LeaderElection is how one of several replicas is chosen to run the controllers.
type LeaderElection struct {
	// Enabled is whether there is an election. Without it, run one replica only.
	Enabled bool `yaml:"enabled" default:"true"`
	// Namespace is where the Lease is kept. Default: the namespace that the bot runs in.
	Namespace string `yaml:"namespace"`
	// Name is the name of the Lease.
	Name string `yaml:"name" default:"kargo-bot"`
	// LeaseDuration is how long after the last sign of life of the chosen replica another one takes
	// over, if it did not end in an orderly way. Shorter means more writes to the Lease.
	LeaseDuration time.Duration `yaml:"leaseDuration" default:"15s"`
}

// Log is what the bot writes to its standard error.
type Log struct {
	// Level is the least important level that is written.
	Level string `yaml:"level" default:"info" enum:"debug,info,warn,error"`
}

// Shipments are the requests to promote something.
type Shipments struct {
	// Retention is how long a finished Shipment is kept. Shipments are the audit trail, and what
	// keeps a request that GitHub delivers again from being carried out again: at least 72h.
	Retention time.Duration `yaml:"retention" default:"2160h"`
}

// shortestRetention is how long GitHub can redeliver a webhook.
const shortestRetention = 72 * time.Hour

// Kargo is what the bot knows about Kargo beyond its API.
type Kargo struct {
	// URL is the address of Kargo's UI, for links. Without it, there are none.
	URL string `yaml:"url"`
	// Namespace is where Kargo's controller runs. It is for `/doctor` alone, as are the next two.
	Namespace string `yaml:"namespace" default:"kargo"`
	// ArgoCDNamespace is where the Applications are of which a Stage does not say the namespace.
	ArgoCDNamespace string `yaml:"argocdNamespace" default:"argocd"`
	// SharedNamespace is where Kargo looks for credentials that a Project has not got itself.
	SharedNamespace string `yaml:"sharedNamespace" default:"kargo-shared-resources"`
}

func (k *Kargo) validate(doc *strictyaml.Document) {
	if doc.Has("kargo.url") {
		checkURL(doc, "kargo.url", k.URL, "https://kargo.acme.dev")
	}
	manifests.CheckName(doc, "kargo.namespace", k.Namespace, nil)
	manifests.CheckName(doc, "kargo.argocdNamespace", k.ArgoCDNamespace, nil)
	manifests.CheckName(doc, "kargo.sharedNamespace", k.SharedNamespace, nil)
}

func (s *Shipments) validate(doc *strictyaml.Document) {
	if s.Retention < shortestRetention {
		doc.Report("shipments.retention", "is shorter than 72h, within which GitHub may deliver a comment again",
			"write 72h or more, or remove it for the default, 2160h")
	}
}

func (s *Server) validate(doc *strictyaml.Document) {
	checkAddress(doc, "server.listen", s.Listen)
	checkAddress(doc, "server.admin", s.Admin)
	if _, port, err := net.SplitHostPort(s.Admin); err == nil && s.Listen == s.Admin && port != "0" {
		doc.Report("server.admin", "is the same as server.listen", "choose another port: metrics don't belong on the internet")
	}
	if s.GracePeriod <= 0 {
		doc.Report("server.gracePeriod", "is not longer than 0", "write a duration such as 25s")
	}
}

// checkAddress checks an address to listen at.
func checkAddress(doc *strictyaml.Document, path strictyaml.Path, address string) {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		doc.Report(path, "is not an address to listen at", `write host:port or :port, in quotes, such as ":8080"`)
	}
}

func (l *LeaderElection) validate(doc *strictyaml.Document) {
	if l.Name == "" {
		doc.Report("leaderElection.name", "is empty", "write a name, or remove the line")
	}
	manifests.CheckName(doc, "leaderElection.name", l.Name, nil)
	manifests.CheckName(doc, "leaderElection.namespace", l.Namespace, nil)
	if l.LeaseDuration < time.Second {
		doc.Report("leaderElection.leaseDuration", "is shorter than 1s", "write a duration such as 15s")
	}
}
