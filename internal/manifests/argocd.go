package manifests

// ArgoCD says how Argo CD deploys what promotions commit: one Application for each service and environment, of one
// ApplicationSet, in one AppProject.
type ArgoCD struct {
	// Namespace of Argo CD.
	Namespace string `yaml:"namespace" default:"argocd"`
	// Project is the name of the AppProject and of the ApplicationSet. Default: the Project's name.
	Project string `yaml:"project"`
	// Server is the URL of the API server that Argo CD deploys to.
	Server string `yaml:"server" default:"https://kubernetes.default.svc"`
	// Destination is the namespace that a service is deployed to, with the placeholders `{service}` and
	// `{environment}`.
	Destination string `yaml:"destination" default:"{service}-{environment}"`
	// AppProject can be left out where the AppProject is made elsewhere.
	AppProject bool `yaml:"appProject" default:"true"`
}
