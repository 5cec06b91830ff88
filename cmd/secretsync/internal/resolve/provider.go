package resolve

import (
	"context"
	"io"
	"strings"

	// It registers the providers that the build tags choose.
	_ "github.com/helmfile/vals"
	"github.com/helmfile/vals/pkg/api"
	"github.com/helmfile/vals/pkg/config"
	"github.com/helmfile/vals/pkg/log"
	"github.com/helmfile/vals/pkg/providers/file"
	"github.com/helmfile/vals/pkg/providers/registry"
)

// store is what vals or we can read documents from, under one configuration: an authenticated client, once it has been
// asked.
type store interface {
	read(ctx context.Context, r reference) (content, error)
}

// provided is a store of vals. Its providers are used, and not its Runtime: that asks for a document again after a
// failure and for each key without a fragment, loses which keys there are and of which type a value is, and panics on
// a fragment with an escaped character.
type provided struct {
	provider api.Provider
	resolver *Resolver
}

// open finds the store for a reference. Nothing is sent before it is read from.
func (r *Resolver) open(ref reference) store {
	conf := config.MapConfig{M: r.configuration(ref)}
	switch ref.scheme {
	case "env":
		return environment{r.options.LookupEnv}
	case "envfile":
		return envFile{r}
	case "file":
		return provided{file.New(conf), r}
	}
	factory, ok := registry.GetProvider(ref.scheme)
	if !ok {
		return broken{&fault{cause: unexpected}}
	}
	provider, err := factory(log.New(log.Config{Output: io.Discard}), conf, "off")
	if err != nil {
		return broken{err}
	}
	return provided{provider, r}
}

// broken is a store whose configuration is not complete.
type broken struct{ err error }

func (b broken) read(context.Context, reference) (content, error) { return content{}, b.err }

// configuration is the reference's parameters, with what vals leaves to a file's name, the place or the path.
func (r *Resolver) configuration(ref reference) map[string]any {
	conf := map[string]any{}
	for key := range ref.query {
		conf[key] = ref.query.Get(key)
	}
	delete(conf, "encode") // see recoded
	for _, key := range []string{"token_file", "password_file", "kubeConfigPath"} {
		if path := ref.query.Get(key); path != "" {
			conf[key] = r.path(path)
		}
	}
	_, inCluster := r.options.LookupEnv("KUBERNETES_SERVICE_HOST")
	_, outside := r.options.LookupEnv("KUBECONFIG")
	switch {
	case ref.scheme == "k8s" && inCluster && !outside && ref.query.Get("kubeConfigPath") == "":
		conf["inCluster"] = "true"
	case ref.scheme == "doppler":
		// vals would ask for those of the environment where a fragment names the secret.
		for i, element := range strings.SplitN(ref.path, "/", 2) {
			conf[[]string{"project", "config"}[i]] = element
		}
	case ref.scheme == "sops":
		conf["format"] = ref.sopsFormat()
		conf["key_type"] = "base64" // see readSOPS
	}
	return conf
}

func (p provided) read(_ context.Context, ref reference) (content, error) {
	switch {
	case ref.scheme == "sops":
		return p.readSOPS(ref)
	case ref.file():
		return p.readFile(ref)
	case ref.scheme == "doppler":
		return p.readTree("")
	case ref.tree():
		return p.readTree(ref.path)
	}
	text, err := p.provider.GetString(ref.path)
	if err != nil {
		return content{}, err
	}
	if ref.keys == nil {
		return content{text: text}, nil
	}
	c, tooLarge := parsed(text, ref.scheme == "onepasswordconnect")
	if tooLarge != nil {
		return content{}, tooLarge
	}
	return c, nil
}

// tree reports whether the store is asked for all that is below the path, instead of for one text.
func (r reference) tree() bool {
	if r.scheme == "awsssm" {
		return r.keys != nil && r.query.Get("mode") != "singleparam"
	}
	return r.backend().shape == trees
}

func (p provided) readTree(path string) (content, error) {
	tree, err := p.provider.GetStringMap(path)
	if err != nil {
		return content{}, err
	}
	if len(tree) == 0 {
		return content{}, &fault{cause: missing}
	}
	return content{tree: tree, named: true}, nil
}

// readFile checks before vals reads all of it that it is a file, and not a pipe or a disk.
func (p provided) readFile(ref reference) (content, error) {
	path := p.resolver.path(ref.path)
	if err := readable(path); err != nil {
		return content{}, err
	}
	text, err := p.provider.GetString(path)
	if err != nil {
		return content{}, err
	}
	if ref.keys == nil {
		return content{text: text}, nil
	}
	c, tooLarge := parsed(text, hasFormat(path))
	if tooLarge != nil {
		return content{}, tooLarge
	}
	return c, nil
}
